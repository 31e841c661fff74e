"""The state of a HubSpot portal in memory, and the operations that people and API calls perform on it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sandbox.hubspot import events, writing
from sandbox.hubspot.events import AppEvent, Change
from sandbox.hubspot.merging import merge_records
from sandbox.hubspot.property_definitions import usual_properties
from sandbox.hubspot.records import HubSpotList, Note, ObjectType, Owner, Property, Record

FIRST_ID = 90_000_000_001
"""Ids of today's portals do not fit 32 bits."""


class NoSuchRecord(LookupError):
    """There is no live record of that id."""


class NoSuchList(LookupError):
    """There is no list of that id."""


class AddressTaken(Exception):
    """A live contact has the e-mail address already."""

    def __init__(self, existing_id: int) -> None:
        super().__init__(f"Contact already exists. Existing ID: {existing_id}")
        self.existing_id = existing_id


class AddressBlocked(Exception):
    """The e-mail address was deleted for privacy and cannot be used again."""


class ListNameTaken(Exception):
    """A list of that name exists."""


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Crm:
    """
    Every operation returns the `Change`: the record, and the events HubSpot would send.

    Ids may be those of records that were merged away: they lead to the record that exists now.
    `now` gives aware UTC times.
    """

    contacts: dict[int, Record] = field(default_factory=dict)
    companies: dict[int, Record] = field(default_factory=dict)
    owners: dict[int, Owner] = field(default_factory=dict)
    lists: dict[int, HubSpotList] = field(default_factory=dict)
    notes: dict[int, Note] = field(default_factory=dict)
    properties: dict[ObjectType, dict[str, Property]] = field(default_factory=usual_properties)
    merged_into: dict[int, int] = field(default_factory=dict)
    blocked_addresses: set[str] = field(default_factory=set)
    next_id: int = FIRST_ID
    now: Callable[[], datetime] = utc_now

    def __post_init__(self) -> None:
        # Only a hint where to look: an entry counts when the record is live and still has the address.
        self._contact_of: dict[str, int] = {}
        for contact in self.contacts.values():
            self._note_addresses(contact)

    def records(self, object_type: ObjectType) -> dict[int, Record]:
        return self.contacts if object_type == "contacts" else self.companies

    def find(self, object_type: ObjectType, record_id: int) -> Record | None:
        """Live or archived."""
        while record_id in self.merged_into:
            record_id = self.merged_into[record_id]
        return self.records(object_type).get(record_id)

    def live(self, object_type: ObjectType, record_id: int) -> Record:
        """Raises: NoSuchRecord."""
        record = self.find(object_type, record_id)
        if record is None or record.archived_at is not None:
            raise NoSuchRecord(f"{object_type} {record_id}")
        return record

    def contact_by_address(self, address: str) -> Record | None:
        """The live contact with this address, primary or additional."""
        contact = self.contacts.get(self._contact_of.get(address.lower(), 0))
        if contact is None or contact.archived_at is not None or address.lower() not in contact.addresses:
            return None
        return contact

    def create(self, object_type: ObjectType, properties: Mapping[str, str]) -> Change:
        """Raises: BadProperties, AddressTaken, AddressBlocked."""
        writing.check(self.properties[object_type], properties)
        if object_type == "contacts":
            self._claim_address(properties.get("email", ""), None)
        now = self.now()
        record = Record(self.new_id(), object_type, {k: v for k, v in properties.items() if v}, now, now)
        self.records(object_type)[record.id] = record
        self._note_addresses(record)
        return Change(record, (events.created(record, now),))

    def change(self, object_type: ObjectType, record_id: int, properties: Mapping[str, str]) -> Change:
        """An empty value clears. Values that are the same already make no event. Raises: as `create`, NoSuchRecord."""
        record = self.live(object_type, record_id)
        writing.check(self.properties[object_type], properties)
        if object_type == "contacts":
            self._claim_address(properties.get("email", ""), record)
        changed = {k: v for k, v in properties.items() if record.properties.get(k, "") != v}
        now = self.now()
        record.properties = {k: v for k, v in {**record.properties, **changed}.items() if v}
        record.updated_at = now if changed else record.updated_at
        self._note_addresses(record)
        return Change(record, tuple(self._property_changed(record, *item, now) for item in changed.items()))

    def add_address(self, contact_id: int, address: str) -> Change:
        """A further address, as people add it to a contact. Raises: NoSuchRecord, AddressTaken, AddressBlocked."""
        contact = self.live("contacts", contact_id)
        self._claim_address(address, contact)
        now = self.now()
        value = ";".join(dict.fromkeys((*contact.addresses[1 if "email" in contact.properties else 0 :], address)))
        contact.properties["hs_additional_emails"], contact.updated_at = value, now
        self._note_addresses(contact)
        return Change(contact, (self._property_changed(contact, "hs_additional_emails", value, now),))

    def delete(self, object_type: ObjectType, record_id: int) -> Change:
        """To the recycle bin; `restore` brings it back. Raises: NoSuchRecord."""
        record = self.live(object_type, record_id)
        record.archived_at = record.updated_at = self.now()
        return Change(record, (events.event("deletion", record, record.archived_at),))

    def restore(self, object_type: ObjectType, record_id: int) -> Change:
        """Raises: NoSuchRecord, if it is not in the recycle bin; AddressTaken."""
        record = self.find(object_type, record_id)
        if record is None or record.archived_at is None:
            raise NoSuchRecord(f"{object_type} {record_id}")
        self._claim_address(record.properties.get("email", ""), record)
        record.archived_at, record.updated_at = None, self.now()
        self._note_addresses(record)
        return Change(record, (events.event("restore", record, record.updated_at),))

    def merge(self, object_type: ObjectType, primary_id: int, loser_id: int) -> Change:
        """Makes a third record; both old ids lead to it from now on. Raises: NoSuchRecord."""
        primary, loser = self.live(object_type, primary_id), self.live(object_type, loser_id)
        now = self.now()
        record, moved = merge_records(primary, loser, self.new_id(), now)
        records = self.records(object_type)
        records[record.id] = record
        for old in (primary, loser):
            del records[old.id]
            self.merged_into[old.id] = record.id
            self._replace_everywhere(old, record)
        self._note_addresses(record)
        return Change(record, (events.merged(record, primary.id, loser.id, moved, now),))

    def privacy_delete(self, record_id: int) -> Change:
        """Deletes a contact for good. Raises: NoSuchRecord."""
        contact = self.find("contacts", record_id)
        if contact is None:
            raise NoSuchRecord(f"contacts {record_id}")
        del self.contacts[contact.id]
        for each in self.lists.values():
            self._leave(each, contact.id)
        now = self.now()
        return Change(None, (events.event("deletion", contact, now), events.event("privacyDeletion", contact, now)))

    def associate(self, contact_id: int, company_id: int, *, primary: bool = False) -> Change:
        """A contact's first company becomes its primary one. Raises: NoSuchRecord."""
        contact, company = self.live("contacts", contact_id), self.live("companies", company_id)
        primary = primary or not contact.company_ids
        others = [each for each in contact.company_ids if each != company.id]
        contact.company_ids = [company.id, *others] if primary else [*others, company.id]
        contact.updated_at = self.now()
        return Change(contact, events.association_changed(contact, company, contact.updated_at, primary=primary))

    def dissociate(self, contact_id: int, company_id: int) -> Change:
        """Raises: NoSuchRecord, also if they are not associated."""
        contact, company = self.live("contacts", contact_id), self.live("companies", company_id)
        if company.id not in contact.company_ids:
            raise NoSuchRecord(f"no association of contact {contact_id} with company {company_id}")
        primary = contact.company_ids[0] == company.id
        contact.company_ids.remove(company.id)
        contact.updated_at = self.now()
        return Change(
            contact, events.association_changed(contact, company, contact.updated_at, primary=primary, removed=True)
        )

    def create_list(self, name: str, object_type: ObjectType = "contacts", *, dynamic: bool = False) -> HubSpotList:
        """Raises: ListNameTaken; names are unique in a portal."""
        if self.list_by_name(name) is not None:
            raise ListNameTaken(name)
        now = self.now()
        list_id = max(self.lists, default=610) + 1
        made = HubSpotList(list_id, name, object_type, "DYNAMIC" if dynamic else "MANUAL", now, now)
        self.lists[list_id] = made
        return made

    def hubspot_list(self, list_id: int) -> HubSpotList:
        """Raises: NoSuchList, also when it is deleted."""
        found = self.lists.get(list_id)
        if found is None or found.deleted_at is not None:
            raise NoSuchList(str(list_id))
        return found

    def list_by_name(self, name: str) -> HubSpotList | None:
        return next((each for each in self.lists.values() if each.name == name and each.deleted_at is None), None)

    def delete_list(self, list_id: int) -> None:
        """Raises: NoSuchList."""
        self.hubspot_list(list_id).deleted_at = self.now()

    def add_to_list(self, list_id: int, record_ids: Iterable[int]) -> Change:
        """Who is in the list already stays as it is. Raises: NoSuchList, NoSuchRecord (nobody is added then)."""
        target = self.hubspot_list(list_id)
        records = {(each := self.live(target.object_type, id_)).id: each for id_ in record_ids}
        new = [record for id_, record in records.items() if id_ not in target.members]
        now = self.now()
        target.members.update({record.id: now for record in new})
        target.edition, target.updated_at = target.edition + 1, now
        return Change(None, (), tuple(events.list_changed(list_id, each, now, joined=True) for each in new))

    def remove_from_list(self, list_id: int, record_ids: Iterable[int]) -> Change:
        """Who is not in the list is passed over. Raises: NoSuchList."""
        source = self.hubspot_list(list_id)
        found = [self.find(source.object_type, each) for each in record_ids]
        left = [record for record in found if record is not None and self._leave(source, record.id)]
        now = self.now()
        return Change(None, (), tuple(events.list_changed(list_id, each, now, joined=False) for each in left))

    def move(self, record_id: int, from_list: int, to_list: int) -> Change:
        """Raises: NoSuchList, NoSuchRecord."""
        joined = self.add_to_list(to_list, [record_id])
        left = self.remove_from_list(from_list, [record_id])
        return Change(None, (), left.list_events + joined.list_events)

    def new_id(self) -> int:
        self.next_id += 1
        return self.next_id - 1

    def _property_changed(self, record: Record, name: str, value: str, now: datetime) -> AppEvent:
        secret = self.properties[record.object_type][name].sensitivity != "non_sensitive"
        return events.property_changed(record, name, "REDACTED" if secret else value, now)

    def _claim_address(self, address: str, claimant: Record | None) -> None:
        if address.lower() in self.blocked_addresses:
            raise AddressBlocked(address)
        holder = self.contact_by_address(address) if address else None
        if holder is not None and holder is not claimant:
            raise AddressTaken(holder.id)

    def _note_addresses(self, record: Record) -> None:
        if record.object_type == "contacts":
            self._contact_of.update(dict.fromkeys(record.addresses, record.id))

    def _replace_everywhere(self, old: Record, new: Record) -> None:
        for each in self.lists.values():
            joined = each.members.get(old.id)
            if self._leave(each, old.id) and joined is not None:
                each.members.setdefault(new.id, joined)
        if old.object_type == "companies":
            for contact in self.contacts.values():
                replaced = (new.id if each == old.id else each for each in contact.company_ids)
                contact.company_ids = list(dict.fromkeys(replaced))

    def _leave(self, source: HubSpotList, record_id: int) -> bool:
        if source.members.pop(record_id, None) is None:
            return False
        source.edition, source.updated_at = source.edition + 1, self.now()
        return True
