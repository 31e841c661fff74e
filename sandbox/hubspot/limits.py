"""HubSpot's request limits: rolling ten seconds per app, one second for search, one day per account."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from sandbox.hubspot.refusals import too_many

UNREACHABLE = 1_000_000_000


@dataclass
class Limits:
    """The defaults are those of the free and starter tiers. `clock` gives seconds and never runs backwards."""

    per_ten_seconds: int = 100
    searches_per_second: int = 5
    per_day: int = 250_000
    clock: Callable[[], float] = monotonic
    used_today: int = 0
    _requests: deque[float] = field(default_factory=deque)
    _searches: deque[float] = field(default_factory=deque)

    @classmethod
    def off(cls) -> "Limits":
        """Limits that nobody reaches; the headers are still there."""
        return cls(UNREACHABLE, UNREACHABLE, UNREACHABLE)

    def spend(self, *, search: bool = False, exempt: bool = False) -> None:
        """Counts one request; `exempt` ones only count by the day. Raises: Refused (429); that costs nothing."""
        if self.used_today >= self.per_day:
            raise too_many("DAILY")
        if search:
            self._take(self._searches, 1.0, self.searches_per_second, "SECONDLY")
        elif not exempt:
            self._take(self._requests, 10.0, self.per_ten_seconds, "TEN_SECONDLY_ROLLING")
        self.used_today += 1

    def headers(self) -> dict[str, str]:
        return {
            "X-HubSpot-RateLimit-Max": str(self.per_ten_seconds),
            "X-HubSpot-RateLimit-Remaining": str(self.per_ten_seconds - len(self._requests)),
            "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
            "X-HubSpot-RateLimit-Daily": str(self.per_day),
            "X-HubSpot-RateLimit-Daily-Remaining": str(self.per_day - self.used_today),
        }

    def _take(self, taken: deque[float], window: float, most: int, policy: str) -> None:
        now = self.clock()
        while taken and taken[0] <= now - window:
            taken.popleft()
        if len(taken) >= most:
            raise too_many(policy)
        taken.append(now)
