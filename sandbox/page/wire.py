"""The wire log: a sentence for each request that passed, newest first, and word to whoever watches that it grew."""

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sandbox.exchanges import Exchange

KEPT = 60
# What a picture needs is no news, and would push it out of sight.
_UNTOLD = frozenset({"users.info", "auth.test", "conversations.info"})


@dataclass(frozen=True, slots=True)
class Step:
    """One request and its answer. `who` sent it."""

    at: datetime
    who: str
    told: str
    status: int
    milliseconds: float

    @property
    def went_well(self) -> bool:
        return 200 <= self.status < 400


class Wire:
    """`version` moves whenever something happened that the page may have to show."""

    def __init__(self) -> None:
        self.steps: deque[Step] = deque(maxlen=KEPT)
        self.version = 0
        self._moved = asyncio.Event()

    def heard_hubspot(self, exchange: Exchange) -> None:
        """For the sandbox HubSpot's `on_exchange`."""
        if exchange.direction == "api":
            self.note("Footlight", f"HubSpot {exchange.about}", exchange.status, exchange.seconds)
        else:
            again = f", attempt {exchange.attempt + 1}" if exchange.attempt else ""
            told = f"POST {_path(exchange.url)} {exchange.about} (signed{again})"
            self.note("HubSpot", told, exchange.status, exchange.seconds)

    def heard_slack(self, exchange: Exchange) -> None:
        """For the sandbox Slack's `on_exchange`."""
        if exchange.direction == "webhook":
            told = f"POST {_path(exchange.url)} {exchange.about} (signed v0)"
            self.note("Slack", told, exchange.status, exchange.seconds)
        elif exchange.about not in _UNTOLD:
            self.note("Footlight", f"Slack {exchange.about}", exchange.status, exchange.seconds)

    def note(self, who: str, told: str, status: int, seconds: float) -> None:
        """Add a step."""
        self.steps.appendleft(Step(datetime.now().astimezone(), who, told, status, seconds * 1000))
        self.changed()

    def changed(self) -> None:
        """Something else that the page shows has changed."""
        self.version += 1
        self._moved.set()
        self._moved = asyncio.Event()

    async def wait(self) -> None:
        """Return when something happened."""
        await self._moved.wait()


def _path(url: str) -> str:
    return urlsplit(url).path or url
