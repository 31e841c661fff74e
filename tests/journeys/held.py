"""What must be held here of a history: who is in HubSpot, as they are there, and what they clicked, once each."""

from collections import Counter
from dataclasses import dataclass, field

from sqlmodel import col, select

from sandbox.hubspot.records import Record
from storage import Session, contacts, opt_out_asked, performance
from storage.addresses import Address, AddressKind
from storage.companies import Company
from storage.contacts import Contact, ContactId
from storage.performance import Counter as Counted
from storage.recount import recount
from storage.target_groups import GroupAccount, GroupMember, TargetGroup
from tests.jobs.portal import HASHER
from tests.journeys.history import CUSTOMERS, KEY_ACCOUNTS, PARTNERS, History


@dataclass
class Told:
    """What happened here: views and clicks by address, and of whom no more may be tracked."""

    history: History
    views: "Counter[str]" = field(default_factory=Counter)
    clicks: "Counter[str]" = field(default_factory=Counter)
    ended: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Views and clicks of those who opted out, when they did so."""
    ended_ids: set[str] = field(default_factory=set)
    """HubSpot ids of contacts of ours that opted out."""
    erased: set[str] = field(default_factory=set)
    """Addresses and HubSpot ids."""
    whose: dict[str, str] = field(default_factory=dict)
    """By address: the HubSpot id of the contact that had it when everything was looked at last."""

    def will_be_opted_out(self, session: Session, email: str) -> None:
        for each in addresses_beside(session, email):
            self.ended.setdefault(each, counted(session, each))
        self.ended_ids |= ids_beside(session, email)

    def will_be_erased(self, session: Session, email: str) -> None:
        self.erased |= {email, *addresses_beside(session, email), *ids_beside(session, email)}

    def may_be_erased(self, key: str | int) -> bool:
        return not self.history.people.of(key).isdisjoint(self.erased | self.history.privacy_deleted)

    def may_have_ended(self, email: str) -> bool:
        return self.may_be_erased(email) or not self.history.people.of(email).isdisjoint(self.ended)

    def check_tracking(self, session: Session) -> None:
        """Numbers are those of the events, each counted once; who opted out gets no more, who is erased has none."""
        assert recount(session).differences == ()
        for email in self.views.keys() | self.clicks.keys():
            if not self.may_have_ended(email):
                assert counted(session, email) == (self.views[email], self.clicks[email])
        for email, before in self.ended.items():
            assert all(now <= then for now, then in zip(counted(session, email), before, strict=True))
        gone = select(Address.email).where(col(Address.email).in_(self.erased))
        ids = select(ContactId.hubspot_id).where(col(ContactId.hubspot_id).in_(self.erased))
        assert [*session.exec(gone), *session.exec(ids)] == []

    def check_lists(self, session: Session) -> None:
        """The groups hold exactly the lists' live members, and each of these is as HubSpot has it."""
        crm, everyone = self.history.crm, set[int]()
        for list_id in (CUSTOMERS, PARTNERS):
            listed = {each for each in crm.hubspot_list(list_id).members if crm.contacts[each].archived_at is None}
            believed = {each for each in listed if not self.may_be_erased(each)}
            found = {each for each in members(session, list_id) if not self.may_be_erased(each)}
            assert found == {str(each) for each in believed}
            everyone |= believed
        for each in sorted(everyone):
            self.check_contact(session, crm.contacts[each], {str(one) for one in everyone})
        companies = crm.hubspot_list(KEY_ACCOUNTS).members
        assert accounts(session) == set(
            session.exec(select(Company.account_id).where(col(Company.hubspot_id).in_(map(str, companies))))
        )
        self.check_former_addresses(session)

    def check_former_addresses(self, session: Session) -> None:
        """An address that nobody has in HubSpot any more still leads to whom it led, however often they merged."""
        present = {each for one in self.history.crm.contacts.values() for each in one.addresses}
        for email, hubspot_id in self.whose.items():
            if email not in present and not self.may_be_erased(email):
                found = session.exec(select(Address.contact_id).where(Address.email == email)).one()
                assert found == contacts.contact_ids(session, [hubspot_id])[hubspot_id]
        holders = select(Address.email, ContactId.hubspot_id).join(
            ContactId, col(ContactId.contact_id) == col(Address.contact_id)
        )
        self.whose = dict(session.exec(holders.where(col(ContactId.is_present))).all())

    def check_everybody(self, session: Session) -> None:
        """After the nightly pass everybody whom we hold is as HubSpot has them, in a list or not."""
        self.check_lists(session)
        held = select(ContactId.hubspot_id, Contact).join(Contact, col(Contact.id) == col(ContactId.contact_id))
        shown = held.where(col(ContactId.is_present), col(Contact.hidden_at).is_(None))
        for hubspot_id, contact in session.exec(shown):
            if self.may_be_erased(hubspot_id):
                continue
            record = self.history.crm.find("contacts", int(hubspot_id))
            if record is None or record.archived_at is not None:
                assert contact.deleted_at is not None
            else:
                assert (str(record.id), contact.deleted_at, contact.name) == (hubspot_id, None, name_of(record))

    def check_contact(self, session: Session, record: Record, listed: set[str]) -> None:
        crm, contact_id = self.history.crm, contacts.contact_ids(session, [str(record.id)])[str(record.id)]
        contact = session.get_one(Contact, contact_id)
        assert (contact.name, contact.owner_id) == (name_of(record), record.properties.get("hubspot_owner_id"))
        merged = {str(old) for old in crm.merged_into if crm.find("contacts", old) is record}
        assert contacts.contact_ids(session, merged) == dict.fromkeys(merged, contact_id)
        if record.company_ids:
            company, there = session.get_one(Company, str(record.company_ids[0])), crm.companies[record.company_ids[0]]
            assert (contact.company_id, company.name) == (company.hubspot_id, there.properties["name"])
        for email in record.addresses:
            row = session.exec(select(Address).where(Address.email == email)).one()
            if row.contact_id != contact_id:
                # Somebody outside our lists had it, and no hint came that this ended.
                assert row.contact_id is not None
                assert contacts.present_id(session, row.contact_id) not in listed
            elif email == record.properties.get("email"):
                assert row.kind is AddressKind.PRIMARY
        self._check_clicks(session, contact_id)
        if not self.ended_ids.isdisjoint(self.history.people.of(record.id)) and self._is_one(record):
            assert opt_out_asked.of_contact(session, contact_id, HASHER) is not None
            assert all(opt_out_asked.of_address(session, each, HASHER) for each in record.addresses)

    def _is_one(self, record: Record) -> bool:
        """Nobody else ever had an address of theirs, so that it is clear who opted out."""
        return [each for each in self.history.crm.contacts if str(each) in self.history.people.of(record.id)] == [
            record.id
        ]

    def _check_clicks(self, session: Session, contact_id: int) -> None:
        """A contact's clicks are those of all its addresses, whoever they were before a merge."""
        emails = session.exec(select(Address.email).where(Address.contact_id == contact_id)).all()
        if not any(self.may_have_ended(each) for each in emails):
            told = performance.of_addresses(session, performance.addresses_of(session, contact_id))
            assert (told.views, told.clicks) == (
                sum(self.views[each] for each in emails),
                sum(self.clicks[each] for each in emails),
            )


