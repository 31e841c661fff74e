"""Deliver: the engine that brings outbox items to their destinations, in order, and recognises its own crashes."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

import structlog
from prometheus_client import CollectorRegistry, Counter

from decisions.retries import Failure, GiveUp, next_attempt, retry_after
from decisions.where_it_broke import where_it_broke
from storage import Busy, Store, StoreDown, delivery
from storage.carriers import CannotLook, Carrier, Lost, NotFound, NotSent, Pause, Sent
from storage.delivery import Item

log = structlog.get_logger()
Answer = TypeVar("Answer")

# Whoever reads a channel too soon after posting may not see the message yet.
SETTLE: Final = timedelta(seconds=5)
LEASE: Final = timedelta(seconds=20)
# An attempt, or the wait and the look before it, must end before the lease does.
LIMIT: Final = timedelta(seconds=12)
POLL: Final = timedelta(seconds=1)
UNREACHABLE: Final = timedelta(hours=1)
CRASHES: Final = 5


@dataclass(frozen=True, slots=True)
class Pace:
    """The engine's times; other values than these are for tests."""

    settle: timedelta = SETTLE
    lease: timedelta = LEASE
    limit: timedelta = LIMIT
    poll: timedelta = POLL


class Delivery:
    """
    Sends what the outbox owes, one item a destination at a time; destinations do not wait for each other.

    Any number of processes may run one on the same database. Before each attempt it is on disk that it begins, after
    it what became of it; so what a dead process leaves is looked for at its destination before it is sent again.

    Args:
        carriers: by the first word of a destination (`slack`, `hubspot`); items for others wait.
        now: the time, aware.
    """

    def __init__(
        self,
        store: Store,
        carriers: Mapping[str, Carrier],
        *,
        now: Callable[[], datetime],
        registry: CollectorRegistry,
        pace: Pace = Pace(),
    ) -> None:
        self._store = store
        self._carriers = carriers
        self._now = now
        self._pace = pace
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._is_blind = False
        self._woken = asyncio.Event()
        self._stopping = asyncio.Event()
        self.outcomes = Counter(
            "footlight_delivery_outcomes",
            "Attempts to deliver, by kind of destination and what became of them",
            ("destination", "outcome"),
            registry=registry,
        )

    def wake(self) -> None:
        """Something may be due: look now, not at the next poll. Call it in the engine's own event loop."""
        self._woken.set()

    async def run(self) -> None:
        """Deliver until `stop`."""
        while not self._stopping.is_set():
            self._woken.clear()
            await self._start_lanes()
            await _first_of(self._woken, self._pace.poll)

    async def stop(self, within: timedelta) -> None:
        """Begin nothing more; what is under way may end `within` that time, then it is left to be looked for."""
        self._stopping.set()
        self._woken.set()
        under_way = list(self._lanes.values())
        if under_way:
            _, late = await asyncio.wait(under_way, timeout=within.total_seconds())
            for lane in late:
                lane.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _start_lanes(self) -> None:
        for destination in await self._ready():
            if _kind(destination) in self._carriers and destination not in self._lanes:
                self._lanes[destination] = asyncio.create_task(self._lane(destination))

    async def _ready(self) -> tuple[str, ...]:
        try:
            ready = await self._store.read(delivery.ready, now=self._now())
        except (StoreDown, Busy) as error:
            if not self._is_blind:  # said once, not at every poll
                log.warning("cannot read the outbox", error=str(error))
            self._is_blind = True
            return ()
        self._is_blind = False
        return ready

    async def _lane(self, destination: str) -> None:
        """Deliver to one destination until nothing may go there."""
        carrier = self._carriers[_kind(destination)]
        try:
            while not self._stopping.is_set():
                item = await self._store.write(delivery.claim, destination, now=self._now(), lease=self._pace.lease)
                if item is None:
                    return
                await _first_of(self._stopping, await self._deliver(carrier, item))
        except (StoreDown, Busy) as error:
            log.warning("delivery stopped for now", destination=destination, error=str(error))
        except Exception as error:  # noqa: BLE001 - the lane's edge; the item is looked for when the lease ran out
            log.error("delivery broke", destination=destination, where=where_it_broke(error))
        finally:
            del self._lanes[destination]

    async def _deliver(self, carrier: Carrier, item: Item) -> timedelta:
        """How long the next item has to wait."""
        begun = await self._look(carrier, item) if item.is_lost else item
        if begun is None:
            return carrier.interval
        outcome = await self._attempt(carrier, begun)
        await self._mark(carrier, begun, outcome)
        return _wait_after(outcome, carrier)

    async def _look(self, carrier: Carrier, item: Item) -> Item | None:
        """Look for a lost item; the new attempt, or None when there is nothing to send."""
        await _first_of(self._stopping, item.attempted_at + self._pace.settle - self._now())
        if self._stopping.is_set():
            return None
        found = await self._limited(carrier.find_sent(item), CannotLook)
        match found:
            case Sent():
                self._count(item, "found")
                await self._mark(carrier, item, found)
                return None
            case CannotLook(because):
                self._count(item, "possible repeat")
                log.warning("sending again what may be there already", kind=item.kind, because=because)
            case NotFound():
                self._count(item, "not found")
        return await self._store.write(delivery.begin_again, item, now=self._now(), lease=self._pace.lease)

    async def _attempt(self, carrier: Carrier, item: Item) -> Sent | NotSent | Lost | Pause:
        outcome = await self._limited(carrier.send(item), Lost)
        if isinstance(outcome, Lost) and item.attempt >= CRASHES and outcome.because.startswith(_BROKEN):
            return NotSent(Failure(outcome.because, lasting=True))
        return outcome

    async def _limited(self, asked: Awaitable[Answer], otherwise: Callable[[str], Answer]) -> Answer:
        try:
            async with asyncio.timeout(self._pace.limit.total_seconds()):
                return await asked
        except TimeoutError:
            return otherwise(f"no answer within {self._pace.limit.total_seconds():.0f} s")
        except (StoreDown, Busy) as error:
            return otherwise(str(error))
        except Exception as error:  # noqa: BLE001 - one item's trouble must not end the delivery of others
            log.error("a carrier broke", where=where_it_broke(error))
            return otherwise(f"{_BROKEN} {type(error).__name__}")

    async def _mark(self, carrier: Carrier, item: Item, outcome: Sent | NotSent | Lost | Pause) -> None:
        now = self._now()
        next_at = now + _wait_after(outcome, carrier)
        match outcome:
            case Sent(keep):
                self._count(item, "sent")
                await self._store.write(delivery.sent, item, free_at=next_at, keep=keep)
            case NotSent():
                await self._mark_not_sent(item, outcome, now, next_at)
            case Lost(because):
                self._count(item, "lost")
                wait = max(self._pace.settle, carrier.interval, retry_after(item.attempt))
                await self._store.write(delivery.lost, item, because, free_at=now + wait)
            case Pause(because):
                self._count(item, "paused")
                log.warning("a destination cannot be reached", destination=item.destination, because=because)
                later = now + UNREACHABLE
                await self._store.write(delivery.pause, item, because, now=now, free_at=later)

    async def _mark_not_sent(self, item: Item, outcome: NotSent, now: datetime, next_at: datetime) -> None:
        # Who says how long to wait knows better than our own growing waits.
        decided = next_attempt(1 if outcome.failure.wait else item.attempt, outcome.failure)
        if isinstance(decided, GiveUp):
            self._count(item, "given up")
            log.error("gave up an item", kind=item.kind, subject=item.subject, because=decided.because)
            keep = outcome.if_given_up
            await self._store.write(delivery.give_up, item, decided.because, now=now, free_at=next_at, keep=keep)
        else:
            self._count(item, "not sent")
            due_at = now + decided.after
            free_at = next_at if outcome.alone else max(due_at, next_at)
            await self._store.write(delivery.not_sent, item, decided.because, due_at=due_at, free_at=free_at)

    def _count(self, item: Item, outcome: str) -> None:
        self.outcomes.labels(_kind(item.destination), outcome).inc()


_BROKEN: Final = "the carrier broke:"


def _wait_after(outcome: Sent | NotSent | Lost | Pause, carrier: Carrier) -> timedelta:
    is_silent = isinstance(outcome, Sent) and outcome.is_silent
    return timedelta(0) if is_silent else carrier.interval


def _kind(destination: str) -> str:
    return destination.partition(":")[0]


async def _first_of(event: asyncio.Event, time: timedelta) -> None:
    """Wait for `event`, but no longer than `time`."""
    if time > timedelta(0):
        with suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), time.total_seconds())
