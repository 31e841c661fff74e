"""What was told is kept once, dealt with by one process at a time, and lost by none that dies."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from storage import Session, Store, dead_letters, inbox, open_store
from storage.dead_letters import DeadLetterTold
from storage.inbox import ClaimedHint, Hint, HintKind, HintTold, SlackEvent

LEASE = timedelta(seconds=30)
A, B = HintTold(HintKind.CONTACT, "1"), HintTold(HintKind.LIST, "2")


def keep(store: Store, *hints: HintTold, now: datetime) -> None:
    store.write_now(inbox.keep_hints, hints, now=now)


def claim(store: Store, now: datetime, limit: int = 10) -> tuple[ClaimedHint, ...]:
    return store.write_now(inbox.claim, limit, now=now, lease=LEASE)


def test_told_twice_is_one_hint(store: Store, now: datetime) -> None:
    """A hint that is told again, in one delivery or the next, is one row that counts how often."""
    keep(store, A, A, B, now=now)
    keep(store, A, now=now + timedelta(seconds=1))

    assert [(hint.object_id, hint.times) for hint in claim(store, now + LEASE)] == [("1", 3), ("2", 1)]


def test_claimed_by_one(store: Store, now: datetime) -> None:
    """A claimed hint is nobody else's until its lease ran out."""
    keep(store, A, B, now=now)

    assert [hint.object_id for hint in claim(store, now, limit=1)] == ["1"]
    assert [hint.object_id for hint in claim(store, now)] == ["2"]
    assert claim(store, now) == ()
    assert len(claim(store, now + LEASE)) == 2


def test_renewed(store: Store, now: datetime) -> None:
    """A lease that is renewed holds on; a hint that was given back meanwhile is not taken again by it."""
    keep(store, A, B, now=now)
    claimed = claim(store, now)
    store.write_now(inbox.failed, [hint for hint in claimed if hint.object_id == "2"], "HubSpot answered 500", now)
    store.write_now(inbox.renew, claimed, now + 2 * LEASE)

    assert [hint.object_id for hint in claim(store, now + LEASE)] == ["2"]
    assert [hint.object_id for hint in claim(store, now + 2 * LEASE)] == ["1", "2"]


def test_told_again_while_applied(store: Store, now: datetime) -> None:
    """A hint told again while it is dealt with stays, and is due at once; the others are gone."""
    keep(store, A, B, now=now)
    claimed = claim(store, now)
    keep(store, A, now=now)
    store.write_now(inbox.applied, claimed)

    assert [(hint.object_id, hint.times) for hint in claim(store, now)] == [("1", 2)]


def test_failed(store: Store, now: datetime) -> None:
    """A failed hint waits until the time that was set, though it is told again meanwhile."""
    keep(store, A, now=now)
    store.write_now(inbox.failed, claim(store, now), "HubSpot answered 500", now + timedelta(minutes=5))
    keep(store, A, now=now)

    assert claim(store, now + timedelta(minutes=4)) == ()
    (again,) = claim(store, now + timedelta(minutes=5))
    assert (again.attempts, again.times) == (1, 2)
    store.write_now(inbox.applied, [again])
    assert store.read_now(inbox.waiting) == 0


def test_buried(store: Store, now: datetime) -> None:
    """A hint that will never be dealt with becomes a dead letter with its id and the reason."""
    keep(store, A, now=now)
    store.write_now(inbox.bury, claim(store, now), "HubSpot still has it", now=now)

    assert store.read_now(inbox.waiting) == 0
    assert store.read_now(dead_letters.newest, 9) == (
        DeadLetterTold("hubspot", "contact", "HubSpot still has it", ("1",)),
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(["tell", "take", "apply", "fail", "die", "wait"]), max_size=30))
def test_nothing_told_is_lost(store: Store, now: datetime, steps: list[str]) -> None:
    """Whatever is told, applied, failing or dying in any order: what was told is applied after the last time."""
    store.write_now(_empty)
    told = applied = 0
    hands: list[tuple[ClaimedHint, int]] = []
    for step in [*steps, "die", "wait", "take", "apply"]:
        if step == "tell":
            told += 1
            keep(store, A, now=now)
        elif step == "take":
            hands += [(hint, told) for hint in claim(store, now)]
        elif step == "apply" and hands:
            hint, applied = hands.pop()
            store.write_now(inbox.applied, [hint])
        elif step == "fail" and hands:
            store.write_now(inbox.failed, [hands.pop()[0]], "no", now)
        elif step == "die":
            hands.clear()
        elif step == "wait":
            now += LEASE

    assert store.read_now(inbox.waiting) == 0
    assert applied == told


