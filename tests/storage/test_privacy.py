"""A person can read all we hold of them, and be forgotten."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel, select

from decisions.human_or_machine import VerdictKind
from storage import Session, Store, groups_by_hand, opt_outs, outbox, posted
from storage.audit import AuditEntry
from storage.contacts import ContactState
from storage.database import forget_bytes
from storage.kept_totals import KeptTotal
from storage.opt_out_asked import opt_out
from storage.outbox import Due, OutboxItem
from storage.person_export import NotKnown, export
from storage.privacy import EMPTIED_OF_ADDRESS, NAMED_BY_ADDRESS, NAMED_BY_CONTACT, Erased, erase, erase_contact
from storage.tracking import EventClass, EventKind
from tests.storage.people import HASHER, T0, a_state, at, become_lead, fetch, store_all


def erase_max(store: Store, email: str = "max@firma.de") -> Erased:
    return store.write_now(erase, email, actor="cli", hasher=HASHER, now=T0)


def everything(store: Store) -> str:
    """All rows of all tables, as text."""

    def read(session: Session) -> str:
        names = [table.name for table in SQLModel.metadata.sorted_tables]
        return "\n".join(str(session.execute(text(f"SELECT * FROM {name}")).all()) for name in names)

    return store.read_now(read)


def post_about(store: Store, email: str) -> None:
    """A message in Slack that names this address."""

    def write(session: Session) -> None:
        address_id = session.execute(text("SELECT id FROM address WHERE email = :email"), {"email": email}).scalar()
        posted.remember(
            session, channel="C1", ts="1.2", kind=Due.ACTIVITY_CHANGED, subject=7, address_id=address_id, now=T0
        )

    store.write_now(write)


def test_export_holds_everything(store: Store) -> None:
    """Views and clicks, machines' too with their verdict, from every address; and it is JSON."""
    store_all(store, a_state(additional_emails=("m@privat.de",), company_id="9"))
    fetch(store, "max@firma.de", EventKind.VIEW, minute=1)
    fetch(store, "m@privat.de", minute=2)
    fetch(store, "max@firma.de", minute=3, verdict=VerdictKind.MACHINE)
    post_about(store, "max@firma.de")

    told = json.loads(json.dumps(store.read_now(export, "max@firma.de", HASHER)))

    assert [(click["occurred_at"], click["campaign"], click["verdict"]) for click in told["clicks"]] == [
        ("2026-11-25T09:02:00Z", "Spring Fair", "human"),
        ("2026-11-25T09:03:00Z", "Spring Fair", "machine"),
    ]
    assert [view["occurred_at"] for view in told["views"]] == ["2026-11-25T09:01:00Z"]
    assert [address["email"] for address in told["addresses"]] == ["m@privat.de", "max@firma.de"]
    assert told["contact"]["hubspot_ids"] == ["501"]
    assert told["properties"] == {"firstname": "Max", "lastname": "Mustermann"}
    assert (len(told["messages"]), told["opted_out"]) == (1, None)


def test_export_names_groups_that_wait(store: Store) -> None:
    """The groups in which an address waits for its contact are named, though nothing else is stored of it."""
    for name in ("Trade fair", "Advent"):
        group_id = store.write_now(groups_by_hand.create, name, actor="cli", now=T0)
        store.write_now(groups_by_hand.add, group_id, ["new@firma.de"], [], hasher=HASHER, now=T0)

    assert store.read_now(export, "new@firma.de", HASHER)["waits_for_groups"] == ["Advent", "Trade fair"]
    store_all(store, a_state(email="new@firma.de"))
    told = store.read_now(export, "new@firma.de", HASHER)
    assert (told["target_groups"], told["waits_for_groups"]) == (["Advent", "Trade fair"], [])


def test_export_of_nobody(store: Store) -> None:
    """Who is not known is told so; who opted out without being known reads just that."""
    with pytest.raises(NotKnown, match="Nothing is stored"):
        store.read_now(export, "max@firma.de", HASHER)

    store.write_now(opt_out, "max@firma.de", actor="cli", hasher=HASHER, now=T0)

    told = store.read_now(export, "max@firma.de", HASHER)
    assert told["opted_out"] == {"since": "2026-11-25T09:00:00Z", "by": "cli", "erased": False}
    assert told["addresses"] == told["clicks"] == []


