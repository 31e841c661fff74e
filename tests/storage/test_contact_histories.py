"""Random histories of a CRM, told late, twice, out of order or never: in the end the store equals the CRM."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import SQLModel, col, select

from storage import Session, Store, opt_outs
from storage.addresses import Address, AddressKind
from storage.contact_search import searchable
from storage.contacts import Contact, ContactId, ContactState
from storage.contacts_arrived import store_states
from storage.opt_out_asked import of_contact, opt_out
from tests.storage.people import HASHER, T0, a_state, at

EMAILS: Final = tuple(f"{name}@firma.de" for name in "abcde")
KINDS: Final = {AddressKind.PRIMARY: 0, AddressKind.ADDITIONAL: 1}


@dataclass
class Crm:
    """A CRM as HubSpot is one: merges make a third record, deleted ones come back, two may have one address."""

    records: dict[str, ContactState] = field(default_factory=dict)
    answers: list[ContactState] = field(default_factory=list)
    """What it would have answered after each change, in this order."""
    clock: int = 0

    def change(self, what: str, one: int, other: int, email: str | None) -> None:
        ids = sorted(self.records)
        if what == "create" or not ids:
            self._put(a_state(str(1000 + self.clock), email, created_at=at(self.clock)))
            return
        record, second = self.records[ids[one % len(ids)]], self.records[ids[other % len(ids)]]
        if what == "merge" and record is not second:
            self._merge(record, second)
        elif what == "delete":
            self._put(replace(record, is_deleted=True))
        elif what == "restore":
            self._put(replace(record, is_deleted=False))
        elif what == "email":
            self._put(replace(record, email=email))
        elif what == "additional":
            self._put(replace(record, additional_emails=(email,) if email else ()))

    def _put(self, record: ContactState) -> None:
        self.clock += 1
        name = {"firstname": "Max", "lastname": f"Version {self.clock}"}
        asked = replace(record, asked_at=at(self.clock), properties=name)
        self.records[record.hubspot_id] = asked
        self.answers.append(asked)

    def _merge(self, kept: ContactState, gone: ContactState) -> None:
        del self.records[kept.hubspot_id], self.records[gone.hubspot_id]
        merged = replace(
            kept,
            hubspot_id=str(1000 + self.clock),
            other_ids=(*kept.ids, *gone.ids),
            additional_emails=tuple(dict.fromkeys((*kept.emails, *gone.emails)))[:3],
            is_deleted=False,
        )
        self._put(merged)

    def holders(self) -> dict[str, tuple[str, AddressKind]]:
        """Who holds each address by the rules, and as what."""
        claims: dict[str, list[tuple[int, bool, object, str]]] = {}
        for record in self.records.values():
            for email in record.emails:
                kind = AddressKind.PRIMARY if email == record.email else AddressKind.ADDITIONAL
                rank = (KINDS[kind], record.is_deleted, record.created_at, record.hubspot_id)
                claims.setdefault(email, []).append(rank)
        best = {email: min(those) for email, those in claims.items()}
        return {email: (rank[3], tuple(KINDS)[rank[0]]) for email, rank in best.items()}


CHANGES = st.tuples(
    st.sampled_from(["create", "create", "merge", "delete", "restore", "email", "additional"]),
    st.integers(0, 5),
    st.integers(0, 5),
    st.sampled_from([*EMAILS, None]),
)


def history(changes: Sequence[tuple[str, int, int, str | None]]) -> Crm:
    crm = Crm()
    for change in changes:
        crm.change(*change)
    return crm


def empty(store: Store) -> None:
    """As hypothesis asks many times, the same database serves each."""

    def write(session: Session) -> None:
        for table in reversed(SQLModel.metadata.sorted_tables):
            if table.name != "campaigns_version":
                session.execute(table.delete())

    store.write_now(write)


def tell(store: Store, answers: Sequence[ContactState], size: int) -> None:
    for begin in range(0, len(answers), size):
        store.write_now(store_states, answers[begin : begin + size], hasher=HASHER, now=T0)


def present(session: Session) -> dict[str, tuple[frozenset[str], str, bool]]:
    """Each contact by its present HubSpot id: all its ids, its name, whether it is deleted."""
    rows = session.exec(select(ContactId)).all()
    contacts = {row.id: row for row in session.exec(select(Contact))}
    assert len(contacts) == sum(row.is_present for row in rows)
    return {
        row.hubspot_id: (
            frozenset(other.hubspot_id for other in rows if other.contact_id == row.contact_id),
            contacts[row.contact_id].name,
            contacts[row.contact_id].deleted_at is not None,
        )
        for row in rows
        if row.is_present
    }


def holders(session: Session) -> dict[str, tuple[str, AddressKind]]:
    query = select(Address.email, ContactId.hubspot_id, Address.kind).join(
        ContactId, (col(ContactId.contact_id) == col(Address.contact_id)) & col(ContactId.is_present)
    )
    return {email: (id_, kind) for email, id_, kind in session.exec(query) if kind in KINDS}


def check_search(session: Session) -> None:
    """What contacts are found by is what they are, and the index agrees."""
    emails: dict[int | None, list[str]] = {}
    for row in session.exec(select(Address)):
        emails.setdefault(row.contact_id, []).append(row.email)
    for contact in session.exec(select(Contact)):
        assert contact.search_text == searchable(contact.name, emails.get(contact.id, ()))
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("INSERT INTO contact_search (contact_search, rank) VALUES ('integrity-check', 1)"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(CHANGES, max_size=12), size=st.integers(1, 8), data=st.data())
def test_store_equals_the_crm(
    store: Store, changes: list[tuple[str, int, int, str | None]], size: int, data: st.DataObject
) -> None:
    """Old answers in any order, some never, some twice; once all present ones came, everything is as in the CRM."""
    empty(store)
    crm = history(changes)
    if crm.answers:
        tell(store, data.draw(st.lists(st.sampled_from(crm.answers), max_size=15)), size)

    tell(store, data.draw(st.permutations(list(crm.records.values()))), size)

    assert store.read_now(present) == {
        id_: (frozenset(record.ids), f"Max {record.properties['lastname']}", record.is_deleted)
        for id_, record in crm.records.items()
    }
    assert store.read_now(holders) == crm.holders()
    store.write_now(check_search)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.lists(CHANGES, min_size=1, max_size=6), after=st.lists(CHANGES, max_size=8), data=st.data())
def test_opt_out_survives_everything(
    store: Store,
    before: list[tuple[str, int, int, str | None]],
    after: list[tuple[str, int, int, str | None]],
    data: st.DataObject,
) -> None:
    """Whoever opted out by an address stays so by their HubSpot ids and by every address they get later."""
    empty(store)
    crm = history(before)
    tell(store, crm.answers, 3)
    email = data.draw(st.sampled_from(EMAILS))
    out = {id_ for record in crm.records.values() if email in record.emails for id_ in record.ids}
    store.write_now(opt_out, email, actor="cli", hasher=HASHER, now=T0)
    told = len(crm.answers)

    for change in after:
        crm.change(*change)
    tell(store, crm.answers[told:], data.draw(st.integers(1, 8)))

    for record in crm.records.values():
        if out & set(record.ids) or email in record.emails:
            assert store.read_now(opt_outs.opted_out, record.emails, HASHER) == set(record.emails)
            assert store.read_now(is_out, record.hubspot_id)


def is_out(session: Session, hubspot_id: str) -> bool:
    contact_id = session.exec(select(ContactId.contact_id).where(ContactId.hubspot_id == hubspot_id)).one()
    return of_contact(session, contact_id, HASHER) is not None
