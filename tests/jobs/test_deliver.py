"""What is owed reaches its destination once and in order, wherever a process dies."""

import asyncio
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from jobs.deliver import Delivery
from storage import Session, Store, dead_letters, delivery, outbox, subscriptions
from storage.delivery import Item
from storage.outbox import Due, OutboxItem
from storage.subscriptions import Topic
from tests.jobs.conftest import Until, counted
from tests.jobs.wall import QUICK, Wall, WallCarrier, utc_now

Start = Callable[..., Delivery]
LEADS = "slack:C1"
ROOT = Path(__file__).parents[2]


async def owe(store: Store, *subjects: str, to: str = LEADS) -> None:
    for subject in subjects:
        await store.write(outbox.owe, Due.LEAD_CHANGED, subject, destination=to, now=utc_now())


def waiting(store: Store) -> list[tuple[str, str]]:
    def read(session: Session) -> list[tuple[str, str]]:
        rows = session.exec(select(OutboxItem).order_by(col(OutboxItem.id)))
        return [(row.subject, str(row.state)) for row in rows]

    return store.read_now(read)


def outcomes(engine: Delivery, outcome: str) -> float:
    return counted(engine.outcomes, "slack", outcome)


async def test_in_order(store: Store, wall: Wall, engine: Start, until: Until) -> None:
    """What is owed to one channel arrives in the order in which it became due, one at a time, and is gone then."""
    await owe(store, *"abcdef")
    engine(store)

    await until(lambda: not waiting(store))

    assert wall.pinned[LEADS] == [*"abcdef"]
    assert wall.most_at_once[LEADS] == 1


async def test_wake(store: Store, wall: Wall, engine: Start, until: Until) -> None:
    """Who wakes the engine need not wait for its poll."""
    patient = engine(store, QUICK.__class__(poll=timedelta(hours=1)))
    await owe(store, "a")
    patient.wake()

    await until(lambda: wall.pinned[LEADS])

    assert wall.pinned[LEADS] == ["a"]


@pytest.mark.parametrize("died", ["before", "after"])
async def test_crash_while_sending(died: str, store: Store, wall: Wall, engine: Start, until: Until) -> None:
    """A message reaches its channel exactly once, whether the process died before or after it arrived."""
    wall.closed[LEADS] = died
    dying = engine(store)
    await owe(store, "a", "b")
    await wall.arrived.wait()
    await dying.stop(timedelta(0))
    wall.closed.clear()

    engine(store)
    await until(lambda: not waiting(store))

    assert wall.pinned[LEADS] == ["a", "b"]


@pytest.mark.parametrize("died", ["before", "after"])
async def test_killed_while_sending(
    died: str, store: Store, database_url: str, wall: Wall, carrier: WallCarrier, engine: Start, until: Until
) -> None:
    """A message reaches its channel exactly once, though the process that sends it is killed."""
    wall.closed[LEADS] = died
    await owe(store, "a", "b")
    killed = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.jobs.delivering", database_url, carrier.url, cwd=ROOT
    )
    try:
        async with asyncio.timeout(60):
            await wall.arrived.wait()
    finally:
        killed.kill()
        await killed.wait()
    wall.closed.clear()

    engine(store)
    await until(lambda: not waiting(store))

    assert wall.pinned[LEADS] == ["a", "b"]


async def test_crash_before_sending(store: Store, wall: Wall, engine: Start, until: Until) -> None:
    """What a process claimed and never sent is sent by another one, once its lease ran out."""
    await owe(store, "a", "b")
    claimed = await store.write(delivery.claim, LEADS, now=utc_now(), lease=QUICK.lease)
    assert claimed is not None

    survivor = engine(store)
    await until(lambda: not waiting(store))

    assert wall.pinned[LEADS] == ["a", "b"]
    assert outcomes(survivor, "not found") == 1


