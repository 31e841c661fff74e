"""Contacts arrived from HubSpot: their present states become ours, whatever their order, age or repetition."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from decisions.outside_text import clean
from storage import (
    address_claims,
    contact_merge,
    hubspot_choices,
    leads,
    opt_outs,
    opt_outs_to_hubspot,
    opt_outs_waiting,
    privacy,
    target_groups,
)
from storage.addresses import AddressKind
from storage.companies import keep_companies
from storage.contact_search import refresh_search_texts, searchable
from storage.contacts import Contact, ContactId, ContactState, contact_ids, take_turns
from storage.hubspot_choices import HubSpotOption
from storage.opt_out_asked import keys_of_contacts
from storage.opt_outs import Hasher, PersonKeys
from storage.owners import keep_owners
from storage.target_groups import GroupMember

# So many in one transaction: well under the 250 ms that others may have to wait for the lock.
STORED_AT_ONCE: Final = 50
LONGEST_NAME: Final = 200
LONGEST_VALUE: Final = 65_536  # HubSpot's own limit of a text property


@dataclass(frozen=True, slots=True)
class Stored:
    """
    What a batch changed, in contacts.

    `contact_ids`: where each HubSpot id leads now, merged ones too. `held_back`: HubSpot ids of erased people, of whom
    nothing was stored.
    """

    updated_ids: frozenset[int]
    unchanged: int
    added: int
    held_back: frozenset[str]
    contact_ids: dict[str, int]

    @property
    def updated(self) -> int:
        return len(self.updated_ids)


def store_states(session: Session, states: Sequence[ContactState], *, hasher: Hasher, now: datetime) -> Stored:
    """
    Make contacts equal to what HubSpot answered; some hundred at a time.

    An older answer never overwrites a younger one. Whoever is opted out stays so, by every key the answers add;
    whoever is erased is passed over.
    """
    take_turns(session)
    held_back = _hold_back(session, states, hasher, now)
    batch = Batch(session, now)
    batch.store([state for state in states if state.hubspot_id not in held_back])
    told = opt_outs.spread(session, keys_of_contacts(session, batch.changed, hasher))
    opt_outs_to_hubspot.owe(session, told.keys() & batch.added, now=now)
    _hear_opt_outs(session, states, batch.leads_to, hasher, now)
    return Stored(
        updated_ids=frozenset(batch.changed & batch.meant - batch.added),
        unchanged=len(batch.meant - batch.changed),
        added=len(batch.added),
        held_back=held_back,
        contact_ids=batch.leads_to,
    )


def _hear_opt_outs(
    session: Session, states: Sequence[ContactState], contacts: Mapping[str, int], hasher: Hasher, now: datetime
) -> None:
    """Whoever opted out in HubSpot, by the property that the admin chose, is to be opted out here."""
    chosen = hubspot_choices.chosen(session, HubSpotOption.OPT_OUT_FROM)
    if chosen is None:
        return
    say_so = [
        one for one in states if one.hubspot_id in contacts and chosen.is_set(one.properties.get(chosen.property))
    ]
    ids = {state.hubspot_id: contacts[state.hubspot_id] for state in say_so if not state.is_deleted}
    are_out = opt_outs.states(session, keys_of_contacts(session, set(ids.values()), hasher))
    news = [hubspot_id for hubspot_id, contact_id in ids.items() if contact_id not in are_out]
    opt_outs_waiting.found_in_hubspot(session, news, hasher, now=now)


def mark_missing(session: Session, hubspot_ids: Collection[str], now: datetime) -> int:
    """HubSpot no longer knows these ids: those contacts of ours count as deleted there. How many that changed."""
    take_turns(session)
    query = select(ContactId.hubspot_id).where(col(ContactId.hubspot_id).in_(hubspot_ids), col(ContactId.is_present))
    batch = Batch(session, now)
    batch.store([ContactState(id_, asked_at=now, is_deleted=True) for id_ in session.exec(query)])
    return len(batch.changed)


def _hold_back(session: Session, states: Sequence[ContactState], hasher: Hasher, now: datetime) -> frozenset[str]:
    """The ids of erased people. One who was merged with somebody we hold takes that contact along."""
    people = {
        place: PersonKeys.of(hasher, emails=state.emails, hubspot_ids=state.ids) for place, state in enumerate(states)
    }
    erased = {place for place, state in opt_outs.states(session, people).items() if state.erased}
    if not erased:
        return frozenset()
    opt_outs.spread(session, {place: people[place] for place in erased})
    ids = frozenset(id_ for place in erased for id_ in states[place].ids)
    for contact_id in sorted(set(contact_ids(session, ids).values())):
        privacy.erase_held(session, contact_id, actor="hubspot", hasher=hasher, now=now)
    return ids


class Batch:
    """Some states on their way into the store; says afterwards which contacts were meant, changed and added."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.now = now
        self.meant: set[int] = set()
        self.changed: set[int] = set()
        self.added: set[int] = set()
        self.leads_to: dict[str, int] = {}
        self._told: list[tuple[Contact, ContactState]] = []
        """Those that are not older than what we hold, oldest first."""

    def store(self, states: Sequence[ContactState]) -> None:
        keep_companies(self.session, {state.company_id for state in states if state.company_id})
        keep_owners(self.session, {owner for state in states if (owner := _owner(state))})
        contacts = self._resolve(sorted(states, key=lambda state: state.asked_at))
        self._lead_here(states, contacts)
        self._settle({_id(contact): contact for contact in contacts.values()})
        self._leave_groups()
        self._note_freshness()
        refresh_search_texts(self.session, self.changed)

    def _resolve(self, states: Sequence[ContactState]) -> dict[str, Contact]:
        """The contact of each HubSpot id, made, merged and filled as the states say."""
        contacts = _held(self.session, {id_ for state in states for id_ in state.ids})
        new, altered = [], []
        for state in states:
            contact = self._merged(state, contacts)
            if contact is None:
                contact = Contact(
                    asked_at=state.asked_at,
                    modified_at=state.modified_at,
                    search_text=searchable(name_of(state), state.emails),
                )
                new.append(contact)
                self.session.add(contact)
            contacts |= dict.fromkeys(state.ids, contact)
            if state.asked_at >= contact.asked_at:
                self._told.append((contact, state))
                if _apply(contact, state):
                    altered.append(contact)
        self.session.flush()
        self.meant = {_id(contact) for contact in contacts.values()}
        self.added = {_id(contact) for contact in new} & self.meant
        self.changed = (self.changed | {_id(contact) for contact in (*new, *altered)}) & self.meant
        return contacts

    def _merged(self, state: ContactState, contacts: dict[str, Contact]) -> Contact | None:
        """The contact that a state means; if several were one person, they are one contact from now on."""
        known = [contacts[id_] for id_ in state.ids if id_ in contacts]
        others = [contact for contact in known[1:] if contact is not known[0]]
        if others:
            self.session.flush()
            kept, gone = known[0], {_id(contact) for contact in others}
            contact_merge.move(self.session, gone, _id(kept))
            moved = [id_ for id_, contact in contacts.items() if _is_one_of(contact, others)]
            contacts |= dict.fromkeys(moved, kept)
            self._told = [(kept if _is_one_of(one, others) else one, told) for one, told in self._told]
            self.changed.add(_id(kept))
        return known[0] if known else None

    def _lead_here(self, states: Sequence[ContactState], contacts: dict[str, Contact]) -> None:
        """Each HubSpot id leads to its contact, and one of them is the present one."""
        held = self.session.exec(select(ContactId).where(col(ContactId.contact_id).in_(self.meant)))
        rows = {row.hubspot_id: row for row in held}
        for id_ in sorted({id_ for state in states for id_ in state.ids} - rows.keys()):
            rows[id_] = ContactId(hubspot_id=id_, contact_id=_id(contacts[id_]), is_present=False)
            self.session.add(rows[id_])
            self.changed.add(rows[id_].contact_id)
        present = {_id(contact): state.hubspot_id for contact, state in self._told}
        for row in rows.values():
            is_present = present.get(row.contact_id) == row.hubspot_id
            if row.contact_id in present and row.is_present != is_present:
                row.is_present = is_present
                self.changed.add(row.contact_id)
        self.leads_to = {id_: row.contact_id for id_, row in rows.items()}

    def _settle(self, contacts: dict[int, Contact]) -> None:
        """Addresses go to whom HubSpot gives them; a lead among them is a contact now."""
        wanted = {_id(contact): _claims(state) for contact, state in self._told if _tells_values(state)}
        settled = address_claims.settle(self.session, contacts, wanted, now=self.now)
        self.changed |= settled.contact_ids
        if settled.were_nobodys:
            leads.became_contact(self.session, settled.were_nobodys, now=self.now)
            target_groups.became_contacts(self.session, settled.were_nobodys, now=self.now)

    def _leave_groups(self) -> None:
        deleted = select(Contact.id).where(col(Contact.id).in_(self.changed), col(Contact.deleted_at).is_not(None))
        self.session.execute(delete(GroupMember).where(col(GroupMember.contact_id).in_(deleted)))

    def _note_freshness(self) -> None:
        """Also what did not change was asked for; that costs one statement."""
        asked = {_id(contact): state.asked_at for contact, state in self._told if contact.asked_at != state.asked_at}
        for moment in set(asked.values()):
            ids = [contact_id for contact_id, at in asked.items() if at == moment]
            self.session.execute(update(Contact).where(col(Contact.id).in_(ids)).values(asked_at=moment))
        for contact, state in self._told:
            if state.modified_at not in (None, contact.modified_at):
                contact.modified_at = state.modified_at
        self.session.flush()


