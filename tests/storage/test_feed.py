"""The performance feed: which clicks make one activity, and whom it is told."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, update
from sqlmodel import col, select

from storage import Session, Store, feed, subscriptions
from storage.contacts import Contact, ContactState
from storage.contacts_arrived import store_states
from storage.opt_out_asked import opt_out, opt_out_domain
from storage.outbox import OutboxItem
from storage.subscriptions import Topic
from storage.tracking import Event, EventClass
from tests.storage.clicking import TRACKER, click

MAX, EVA = "max@firma.example", "eva@firma.example"
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def contacts(store: Store, now: datetime) -> None:
    """Two contacts, and a channel for the feed."""
    states = [
        ContactState("501", now, email=MAX, properties={"firstname": "Max", "lastname": "Mustermann"}),
        ContactState("502", now, email=EVA),
    ]
    store.write_now(store_states, states, hasher=TRACKER.hasher, now=now)
    store.write_now(subscriptions.subscribe, Topic.FEED, "C2", now=now)


def owed(store: Store) -> list[tuple[str, int]]:
    def read(session: Session) -> list[tuple[str, int]]:
        return [(row.subject, row.version) for row in session.exec(select(OutboxItem).order_by(col(OutboxItem.id)))]

    return store.read_now(read)


def test_card(store: Store, now: datetime) -> None:
    """The card tells who did what, how often, and through whose mail."""
    click(store, MAX, now, now + MINUTE, campaign="Fair")
    click(store, MAX, now + 2 * MINUTE, campaign="Catalogue")

    (card,) = store.read_now(feed.newest, 10)

    assert (card.email, card.name, card.account, card.hubspot_id) == (MAX, "Max Mustermann", "firma.example", "501")
    assert (card.clicks, [(one.campaign, one.clicks) for one in card.campaigns]) == (3, [("Fair", 2), ("Catalogue", 1)])
    assert (card.first_at, card.last_at, card.sender) == (now, now + 2 * MINUTE, "anna@ours.example")
    assert card == store.read_now(feed.get, card.id)


@pytest.mark.parametrize("batches", [[[0], [10], [20]], [[0, 10, 20]], [[20], [0], [10]], [[10, 20], [0]]])
def test_clicks_close_together_are_one(batches: list[list[int]], store: Store, now: datetime) -> None:
    """Clicks at most ten minutes apart are one activity that grows, told in one batch or in many, in any order."""
    for batch in batches:
        click(store, MAX, *(now + minute * MINUTE for minute in batch), now=now + timedelta(hours=1))

    activities = store.read_now(feed.newest, 10)
    # Two that began apart stay two, though a click told later lies between them.
    apart = batches == [[20], [0], [10]]
    assert len(activities) == (2 if apart else 1)
    assert (activities[0].last_at, activities[-1].first_at) == (now + 20 * MINUTE, now)
    assert len(owed(store)) == len(activities)


def test_far_apart_or_of_others_are_several(store: Store, now: datetime) -> None:
    """A click after more than ten minutes begins anew, and nobody shares an activity; newest first, page by page."""
    click(store, MAX, now, now + 11 * MINUTE)
    click(store, EVA, now + 5 * MINUTE)

    first = store.read_now(feed.newest, 2)
    rest = store.read_now(feed.newest, 2, before=first[-1])

    assert [(one.email, one.last_at) for one in (*first, *rest)] == [
        (MAX, now + 11 * MINUTE),
        (EVA, now + 5 * MINUTE),
        (MAX, now),
    ]
    assert owed(store) == [(str(one.id), 1) for one in (rest[0], first[0], first[1])]


def test_growing_renews_one_debt(store: Store, now: datetime) -> None:
    """An activity that grows before it was posted is owed once, in its newest state."""
    click(store, MAX, now)
    click(store, MAX, now + MINUTE)

    (card,) = store.read_now(feed.newest, 1)
    assert owed(store) == [(str(card.id), 2)]


def test_without_a_channel_nothing_is_owed(store: Store, now: datetime) -> None:
    """Where nobody reads the feed, activities are kept and nothing is owed."""

    def nobody(session: Session) -> None:
        for row in session.exec(select(subscriptions.Subscription)):
            session.delete(row)

    store.write_now(nobody)
    click(store, MAX, now)

    assert len(store.read_now(feed.newest, 10)) == 1
    assert owed(store) == []


def test_corrected_verdict_shows(store: Store, now: datetime) -> None:
    """A click that turned out to be a machine's, or is still in doubt, is not counted on the card."""
    click(store, MAX, now, now + MINUTE, now + 2 * MINUTE)

    def correct(session: Session) -> None:
        moments = (now + MINUTE, now + 2 * MINUTE)
        session.execute(update(Event).where(col(Event.at) == moments[0]).values(counts_as=int(EventClass.MACHINE)))
        session.execute(update(Event).where(col(Event.at) == moments[1]).values(is_doubted=True))

    store.write_now(correct)

    (card,) = store.read_now(feed.newest, 1)
    assert card.clicks == 1


def test_hidden_person_is_not_named(store: Store, now: datetime) -> None:
    """While a privacy deletion waits for its proof, the card names nobody."""
    click(store, MAX, now)

    def hide(session: Session) -> None:
        session.execute(update(Contact).values(hidden_at=now))

    store.write_now(hide)

    (card,) = store.read_now(feed.newest, 1)
    assert (card.email, card.name) == (None, None)


@pytest.mark.parametrize("whom", ["the person", "the domain"])
def test_opted_out_before_it_was_posted(whom: str, store: Store, now: datetime) -> None:
    """Of who opts out nothing is posted any more, not even what was owed already; others are."""
    click(store, MAX, now)
    click(store, "jo@other.example", now)
    store.write_now(store_states, [ContactState("503", now, email="jo@other.example")], hasher=TRACKER.hasher, now=now)
    click(store, "jo@other.example", now)

    if whom == "the person":
        store.write_now(opt_out, MAX, actor="cli", hasher=TRACKER.hasher, now=now)
    else:
        store.write_now(opt_out_domain, "firma.example", actor="cli", hasher=TRACKER.hasher, now=now)

    others = [one for one in store.read_now(feed.newest, 9) if one.email != MAX]
    assert owed(store) == [(str(one.id), 1) for one in others]
    assert len(others) == 1


def test_few_statements_a_batch(store: Store, now: datetime) -> None:
    """A hundred clicks cost hardly more statements than two."""
    addresses = [one.address_id for one in _clicked_by_both(store, now)]
    seen: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *told: seen.append(told[2]))

    def statements(number: int) -> int:
        seen.clear()
        clicks = [(addresses[i % 2], now + timedelta(hours=2 + i // 2)) for i in range(number)]
        store.write_now(feed.note_clicks, clicks, now=now)
        return len(seen)

    assert statements(2) < 10
    assert statements(100) < 20


def _clicked_by_both(store: Store, now: datetime) -> tuple[feed.ActivityCard, ...]:
    click(store, MAX, now)
    click(store, EVA, now)
    return store.read_now(feed.newest, 2)