async def test_crash_where_nobody_may_look(store: Store, wall: Wall, engine: Start, until: Until) -> None:
    """Where it cannot be known, a message is sent again rather than lost, and counted."""
    wall.readable = False
    await owe(store, "a")
    await store.write(delivery.claim, LEADS, now=utc_now(), lease=timedelta(0))

    survivor = engine(store)
    await until(lambda: not waiting(store))

    assert wall.pinned[LEADS] == ["a"]
    assert outcomes(survivor, "possible repeat") == 1


async def test_change_after_a_lost_attempt(
    store: Store, wall: Wall, carrier: WallCarrier, engine: Start, until: Until
) -> None:
    """What changed after the attempt that was lost is still told, though the lost attempt is found."""
    carrier.words = lambda item: item.facts["words"]
    wall.closed[LEADS] = "after"
    dying = engine(store)
    for words in ("old", "new"):
        facts = {"words": words}
        await store.write(outbox.owe, Due.LEAD_CHANGED, "a", destination=LEADS, now=utc_now(), facts=facts)
        await wall.arrived.wait()
    await dying.stop(timedelta(0))
    wall.closed.clear()

    engine(store)
    await until(lambda: not waiting(store))

    assert wall.pinned[LEADS] == ["old", "new"]


async def test_answer_of_500_may_have_been_done(store: Store, wall: Wall, engine: Start, until: Until) -> None:
    """After an answer that leaves it open, the engine looks before it sends again."""
    wall.answers[LEADS] = [500]
    await owe(store, "a", "b")
    looking = engine(store)

    await until(lambda: not waiting(store))

    assert wall.pinned[LEADS] == ["a", "b"]
    assert outcomes(looking, "found") == 1


async def test_renewed_while_it_waits(
    store: Store, wall: Wall, carrier: WallCarrier, engine: Start, until: Until
) -> None:
    """A change that comes while a message waits is told by that message, in its old place."""
    carrier.words = lambda item: f"{item.subject}{item.version}"
    await owe(store, "a", "b", "a")
    engine(store)

    await until(lambda: not waiting(store))

    assert wall.pinned[LEADS] == ["a2", "b1"]


async def test_renewed_while_it_is_sent(store: Store, wall: Wall, engine: Start, until: Until) -> None:
    """A change that comes while a message is being sent is told afterwards."""
    wall.closed[LEADS] = "after"
    engine(store)
    await owe(store, "a")
    await wall.arrived.wait()
    await owe(store, "a")
    wall.closed.clear()
    wall.opened.set()

    await until(lambda: not waiting(store))

    assert wall.pinned[LEADS] == ["a", "a"]


async def test_too_many_requests_keeps_order(store: Store, wall: Wall, engine: Start, until: Until) -> None:
    """A channel that asks to wait gets everything later, in order."""
    wall.answers[LEADS] = [429, 429]
    await owe(store, *"abc")
    engine(store)

    await until(lambda: not waiting(store))

    assert wall.pinned[LEADS] == [*"abc"]


async def test_refused_for_good(store: Store, wall: Wall, engine: Start, until: Until) -> None:
    """What would be refused again becomes a dead letter, holds up nothing, and is tried afresh when it changes."""
    wall.answers[LEADS] = [400]
    await owe(store, "a", "b")
    engine(store)
    await until(lambda: wall.pinned[LEADS] == ["b"])
    letters = store.read_now(dead_letters.newest, 10)
    assert [(letter.kind, letter.ids) for letter in letters] == [("lead_changed", ("a",))]
    await until(lambda: waiting(store) == [("a", "failed")])

    await owe(store, "a")
    await until(lambda: not waiting(store))

    assert wall.pinned[LEADS] == ["b", "a"]


async def test_slow_channel_holds_no_other(store: Store, wall: Wall, engine: Start, until: Until) -> None:
    """A channel that does not answer does not keep another one waiting."""
    wall.closed[LEADS] = "before"
    await owe(store, "a")
    await owe(store, "b", to="slack:C2")
    engine(store)
    await wall.arrived.wait()

    await until(lambda: wall.pinned["slack:C2"])

    assert wall.pinned[LEADS] == []


