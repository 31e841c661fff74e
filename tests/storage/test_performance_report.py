"""The performance of whatever one asks for comes from one source, and adds up."""

from dataclasses import astuple
from datetime import timedelta

import pytest
from sqlmodel import Session

from storage import Store
from storage.accounts import account_ids
from storage.campaign_changes import archive_campaign, campaign_id
from storage.counts import Counts
from storage.performance import addresses_of_person
from storage.performance_report import NOBODY, Part, Report, parts_of_account, parts_of_all, report, sender_id, series
from storage.privacy import erase
from storage.selections import ALL, Selection, of_account, of_addresses, of_campaign, of_group, of_sender
from storage.tracking import EventKind
from tests.storage.people import HASHER, T0
from tests.storage.test_events_thinned import thin_all
from tests.storage.test_recount import PERSON, World

VIEW, CLICK = EventKind.VIEW, EventKind.CLICK


@pytest.fixture
def world(store: Store) -> World:
    """Max, in the group, views twice and clicks; Eva and Otto view; Jo, a lead, clicks; so does a mail to several."""
    world = World(store)
    for who, kind, agent in (
        ("max@firma.de", VIEW, PERSON),
        ("max@firma.de", VIEW, PERSON),
        ("max@firma.de", CLICK, PERSON),
        ("max@firma.de", CLICK, "curl/8"),
        ("eva@firma.de", VIEW, PERSON),
        ("otto@acme.example", VIEW, "Mozilla/5.0"),
        ("jo@acme.example", CLICK, PERSON),
        (None, CLICK, PERSON),
    ):
        world.fetch(who, kind, agent, 3600)
    return world


def scope(session: Session, about: str) -> Selection:
    kind, _, name = about.partition(" ")
    if kind == "contact":
        return of_addresses(addresses_of_person(session, name))
    if kind == "account":
        return of_account(account_ids(session, [name])[name])
    if kind == "campaign":
        return of_campaign(campaign_id(session, name))
    if kind == "sender":
        return of_sender(sender_id(session, name) or 0)
    return ALL


def told(world: World, about: str) -> Report:
    def read(session: Session) -> Report:
        return report(session, of_group(world.group_id) if about == "group" else scope(session, about))

    return world.store.read_now(read)


NUMBERS = [
    ("contact max@firma.de", Counts(2, 0, 0, 1, 1), (1, 1), (1, 3), ["Summit"]),
    ("account firma.de", Counts(3, 0, 0, 1, 1), (2, 1), (1, 5), ["Summit"]),
    ("account acme.example", Counts(0, 1, 0, 1, 0), (0, 1), (7, 7), ["Fair"]),
    ("campaign Summit", Counts(2, 0, 0, 1, 1), (1, 1), (1, 3), ["Summit"]),
    ("campaign Fair", Counts(1, 1, 0, 2, 0), (1, 1), (5, 8), ["Fair"]),
    ("group", Counts(2, 0, 0, 1, 1), (1, 1), (1, 3), ["Summit"]),
    ("sender anna@ours.example", Counts(3, 1, 0, 3, 1), (2, 2), (1, 8), ["Fair", "Summit"]),
    ("total", Counts(3, 1, 0, 3, 1), (2, 2), (1, 8), ["Fair", "Summit"]),
]


@pytest.mark.parametrize(("about", "counts", "uniques", "hours", "popular"), NUMBERS, ids=[row[0] for row in NUMBERS])
def test_numbers(
    world: World, about: str, counts: Counts, uniques: tuple[int, int], hours: tuple[int, int], popular: list[str]
) -> None:
    """Each scope tells its counts, its unique people, when it was seen first and last, and what was clicked most."""
    found = told(world, about)

    assert (found.counts, (found.unique_viewers, found.unique_clickers)) == (counts, uniques)
    assert (found.first_at, found.last_at) == tuple(T0 + timedelta(hours=hour) for hour in hours)
    assert [one.campaign for one in found.popular_campaigns] == popular


def test_recent_clicks(world: World) -> None:
    """The latest clicks by people who can be named, newest first, whatever is asked about."""
    recent = {
        about: [one.email for one in told(world, about).recent_clicks]
        for about in ("total", "account firma.de", "campaign Fair", "group")
    }

    assert recent == {
        "total": ["jo@acme.example", "max@firma.de"],
        "account firma.de": ["max@firma.de"],
        "campaign Fair": ["jo@acme.example"],
        "group": ["max@firma.de"],
    }


def added(parts: list[Part]) -> Counts:
    return Counts(*(sum(column) for column in zip(*(astuple(part.counts) for part in parts), strict=True)))


def test_all_adds_up(world: World, store: Store) -> None:
    """Addresses add up to their account, accounts and who cannot be named to the total, also after an erase."""
    acme = store.read_now(lambda session: account_ids(session, ["acme.example"])["acme.example"])
    assert added(store.read_now(parts_of_account, acme)) == told(world, "account acme.example").counts
    before = told(world, "total").counts

    store.write_now(erase, "max@firma.de", actor="cli", hasher=HASHER, now=world.now)

    parts = store.read_now(parts_of_all)
    assert added(parts) == told(world, "total").counts == before
    assert {part.name: part.counts.clicks for part in parts} == {"firma.de": 0, "acme.example": 1, NOBODY: 2}
    assert told(world, "campaign Summit").counts == Counts(2, 0, 0, 1, 1)


def test_series(world: World, store: Store) -> None:
    """Hour by hour, those without anything left out; all hours add up to the whole, by counters and by events."""
    store.write_now(archive_campaign, "Summit", now=world.now)
    for about in ("contact max@firma.de", "campaign Summit", "total", "sender anna@ours.example"):
        found = store.read_now(
            lambda session, about=about: series(session, scope(session, about), T0, T0 + timedelta(days=1))
        )
        counts = told(world, about).counts
        assert added([Part("", one) for _, one in found]) == counts
        assert [begin for begin, _ in found] == [T0 + timedelta(hours=hour + 1) for hour in range(len(found))]
        assert len(found) == sum(astuple(counts))
    half = store.read_now(lambda session: series(session, ALL, T0 + timedelta(hours=2), T0 + timedelta(hours=4)))
    assert [begin for begin, _ in half] == [T0 + timedelta(hours=2), T0 + timedelta(hours=3)]


def test_a_groups_people_outlive_their_events(world: World, store: Store) -> None:
    """Who viewed or clicked by a target group's choice is counted once, whether the events are held or went."""
    before = store.read_now(lambda session: report(session, of_group(world.group_id)))
    thin_all(store, T0 + timedelta(days=1))
    world.fetch("max@firma.de", CLICK, PERSON, 3600)

    after = store.read_now(lambda session: report(session, of_group(world.group_id)))

    assert before.unique_viewers > 0
    assert (after.unique_viewers, after.unique_clickers) == (before.unique_viewers, before.unique_clickers)
    store.write_now(erase, "max@firma.de", actor="cli", hasher=HASHER, now=T0)
    gone = store.read_now(lambda session: report(session, of_group(world.group_id)))
    assert gone.unique_viewers == before.unique_viewers - 1
