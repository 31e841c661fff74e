"""HubSpot's rate limits: who may ask now, and who waits how long, so that its refusals stay rare and harmless."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Literal

from jobs.hubspot.trouble import RateLimited

Budget = Literal["call", "search", "exempt"]
"""`call`: the ten-second limit of the app; `search`: the account's per second; `exempt`: only the day counts."""

LONGEST_WAIT: Final = 60.0
# When every slot is taken by a request under way, nobody knows when the first one ends.
_LOOK_AGAIN: Final = 0.05
# HubSpot's highest limit is 250; a larger difference is no count of requests.
_MOST_OF_OTHERS: Final = 1000
# So many windows a finished request is remembered, to tell our own requests from those of others.
_REMEMBERED: Final = 3


@dataclass(frozen=True, slots=True)
class Window:
    """
    A rolling window: at most `most` requests in any `seconds`.

    A request counts from its sending until `seconds` after its answer: when HubSpot counted it in between, nobody
    knows. Times are those of one clock, in seconds.
    """

    most: int
    seconds: float
    in_flight: int = 0
    answered: tuple[float, ...] = ()
    closed_until: float = float("-inf")


def decide(window: Window, now: float, *, interactive: bool = False) -> float:
    """How many seconds to wait before the next request; 0.0: now. A tenth is kept for `interactive` requests."""
    if now < window.closed_until:
        return window.closed_until - now
    allowed = window.most if interactive else max(1, window.most - window.most // 10)
    counted = sorted(each for each in window.answered if each > now - window.seconds)
    surplus = window.in_flight + len(counted) - allowed
    if surplus < 0:
        return 0.0
    if surplus >= len(counted):
        return _LOOK_AGAIN
    return max(counted[surplus] + window.seconds - now, 0.001)


def sent(window: Window) -> Window:
    """The window after a request left."""
    return replace(window, in_flight=window.in_flight + 1)


def ended(window: Window, now: float) -> Window:
    """The window after a request was answered or failed."""
    kept = tuple(each for each in window.answered if each > now - _REMEMBERED * window.seconds)
    return replace(window, in_flight=window.in_flight - 1, answered=(*kept, now))


def told(window: Window, most: int, remaining: int, sent_at: float, now: float) -> Window:
    """
    The window after HubSpot told its limit and what is left of it, in the answer to a request sent at `sent_at`.

    What it counts beyond our own requests, others sent with the same token.
    """
    ours = window.in_flight + sum(1 for each in window.answered if each > sent_at - window.seconds)
    others = min(max(most - remaining - ours, 0), _MOST_OF_OTHERS)
    return replace(window, most=most, answered=window.answered + (now,) * others)


def closed(window: Window, until: float) -> Window:
    """The window after a refusal: nobody asks before `until`."""
    return replace(window, closed_until=max(window.closed_until, until))


@dataclass(frozen=True, slots=True)
class Ticket:
    """The right to send one request, and when it was given."""

    budget: Budget
    sent_at: float


class Limiter:
    """
    The windows of one token, shared by all threads.

    `clock` gives seconds and never runs backwards (`time.monotonic`); `sleep` waits so many seconds (`time.sleep`).
    """

    def __init__(
        self, clock: Callable[[], float], sleep: Callable[[float], None], *, per_ten_seconds: int = 100
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._windows: dict[Budget, Window] = {
            "call": Window(per_ten_seconds, 10.0),
            # The limit is the whole account's, and search answers carry no headers: one of five is left to others.
            "search": Window(4, 1.0),
            # No limit is known for these; the window is there to be closed by a refusal.
            "exempt": Window(1000, 10.0),
        }
        self.requests = 0
        """Requests let through so far."""
        self.daily_remaining: int | None = None
        """Calls left until the portal's midnight, as HubSpot said last; None: it did not say."""

    def enter(self, budget: Budget, *, interactive: bool) -> Ticket:
        """Waits for its turn. Raises: RateLimited, when HubSpot wants to be left alone for more than a minute."""
        while True:
            with self._lock:
                now = self._clock()
                wait = decide(self._windows[budget], now, interactive=interactive)
                if wait <= 0:
                    self._windows[budget] = sent(self._windows[budget])
                    self.requests += 1
                    return Ticket(budget, now)
            if wait > LONGEST_WAIT:
                raise RateLimited(timedelta(seconds=wait), is_daily=False)
            self._sleep(wait)

    def leave(self, ticket: Ticket, headers: Mapping[str, str]) -> None:
        """The request was answered with these headers (lower case), or failed (none)."""
        with self._lock:
            now = self._clock()
            self.daily_remaining = _number(headers, "x-hubspot-ratelimit-daily-remaining", self.daily_remaining)
            window = ended(self._windows[ticket.budget], now)
            most = _number(headers, "x-hubspot-ratelimit-max", None)
            remaining = _number(headers, "x-hubspot-ratelimit-remaining", None)
            if ticket.budget == "call" and most and remaining is not None:
                window = told(window, most, remaining, ticket.sent_at, now)
            self._windows[ticket.budget] = window

    def close(self, ticket: Ticket, wait: timedelta) -> None:
        """HubSpot refused a request: all of its budget wait so long."""
        with self._lock:
            until = self._clock() + wait.total_seconds()
            self._windows[ticket.budget] = closed(self._windows[ticket.budget], until)


def _number(headers: Mapping[str, str], name: str, otherwise: int | None) -> int | None:
    value = headers.get(name, "").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 12 else otherwise