async def test_pause_and_resume(store: Store, wall: Wall, engine: Start, until: Until) -> None:
    """A channel that is gone keeps what it is owed, the admin is told once, and a later try delivers all in order."""
    for topic, channel in ((Topic.LEADS, "C1"), (Topic.FEED, "C1"), (Topic.ADMIN, "C9")):
        await store.write(subscriptions.subscribe, topic, channel, now=utc_now())
    wall.answers[LEADS] = [410]
    await owe(store, "a", "b")
    engine(store)
    await until(lambda: waiting(store) == [("a", "due"), ("b", "due")] and wall.pinned["slack:C9"])
    assert wall.pinned["slack:C9"] == ["channel_paused:C1"]
    assert {one.paused_because for one in store.read_now(subscriptions.paused)} == {"is_archived"}

    wall.answers[LEADS] = [410]
    await store.write(subscriptions.try_again, now=utc_now())
    await until(lambda: not wall.answers[LEADS] and store.read_now(subscriptions.paused))
    await store.write(subscriptions.try_again, now=utc_now())
    await until(lambda: not waiting(store))

    assert wall.pinned[LEADS] == ["a", "b"]
    assert wall.pinned["slack:C9"] == ["channel_paused:C1"]


async def test_two_engines_on_one_database(
    store: Store, other_store: Store, wall: Wall, engine: Start, until: Until
) -> None:
    """Two processes that deliver from one database never send one thing twice, and keep each channel's order."""
    subjects = [f"{number:02}" for number in range(12)]
    channels = ("slack:C1", "slack:C2", "slack:C3")
    for channel in channels:
        await owe(store, *subjects, to=channel)
    engine(store)
    engine(other_store)

    await until(lambda: not waiting(store))

    assert {channel: wall.pinned[channel] for channel in channels} == dict.fromkeys(channels, subjects)
    assert set(wall.most_at_once.values()) == {1}


async def test_carrier_that_breaks(store: Store, wall: Wall, carrier: WallCarrier, engine: Start, until: Until) -> None:
    """A carrier that breaks on one item does not end the delivery to other channels."""

    def words(item: Item) -> str:
        if item.subject == "a":
            raise ValueError(item.subject)
        return item.subject

    carrier.words = words
    await owe(store, "a")
    await owe(store, "b", to="slack:C2")
    broken = engine(store)

    await until(lambda: waiting(store) == [("a", "sending")] and outcomes(broken, "lost"))

    assert wall.pinned["slack:C2"] == ["b"]


async def test_carrier_that_keeps_breaking(
    store: Store, wall: Wall, carrier: WallCarrier, engine: Start, until: Until
) -> None:
    """An item on which the carrier broke five times is given up, so that its channel goes on."""

    def words(item: Item) -> str:
        if item.subject == "a":
            raise ValueError(item.subject)
        return item.subject

    def failed_before(session: Session) -> None:
        session.execute(update(OutboxItem).where(col(OutboxItem.subject) == "a").values(attempts=4))

    carrier.words = words
    await owe(store, "a", "b")
    await store.write(failed_before)
    engine(store)

    await until(lambda: waiting(store) == [("a", "failed")])

    assert wall.pinned[LEADS] == ["b"]
    assert [letter.reason for letter in store.read_now(dead_letters.newest, 9)] == ["the carrier broke: ValueError"]


async def test_clean_stop(store: Store, wall: Wall, engine: Start, until: Until) -> None:
    """A stop lets what is under way end, and begins nothing more."""
    wall.closed[LEADS] = "after"
    stopping = engine(store)
    await owe(store, "a", "b")
    await wall.arrived.wait()
    wall.opened.set()

    await stopping.stop(timedelta(seconds=5))

    assert waiting(store) == [("b", "due")]