def name_of(record: Record) -> str:
    return " ".join(record.properties[part] for part in ("firstname", "lastname") if part in record.properties)


def members(session: Session, list_id: int) -> set[str]:
    query = select(ContactId.hubspot_id).join(GroupMember, col(GroupMember.contact_id) == col(ContactId.contact_id))
    query = query.join(TargetGroup).where(TargetGroup.hubspot_list_id == str(list_id), col(ContactId.is_present))
    return set(session.exec(query))


def accounts(session: Session) -> set[int | None]:
    query = select(GroupAccount.account_id).join(TargetGroup)
    return set(session.exec(query.where(TargetGroup.hubspot_list_id == str(KEY_ACCOUNTS))))


def counted(session: Session, email: str) -> tuple[int, int]:
    """Views and clicks of an address."""
    query = select(Counted.views, Counted.clicks).join(Address, col(Address.id) == col(Counted.address_id))
    rows = session.exec(query.where(Address.email == email)).all()
    return sum(views for views, _ in rows), sum(clicks for _, clicks in rows)


def addresses_beside(session: Session, email: str) -> set[str]:
    """It, and the other addresses of its contact."""
    contact = select(Address.contact_id).where(Address.email == email)
    return {email, *session.exec(select(Address.email).where(col(Address.contact_id).in_(contact)))}


def ids_beside(session: Session, email: str) -> set[str]:
    contact = select(Address.contact_id).where(Address.email == email)
    return set(session.exec(select(ContactId.hubspot_id).where(col(ContactId.contact_id).in_(contact))))
