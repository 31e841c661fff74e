"""The limiter: each request to HubSpot takes its turn in the budget that all processes share."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Protocol
from uuid import uuid4

from decisions.request_budget import Ask, Budget, BudgetTold, Day, Portion, Report, RequestBudget, closed, initial, take
from jobs.hubspot.trouble import RateLimited

LONGEST_WAIT: Final = 60.0
# A process that is busy takes so large a part of the limit at once, and asks for the next only when that is used.
PORTION: Final = 30
# A portion that was not used so long is not used any more.
USABLE_SECONDS: Final = 2.0
# Who asked so long ago is not busy.
IDLE_SECONDS: Final = 1.0


class BudgetKeeper(Protocol):
    """Holds the budget, in memory or for all processes; one change at a time. `now` is its clock, in seconds."""

    def now(self) -> float: ...

    def take(self, ask: Ask) -> Portion: ...

    def close(self, budget: Budget, wait: float) -> None: ...


class InMemory:
    """The budget of one process alone. `clock` gives seconds and never runs backwards."""

    def __init__(self, clock: Callable[[], float], *, per_ten_seconds: int = 100) -> None:
        self.now = clock
        self.budget: RequestBudget = initial(per_ten_seconds)
        self._lock = threading.Lock()

    def take(self, ask: Ask) -> Portion:
        with self._lock:
            self.budget, portion = take(self.budget, ask, self.now())
            return portion

    def close(self, budget: Budget, wait: float) -> None:
        with self._lock:
            self.budget = closed(self.budget, budget, self.now() + wait)


@dataclass(frozen=True, slots=True)
class Ticket:
    """The right to send one request, and when it was given."""

    budget: Budget
    sent_at: float


@dataclass(slots=True)
class _Hand:
    """What this process holds of one window, and what the keeper does not know yet."""

    permits: int = 0
    usable_until: float = 0.0
    in_flight: int = 0
    answered: list[float] = field(default_factory=list)
    told: BudgetTold | None = None
    portion: int = 1
    most: int = 0
    asked_at: float = float("-inf")


class Limiter:
    """
    The turns of one process, shared by all its threads.

    `sleep` waits so many seconds (`time.sleep`).
    """

    def __init__(self, keeper: BudgetKeeper, sleep: Callable[[float], None]) -> None:
        self._keeper = keeper
        self._sleep = sleep
        self._holder = uuid4().hex
        self._lock = threading.Lock()
        self._hands: dict[Budget, _Hand] = {"call": _Hand(), "search": _Hand(), "exempt": _Hand()}
        self._day: Day | None = None
        self.requests = 0
        """Requests let through so far."""

    @property
    def daily_remaining(self) -> int | None:
        """Calls left until the portal's midnight, as HubSpot said last; None: it did not say."""
        return self._day.remaining if self._day else None

    def enter(self, budget: Budget, *, interactive: bool) -> Ticket:
        """
        Waits for its turn.

        Raises:
            RateLimited: when HubSpot wants to be left alone for more than a minute, or the day is nearly spent.
        """
        while True:
            with self._lock:
                wait = self._wait(budget, interactive)
                if wait <= 0:
                    self.requests += 1
                    self._hands[budget].in_flight += 1
                    return Ticket(budget, self._keeper.now())
            if wait > LONGEST_WAIT:
                raise RateLimited(timedelta(seconds=wait), is_daily=False)
            self._sleep(wait)

    def leave(self, ticket: Ticket, headers: Mapping[str, str]) -> None:
        """The request was answered with these headers (lower case), or failed (none)."""
        with self._lock:
            now, hand = self._keeper.now(), self._hands[ticket.budget]
            hand.in_flight -= 1
            hand.answered.append(now)
            most, remaining = _number(headers, "max"), _number(headers, "remaining")
            if ticket.budget == "call" and most and remaining is not None:
                hand.told = BudgetTold(most, remaining, ticket.sent_at)
            a_day, left = _number(headers, "daily"), _number(headers, "daily-remaining")
            if left is not None:
                self._day = Day(a_day or 0, left, now)

    def close(self, ticket: Ticket, wait: timedelta) -> None:
        """HubSpot refused a request: all of its budget wait so long, in every process."""
        with self._lock:
            self._hands[ticket.budget].permits = 0
            self._keeper.close(ticket.budget, wait.total_seconds())

    def _wait(self, budget: Budget, interactive: bool) -> float:
        """Seconds to wait before the next try; 0.0: one permit was used."""
        hand, now = self._hands[budget], self._keeper.now()
        if now >= hand.usable_until:
            hand.permits = 0
        if hand.permits and not interactive:
            hand.permits -= 1
            return 0.0
        wanted = 1 if interactive else _next_portion(hand, now)
        portion = self._keeper.take(Ask(budget, self._report(hand), wanted, interactive))
        hand.answered, hand.told, hand.most, hand.asked_at = [], None, portion.most, now
        if portion.day_is_spent:
            raise RateLimited(timedelta(seconds=portion.wait), is_daily=True)
        if not portion.requests:
            return portion.wait
        if not interactive:
            hand.permits, hand.usable_until, hand.portion = portion.requests - 1, now + USABLE_SECONDS, wanted
        return 0.0

    def _report(self, hand: _Hand) -> Report:
        return Report(self._holder, hand.in_flight + hand.permits, tuple(hand.answered), hand.told, self._day)


def _next_portion(hand: _Hand, now: float) -> int:
    """Twice as much as before, while it is used up at once."""
    if now - hand.asked_at > IDLE_SECONDS:
        return 1
    return max(1, min(2 * hand.portion, hand.most // PORTION))


def _number(headers: Mapping[str, str], name: str) -> int | None:
    value = headers.get(f"x-hubspot-ratelimit-{name}", "").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 12 else None