def test_erased_contact_is_in_no_table(store: Store) -> None:
    """Of an erased contact no address, name, id or event remains; others' rows do."""
    store_all(store, a_state(additional_emails=("m@privat.de",)), a_state("502", "eva@firma.de"))
    for email in ("max@firma.de", "m@privat.de", "eva@firma.de"):
        fetch(store, email, EventKind.VIEW)
        fetch(store, email)
    post_about(store, "m@privat.de")
    store.write_now(opt_out, "max@firma.de", actor="cli", hasher=HASHER, now=T0)

    erased = erase_max(store)

    assert (erased.was_known, erased.messages_to_rewrite) == (True, 1)
    left = everything(store)
    assert not [part for part in ("max@firma.de", "m@privat.de", "'501'") if part in left]
    assert "eva@firma.de" in left
    entries = store.read_now(lambda session: session.exec(select(AuditEntry.action, AuditEntry.address_id)).all())
    assert [tuple(entry) for entry in entries] == [("opted out", None), ("erased", None)]


def test_address_that_another_contact_holds(store: Store) -> None:
    """Who shares an address in HubSpot with someone who is erased is not erased with them, and is tracked no more."""
    store_all(store, a_state(), a_state("502", "eva@firma.de", additional_emails=("max@firma.de",)))

    erase_max(store, "eva@firma.de")

    again = store_all(store, a_state(minute=1), a_state("502", "eva@firma.de", additional_emails=("e@firma.de",)))
    assert again.held_back == {"502"}
    told = store.read_now(export, "max@firma.de", HASHER)
    assert (told["contact"]["hubspot_ids"], told["opted_out"]["erased"]) == (["501"], False)


def test_erased_lead(store: Store) -> None:
    """An address without contact is forgotten too, and what was to be told of it is not told."""
    store.write_now(lambda session: outbox.owe(session, Due.LEAD_CHANGED, 1, destination="slack:C1", now=T0))
    become_lead(store, "max@firma.de")

    erase_max(store)

    assert "max@firma.de" not in everything(store)
    assert store.read_now(lambda session: session.exec(select(OutboxItem)).all()) == []


def test_message_is_owed_without_the_name(store: Store) -> None:
    """The rewrite that is owed says which message, and nothing of the person."""
    store_all(store, a_state())
    post_about(store, "max@firma.de")

    erase_max(store)

    item = store.read_now(lambda session: session.exec(select(OutboxItem)).one())
    assert (item.kind, item.destination) == (Due.PERSON_FORGOTTEN, "slack:C1")
    assert item.facts == {"channel": "C1", "ts": "1.2", "kind": "activity_changed", "subject": "7"}


def test_totals_of_campaigns_stay(store: Store) -> None:
    """What an erased person added to a campaign's numbers stays, without them."""
    store_all(store, a_state())
    fetch(store, "max@firma.de", EventKind.VIEW)
    fetch(store, "max@firma.de", minute=1)
    fetch(store, "max@firma.de", minute=24 * 60)
    fetch(store, "max@firma.de", minute=2, verdict=VerdictKind.MACHINE)

    erase_max(store)

    rows = store.read_now(
        lambda session: session.exec(
            select(KeptTotal.day, KeptTotal.kind, KeptTotal.counts_as, KeptTotal.number).order_by(
                KeptTotal.day, KeptTotal.kind, KeptTotal.counts_as
            )
        ).all()
    )
    day = T0.replace(hour=0)
    assert [tuple(row) for row in rows] == [
        (day, EventKind.VIEW, EventClass.HUMAN, 1),
        (day, EventKind.CLICK, EventClass.HUMAN, 1),
        (day, EventKind.CLICK, EventClass.MACHINE, 1),
        (day.replace(day=26), EventKind.CLICK, EventClass.HUMAN, 1),
    ]