def _empty(session: Session) -> None:
    session.execute(delete(Hint))


def test_dead_letters_and_unknown_types(store: Store, now: datetime) -> None:
    """What cannot be used is kept for 30 days; types that nobody knows are counted for ever."""
    letter = DeadLetterTold("hubspot", "contact.merge", "no objectId", ("17",), ("objectId", "occurredAt"))
    store.write_now(inbox.keep_hints, [], [letter], now=now)
    for _ in range(2):
        store.write_now(dead_letters.count_unknown, "hubspot", ["deal.x", "deal.x", "a.b"], now=now)

    assert store.read_now(dead_letters.newest, 9) == (letter,)
    assert [(one.kind, one.times) for one in store.read_now(dead_letters.unknown_types)] == [("deal.x", 4), ("a.b", 2)]
    assert store.write_now(dead_letters.forget, now) == 0
    assert store.write_now(dead_letters.forget, now + timedelta(seconds=1)) == 1


@pytest.mark.parametrize(
    ("event_id", "channel", "ts", "is_new"),
    [("E1", "C1", "1.1", False), ("E2", "C1", "1.1", False), ("E2", "C1", "1.2", True), ("E2", None, None, True)],
)
def test_slack_event_is_new_once(
    event_id: str, channel: str | None, ts: str | None, is_new: bool, store: Store, now: datetime
) -> None:
    """An event that Slack sends again, or another one that tells of the same message, is not new."""
    assert keep_event(store, "E1", "1.1", now=now)

    assert keep_event(store, event_id, ts, channel=channel, now=now) is is_new


def keep_event(store: Store, event_id: str, ts: str | None, *, channel: str | None = "C1", now: datetime) -> bool:
    return store.write_now(inbox.keep_slack_event, event_id, channel, ts, b"sealed", now=now, lease=LEASE)


def left(store: Store, now: datetime, **others: Any) -> list[str]:
    """The events that a process finds left, from the ten minutes before `now`."""
    since = now - timedelta(minutes=10)
    claimed = store.write_now(inbox.claim_unanswered, since, now, now=now, lease=LEASE, **others)
    return [event.event_id for event in claimed]


def test_unanswered_slack_events(store: Store, now: datetime) -> None:
    """After a restart, fresh events are answered and older ones dropped and counted; repeats of both are known."""
    for number, age in enumerate((20, 5, 4, 3)):
        keep_event(store, f"E{number}", str(number), now=now - timedelta(minutes=age))
    store.write_now(inbox.answered, "E2", now=now)
    ten_minutes_ago = now - timedelta(minutes=10)

    assert left(store, now, but_not=["E3"]) == ["E1"]
    assert store.write_now(inbox.drop_older, ten_minutes_ago) == 1
    assert store.write_now(inbox.drop_older, ten_minutes_ago) == 0
    assert not keep_event(store, "E0", None, channel=None, now=now)
    assert store.write_now(inbox.forget_slack_events, now) == 4


def test_event_is_answered_by_who_holds_it(store: Store, now: datetime) -> None:
    """Who received an event holds it, as long as they say so; then it is anyone's, but one process's at a time."""
    keep_event(store, "E1", "1", now=now)
    assert left(store, now) == []
    store.write_now(inbox.renew_events, ["E1"], now + 2 * LEASE)
    assert left(store, now + LEASE) == []

    assert left(store, now + 2 * LEASE) == ["E1"]
    assert left(store, now + 2 * LEASE) == []


@given(events=st.integers(0, 30), processes=st.integers(2, 4))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_processes_that_start_at_once_share_what_was_left(
    database_url: str, store: Store, now: datetime, events: int, processes: int
) -> None:
    """Several processes on one database that start at once: each event that was left is one's alone."""
    store.write_now(lambda session: session.execute(delete(SlackEvent)))
    ids = sorted(f"E{number:02}" for number in range(events))
    for event_id in ids:
        keep_event(store, event_id, event_id, now=now - LEASE)
    stores = [open_store(database_url) for _ in range(processes)]
    together = threading.Barrier(processes)

    def start(one: Store) -> list[str]:
        together.wait()
        return left(one, now)

    with ThreadPoolExecutor(processes) as pool:
        claimed = list(pool.map(start, stores))
    for one in stores:
        asyncio.run(one.close())

    assert sorted(event_id for some in claimed for event_id in some) == ids