def _held(session: Session, hubspot_ids: Collection[str]) -> dict[str, Contact]:
    query = select(ContactId.hubspot_id, Contact).join(Contact, col(Contact.id) == col(ContactId.contact_id))
    return dict(session.exec(query.where(col(ContactId.hubspot_id).in_(hubspot_ids))).all())


def _id(contact: Contact) -> int:
    assert contact.id is not None
    return contact.id


def _is_one_of(contact: Contact, others: Iterable[Contact]) -> bool:
    return any(contact is other for other in others)


def _tells_values(state: ContactState) -> bool:
    """Of a record in the bin HubSpot may tell no more than that: then what we hold stays."""
    return not state.is_deleted or bool(state.properties or state.email)


def _claims(state: ContactState) -> dict[str, AddressKind]:
    claims = dict.fromkeys(state.emails, AddressKind.ADDITIONAL)
    return claims | ({state.email: AddressKind.PRIMARY} if state.email else {})


def _apply(contact: Contact, state: ContactState) -> bool:
    """Whether anything changed; an equal row is not touched."""
    values: dict[str, object] = {
        "deleted_at": (contact.deleted_at or state.asked_at) if state.is_deleted else None,
        "created_at": state.created_at or contact.created_at,
    }
    if _tells_values(state):
        values |= {
            "name": name_of(state),
            "properties": {name: value and clean(value, LONGEST_VALUE) for name, value in state.properties.items()},
            "owner_id": _owner(state),
            "company_id": state.company_id or None,
            "lifecycle": state.properties.get("lifecyclestage") or None,
        }
    news = {name: value for name, value in values.items() if getattr(contact, name) != value}
    for name, value in news.items():
        setattr(contact, name, value)
    return bool(news)


def name_of(state: ContactState) -> str:
    """What people read as the contact's name; empty when HubSpot holds none."""
    parts = (state.properties.get("firstname"), state.properties.get("lastname"))
    return clean(" ".join(" ".join(part for part in parts if part).split()), LONGEST_NAME)


def _owner(state: ContactState) -> str | None:
    return state.properties.get("hubspot_owner_id") or None