@pytest.mark.parametrize(
    ("state", "ids"),
    [
        (a_state(minute=1), {"501"}),
        (a_state("777", minute=1), {"777"}),
        (a_state("501", email="new@firma.de", minute=1), {"501"}),
        (a_state("777", email="a@b.de", other_ids=("501",), minute=1), {"501", "777"}),
        (a_state("777", email="a@b.de", additional_emails=("max@firma.de",), minute=1), {"777"}),
    ],
)
def test_erased_is_never_stored_again(store: Store, state: ContactState, ids: set[str]) -> None:
    """Whatever of them HubSpot still holds, it is held back and counted, and so is what it gets later."""
    store_all(store, a_state())
    erase_max(store)

    stored = store_all(store, state)
    again = store_all(store, a_state(state.hubspot_id, email="later@firma.de", minute=2))

    assert (stored.added, stored.held_back) == (0, ids)
    assert again.held_back == {state.hubspot_id}
    assert store.read_now(lambda session: session.execute(text("SELECT count(*) FROM contact")).scalar()) == 0
    assert "@" not in everything(store).replace("user@", "")


def test_merged_with_an_erased_person(store: Store) -> None:
    """Somebody whom HubSpot merges with an erased person is that person."""
    store_all(store, a_state("502", "b@b.de"))
    erase_max(store)

    stored = store_all(store, a_state("601", "b@b.de", 1, additional_emails=("max@firma.de",), other_ids=("502",)))

    assert stored.held_back == {"601", "502"}
    assert "b@b.de" not in everything(store)


def test_privacy_deletion(store: Store) -> None:
    """HubSpot's privacy deletion erases by id, also an id that we never held."""
    store_all(store, a_state())

    known = store.write_now(erase_contact, "501", actor="hubspot", hasher=HASHER, now=T0)
    unknown = store.write_now(erase_contact, "999", actor="hubspot", hasher=HASHER, now=T0)

    assert (known.was_known, unknown.was_known) == (True, False)
    assert store_all(store, a_state("999", "x@y.de", 1)).held_back == {"999"}
    assert store.read_now(opt_outs.opted_out, ["max@firma.de"], HASHER) == {"max@firma.de"}


def test_every_table_that_points_at_people_is_thought_of() -> None:
    """A new table that points at addresses or contacts must say what an erase does with it."""
    pointing = {
        (key.parent.table.name, key.column.table.name)
        for table in SQLModel.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name in ("address", "contact")
    }
    handled = {(str(table.__tablename__), "address") for table in (*NAMED_BY_ADDRESS, *EMPTIED_OF_ADDRESS)}
    handled |= {(str(table.__tablename__), "contact") for table in NAMED_BY_CONTACT} | {("address", "contact")}
    handled.remove(("last_seen", "address"))  # its 0 stands for nobody, so it has no foreign key

    assert pointing == handled


def test_no_bytes_remain(store: Store, tmp_path: Path) -> None:
    """After the after-care SQLite's files hold neither name nor address, search index and log included."""
    if store.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL cleans up by itself")
    store_all(store, *(a_state(str(number), f"person{number}@firma.de") for number in range(1000, 1050)))
    properties = {"firstname": "Zebulon", "lastname": "Qqzenfurt"}
    store_all(store, a_state("501", "zebulon@qqzenfurt.example", properties=properties))
    fetch(store, "zebulon@qqzenfurt.example")

    def files() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.iterdir()).lower()

    # The index holds three letters at a time.
    assert b"qqzenfurt" in files()
    erase_max(store, "zebulon@qqzenfurt.example")
    assert forget_bytes(store.engine)

    assert not [part for part in (b"zebulon", b"qqz", b"furt.ex") if part in files()]
    assert b"person1000" in files()


def test_numbers_of_others_stay(store: Store) -> None:
    """Erasing one person leaves the performance of others as it was."""
    store_all(store, a_state(), a_state("502", "eva@firma.de"))
    fetch(store, "eva@firma.de", minute=1)

    erase_max(store)

    told = store.read_now(export, "eva@firma.de", HASHER)
    assert [click["occurred_at"] for click in told["clicks"]] == [at(1).isoformat().replace("+00:00", "Z")]
    assert told["counters"][0]["clicks"] == 1
