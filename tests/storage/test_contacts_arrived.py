"""States of contacts become ours, whatever their order, age or repetition."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import col, select

from storage import Session, Store, contact_card, contacts, open_store
from storage.address_claims import AddressConflict, address_conflicts
from storage.addresses import Address, AddressKind
from storage.contact_card import ContactCard
from storage.contacts import Contact, ContactId, ContactState
from storage.contacts_arrived import mark_missing
from storage.leads import Lead, LeadStage
from storage.target_groups import GroupMember, TargetGroup
from tests.storage.people import HASHER, T0, a_state, at, become_lead, store_all


def addresses(store: Store) -> dict[str, tuple[str | None, AddressKind | None]]:
    """Each address, the present HubSpot id of its contact, and what it is to it."""

    def read(session: Session) -> dict[str, tuple[str | None, AddressKind | None]]:
        rows = session.exec(select(Address).order_by(col(Address.email)))
        return {row.email: (row.contact_id and contacts.present_id(session, row.contact_id), row.kind) for row in rows}

    return store.read_now(read)


def people(store: Store) -> dict[str, tuple[str, ...]]:
    """The HubSpot ids of each contact, by the present one."""

    def read(session: Session) -> dict[str, tuple[str, ...]]:
        rows = session.exec(select(ContactId).order_by(col(ContactId.hubspot_id))).all()
        present = {row.contact_id: row.hubspot_id for row in rows if row.is_present}
        return {
            id_: tuple(row.hubspot_id for row in rows if row.contact_id == contact_id)
            for contact_id, id_ in present.items()
        }

    return store.read_now(read)


def the_contact(store: Store, hubspot_id: str = "501") -> Contact:
    def read(session: Session) -> Contact:
        contact = session.get_one(Contact, contacts.contact_ids(session, [hubspot_id])[hubspot_id])
        session.expunge(contact)
        return contact

    return store.read_now(read)


def test_new_contact(store: Store) -> None:
    """A state of someone new is a contact with its name, properties, addresses, owner and company."""
    state = a_state(
        additional_emails=("m.mustermann@firma.de",),
        company_id="900",
        properties={
            "firstname": "Max",
            "lastname": "Muster\x00mann",
            "hubspot_owner_id": "7",
            "lifecyclestage": "lead",
        },
    )

    stored = store_all(store, state)

    assert (stored.added, stored.updated, stored.unchanged) == (1, 0, 0)
    contact = the_contact(store)
    assert (contact.name, contact.owner_id, contact.company_id) == ("Max Mustermann", "7", "900")
    assert (contact.lifecycle, contact.properties["lastname"]) == ("lead", "Mustermann")
    assert addresses(store) == {
        "max@firma.de": ("501", AddressKind.PRIMARY),
        "m.mustermann@firma.de": ("501", AddressKind.ADDITIONAL),
    }


def test_equal_state_changes_only_the_freshness(store: Store) -> None:
    """A state that brings nothing new counts as unchanged, and its moment is kept."""
    store_all(store, a_state(minute=0))

    stored = store_all(store, a_state(minute=5))

    assert (stored.added, stored.updated, stored.unchanged) == (0, 0, 1)
    assert the_contact(store).asked_at == at(5)


def test_older_state_never_overwrites(store: Store) -> None:
    """What HubSpot answered earlier cannot undo what it answered later."""
    store_all(store, a_state(minute=5, email="new@firma.de", properties={"firstname": "New"}))

    stored = store_all(store, a_state(minute=4, email="old@firma.de", properties={"firstname": "Old"}))

    assert stored.unchanged == 1
    assert the_contact(store).name == "New"
    assert addresses(store) == {"new@firma.de": ("501", AddressKind.PRIMARY)}


def test_older_state_of_the_same_batch(store: Store) -> None:
    """In one batch, too, the younger answer stands, wherever it is."""
    store_all(store, a_state(minute=5, email="new@firma.de"), a_state(minute=4, email="old@firma.de"))

    assert addresses(store)["new@firma.de"] == ("501", AddressKind.PRIMARY)


def test_former_address_still_resolves(store: Store) -> None:
    """An address that a contact had before stays its own."""
    store_all(store, a_state(email="old@firma.de"))

    stored = store_all(store, a_state(email="new@firma.de", minute=1))

    assert stored.updated == 1
    assert addresses(store) == {
        "old@firma.de": ("501", AddressKind.FORMER),
        "new@firma.de": ("501", AddressKind.PRIMARY),
    }


@pytest.mark.parametrize(
    ("first", "second", "holder"),
    [
        (a_state("1", email="x@firma.de"), a_state("2", email="a@b.de", additional_emails=("x@firma.de",)), "1"),
        (a_state("1", email="a@b.de", additional_emails=("x@firma.de",)), a_state("2", email="x@firma.de"), "2"),
        (a_state("1", email="x@firma.de", created_at=T0), a_state("2", email="x@firma.de"), "1"),
        (a_state("1", email="x@firma.de"), a_state("2", email="x@firma.de", created_at=T0), "2"),
        (a_state("1", email="x@firma.de", is_deleted=True, created_at=T0), a_state("2", email="x@firma.de"), "2"),
    ],
)
@pytest.mark.parametrize("order", [1, -1])
def test_one_address_of_two_records(
    store: Store, first: ContactState, second: ContactState, holder: str, order: int
) -> None:
    """Primary comes before additional, live before deleted, then the older in HubSpot; in whatever order they come."""
    for state in (first, second)[::order]:
        store_all(store, state)

    assert addresses(store)["x@firma.de"][0] == holder


def test_loser_is_reported_and_gets_the_address_when_it_is_free(store: Store) -> None:
    """Who lost an address to another record is named; when that one changes its address, the loser has it."""
    store_all(store, a_state("1", email="x@firma.de", created_at=T0), a_state("2", email="x@firma.de"))
    assert store.read_now(address_conflicts) == (AddressConflict("x@firma.de", "1", "2"),)

    store_all(store, a_state("1", email="y@firma.de", created_at=T0, minute=1))

    assert addresses(store) == {
        "x@firma.de": ("2", AddressKind.PRIMARY),
        "y@firma.de": ("1", AddressKind.PRIMARY),
    }
    assert store.read_now(address_conflicts) == ()


def test_contact_without_address(store: Store) -> None:
    """A record without any address is a contact all the same."""
    assert store_all(store, a_state(email=None)).added == 1
    assert the_contact(store).name == "Max Mustermann"


def test_merge_into_a_third_record(store: Store) -> None:
    """Merged ids lead to the survivor, with their addresses and groups."""
    store_all(store, a_state("501", "a@firma.de"), a_state("502", "b@firma.de"))
    in_group(store, "Customers", "502")

    stored = store_all(
        store, a_state("601", "a@firma.de", 1, additional_emails=("b@firma.de",), other_ids=("501", "502"))
    )

    assert (stored.added, stored.updated) == (0, 1)
    assert people(store) == {"601": ("501", "502", "601")}
    assert addresses(store) == {
        "a@firma.de": ("601", AddressKind.PRIMARY),
        "b@firma.de": ("601", AddressKind.ADDITIONAL),
    }
    assert groups_of(store, "601") == ["Customers"]


def test_deleted_leaves_groups_and_comes_back(store: Store) -> None:
    """Deleted in HubSpot a contact is in no group, but stays; restored it is the same contact."""
    store_all(store, a_state())
    in_group(store, "Customers", "501")
    before = the_contact(store).id

    store_all(store, ContactState("501", at(1), is_deleted=True))
    deleted = the_contact(store)

    assert (deleted.deleted_at, deleted.name) == (at(1), "Max Mustermann")
    assert groups_of(store, "501") == []
    assert addresses(store) == {"max@firma.de": ("501", AddressKind.PRIMARY)}

    store_all(store, a_state(minute=2))

    assert (the_contact(store).id, the_contact(store).deleted_at) == (before, None)


def test_missing_counts_as_deleted(store: Store) -> None:
    """An id that HubSpot no longer knows is a deleted contact; ids that merely lead to a survivor are not meant."""
    store_all(store, a_state("601", other_ids=("501",)))

    assert store.write_now(mark_missing, ["501", "999"], at(1)) == 0
    assert store.write_now(mark_missing, ["601"], at(1)) == 1
    assert the_contact(store).deleted_at == at(1)


def test_lead_becomes_contact(store: Store) -> None:
    """A lead whose address HubSpot holds now is a contact, with what it clicked."""
    become_lead(store, "max@firma.de")

    store_all(store, a_state())

    card = store.read_now(contact_card.card_of_address, "max@firma.de", HASHER)
    assert isinstance(card, ContactCard)
    assert card.performance.clicks == 1
    assert store.read_now(lambda session: session.exec(select(Lead.stage)).one()) is LeadStage.CONTACT


def test_stored_by_two_at_once_is_one_contact(store: Store) -> None:
    """Two processes that store the same new person at once make one contact of them."""
    with ThreadPoolExecutor(4) as pool:
        others = [
            open_store(store.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")) for _ in range(4)
        ]
        list(pool.map(lambda other: store_all(other, a_state(), a_state("502", "b@firma.de")), others))
        for other in others:
            other.close_now()

    assert people(store) == {"501": ("501",), "502": ("502",)}


def in_group(store: Store, name: str, hubspot_id: str) -> None:
    def write(session: Session) -> None:
        group = TargetGroup(name=name, name_key=name.casefold(), created_at=T0)
        session.add(group)
        session.flush()
        contact_id = contacts.contact_ids(session, [hubspot_id])[hubspot_id]
        session.add(GroupMember(group_id=group.id or 0, contact_id=contact_id, since=T0))

    store.write_now(write)


def groups_of(store: Store, hubspot_id: str) -> list[str]:
    def read(session: Session) -> list[str]:
        contact_id = contacts.contact_ids(session, [hubspot_id])[hubspot_id]
        query = select(TargetGroup.name).join(GroupMember, col(GroupMember.group_id) == col(TargetGroup.id))
        return list(session.exec(query.where(GroupMember.contact_id == contact_id)))

    return store.read_now(read)
