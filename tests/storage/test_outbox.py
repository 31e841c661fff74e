"""What is owed is never lost, never in two hands at once, and tells the newest state."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlmodel import col, select

from storage import Session, Store, delivery, outbox, subscriptions
from storage.delivery import Item
from storage.outbox import Due, OutboxDestination, OutboxItem, OutboxState
from storage.subscriptions import Topic

START = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
LEASE = timedelta(seconds=20)
SECOND = timedelta(seconds=1)
CHANNEL = "slack:C1"


def owe(store: Store, subject: str | int = "a", now: datetime = START, to: str = CHANNEL, **more: Any) -> None:
    store.write_now(outbox.owe, Due.LEAD_CHANGED, subject, destination=to, now=now, **more)


def claim(store: Store, now: datetime = START, to: str = CHANNEL) -> Item | None:
    return store.write_now(delivery.claim, to, now=now, lease=LEASE)


def claimed(store: Store, now: datetime = START, to: str = CHANNEL) -> Item:
    item = claim(store, now, to)
    assert item is not None
    return item


def rows(store: Store) -> list[OutboxItem]:
    def read(session: Session) -> list[OutboxItem]:
        return list(session.exec(select(OutboxItem).order_by(col(OutboxItem.id))))

    return store.read_now(read)


def test_renewed_not_queued_twice(store: Store) -> None:
    """What is owed already is renewed: a higher version, the newest facts, the same place and key."""
    owe(store, "a", facts={"words": "old"})
    owe(store, "b")
    key = rows(store)[0].key
    owe(store, "a", facts={"words": "new"}, now=START + SECOND)
    owe(store, "a", now=START + SECOND)

    assert [(row.subject, row.version, row.facts) for row in rows(store)] == [
        ("a", 3, {"words": "new"}),
        ("b", 1, {}),
    ]
    assert rows(store)[0].key == key


@pytest.mark.parametrize(
    ("first", "then", "due"),
    [(60, None, 0), (None, 60, 0), (60, 10, 10), (10, 60, 10)],
)
def test_due_earlier_never_later(store: Store, first: int | None, then: int | None, due: int) -> None:
    """Owed again, it becomes due earlier if that was asked for, never later."""
    for after in (first, then):
        owe(store, after=None if after is None else timedelta(seconds=after))

    assert rows(store)[0].due_at == START + due * SECOND


def test_owing_again_does_not_shorten_the_wait_after_a_failure(store: Store) -> None:
    """A change does not make us knock at a door that just refused us."""
    owe(store)
    later = START + timedelta(minutes=5)
    store.write_now(delivery.not_sent, claimed(store), "429", due_at=later, free_at=START)
    owe(store)

    assert rows(store)[0].due_at == later
    assert claim(store) is None
    assert claimed(store, later).attempt == 2


def test_set_based(store: Store) -> None:
    """Many subjects for many destinations are owed at once; those of numbers go in the order of the numbers."""
    store.write_now(
        outbox.owe_many, Due.ACTIVITY_CHANGED, [10, 9, 100], destinations=["slack:C1", "slack:C2"], now=START
    )

    assert [(row.destination, row.subject) for row in rows(store)] == [
        (channel, subject) for channel in ("slack:C1", "slack:C2") for subject in ("9", "10", "100")
    ]


def test_nothing_is_owed_to_nobody(store: Store) -> None:
    """Without a destination or a subject nothing is written."""
    store.write_now(outbox.owe_many, Due.ACTIVITY_CHANGED, [1], destinations=[], now=START)
    store.write_now(outbox.owe_many, Due.ACTIVITY_CHANGED, [], destinations=[CHANNEL], now=START)

    assert rows(store) == []


def test_one_hand_at_a_time(store: Store) -> None:
    """While one item of a destination is being sent, no other is given out; other destinations go on."""
    owe(store, "a")
    owe(store, "b")
    owe(store, "c", to="slack:C2")

    assert claimed(store).subject == "a"
    assert claim(store) is None
    assert store.read_now(delivery.ready, now=START) == ("slack:C2",)
    assert claimed(store, to="slack:C2").subject == "c"


def test_expired_lease_gives_the_lost_item_first(store: Store) -> None:
    """What a dead process left is given out before anything else, as lost, with the time of its attempt."""
    owe(store, "a")
    owe(store, "b")
    claimed(store)

    lost = claimed(store, START + LEASE)

    assert (lost.subject, lost.is_lost, lost.attempt, lost.attempted_at) == ("a", True, 1, START)


def test_late_word_of_a_dead_process(store: Store) -> None:
    """A process that comes back after its lease cannot mark what another one is sending now."""
    owe(store)
    late = claimed(store)
    taken_over = claimed(store, START + LEASE)
    again = store.write_now(delivery.begin_again, taken_over, now=START + LEASE, lease=LEASE)
    assert again is not None

    store.write_now(delivery.not_sent, late, "late", due_at=START, free_at=START)

    assert [(row.state, row.attempts) for row in rows(store)] == [(OutboxState.SENDING, 2)]
    assert claim(store, START + LEASE) is None


def test_free_again_only_after_the_interval(store: Store) -> None:
    """After a message its channel is free again at the given time, not before."""
    owe(store, "a")
    owe(store, "b")
    store.write_now(delivery.sent, claimed(store), free_at=START + SECOND)

    assert claim(store) is None
    assert claimed(store, START + SECOND).subject == "b"


def test_paused_channel_is_left_alone(store: Store) -> None:
    """What a paused channel is owed waits, and nobody looks there until it is resumed."""
    store.write_now(subscriptions.subscribe, Topic.LEADS, "C1", now=START)
    store.write_now(subscriptions.pause, "C1", "is_archived", now=START)
    owe(store)

    assert store.read_now(delivery.ready, now=START) == ()
    assert claim(store) is None
    store.write_now(subscriptions.resume, "C1", now=START)
    assert store.read_now(delivery.ready, now=START) == (CHANNEL,)
    assert claimed(store).attempt == 1


def test_given_up_but_changed(store: Store) -> None:
    """What is given up while it changes is not given up: the new state gets its own try."""
    owe(store)
    item = claimed(store)
    owe(store)
    store.write_now(delivery.give_up, item, "invalid_blocks", now=START, free_at=START)

    assert [(row.state, row.attempts) for row in rows(store)] == [(OutboxState.DUE, 0)]


@dataclass
class World:
    """What is true, what was told of it, and what every process holds in its hands."""

    store: Store
    now: datetime = START
    true: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    told: dict[str, int] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    hands: list[Item] = field(default_factory=list)

    def change(self, subject: str = "a") -> None:
        self.true[subject] += 1
        owe(self.store, subject, self.now)

    def change_another(self) -> None:
        self.change("b")

    def take(self) -> None:
        item = claim(self.store, self.now)
        if item is None:
            return
        assert all(other.leased_until <= self.now for other in self.hands)
        if item.is_lost:
            item = self.look(item)
        if item is not None:
            self.hands.append(item)

    def look(self, item: Item) -> Item | None:
        if item.key in self.keys:
            self.store.write_now(delivery.sent, item, free_at=self.now)
            return None
        return self.store.write_now(delivery.begin_again, item, now=self.now, lease=LEASE)

    def arrive(self) -> None:
        """The newest hand's message arrives; nobody is told yet."""
        if self.hands:
            item = self.hands[-1]
            self.told[item.subject] = self.true[item.subject]
            self.keys.add(item.key)

    def mark(self) -> None:
        if self.hands and self.hands[-1].key in self.keys:
            self.store.write_now(delivery.sent, self.hands.pop(), free_at=self.now)

    def fail(self) -> None:
        if self.hands:
            item = self.hands.pop()
            self.store.write_now(delivery.not_sent, item, "no", due_at=self.now + SECOND, free_at=self.now)

    def die(self) -> None:
        self.hands.clear()

    def wait(self) -> None:
        self.now += LEASE


STEPS = ("change", "change_another", "take", "arrive", "mark", "fail", "die", "wait")


@example(steps=["change", "take", "arrive", "wait", "change", "take", "take"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(STEPS), max_size=40))
def test_any_order_of_events_tells_the_newest_state(store: Store, steps: list[str]) -> None:
    """Whatever happens in whatever order, in the end everything is told in its newest state and nothing is owed."""
    store.write_now(_empty)
    world = World(store)
    for step in steps:
        getattr(world, step)()

    world.die()
    world.now += LEASE
    for _ in range(20):
        for step in ("take", "arrive", "mark", "wait"):
            getattr(world, step)()

    assert world.told == dict(world.true)
    assert rows(store) == []


def _empty(session: Session) -> None:
    session.execute(delete(OutboxItem))
    session.execute(delete(OutboxDestination))
