"""Switches for what goes wrong with a HubSpot: down, overloaded, slow, garbled, forgetful, unwilling."""

import asyncio
from dataclasses import dataclass, field
from typing import Literal

from sandbox.hubspot.refusals import server_trouble, too_many


class ConnectionCut(Exception):
    """Hang up without an answer."""


@dataclass
class Faults:
    """
    All off at first; set a field to switch it on, `clear()` to switch all off.

    `only` narrows everything but `revoked` and `missing_scopes` to endpoints whose name starts so,
    like `"lists.memberships"`.
    """

    only: str = ""
    down: Literal["503", "cut"] | None = None
    next_statuses: list[int] = field(default_factory=list)
    """Statuses of the next answers, in order; 200 lets one pass. `[200, 200, 503]` fails the third."""
    too_many: int = 0
    """So many of the next answers are 429."""
    too_many_policy: Literal["TEN_SECONDLY_ROLLING", "DAILY"] = "TEN_SECONDLY_ROLLING"
    retry_after: str | None = None
    """The header that comes with those 429, in seconds; HubSpot does not promise it."""
    slow: float = 0.0
    """Seconds that each answer waits."""
    truncated: int = 0
    """So many of the next answers break off in the middle of their JSON."""
    repeated_pages: int = 0
    """So many of the next pages of list members are the page before once more."""
    empty_lists: set[int] = field(default_factory=set)
    """Lists that answer no members, although their size says otherwise."""
    revoked: bool = False
    missing_scopes: set[str] = field(default_factory=set)

    def clear(self) -> None:
        self.__dict__.update(Faults().__dict__)

    async def strike(self, endpoint: str, *, search: bool) -> None:
        """Raises: Refused, ConnectionCut; or only takes time."""
        if not endpoint.startswith(self.only):
            return
        if self.slow:
            await asyncio.sleep(self.slow)
        if self.down == "cut":
            raise ConnectionCut
        if self.down == "503":
            raise server_trouble(503)
        if self.too_many:
            self.too_many -= 1
            raise too_many("SECONDLY" if search else self.too_many_policy, self.retry_after)
        if self.next_statuses and (status := self.next_statuses.pop(0)) != 200:
            raise server_trouble(status)

    def garble(self, endpoint: str, body: bytes) -> bytes:
        if not self.truncated or not body or not endpoint.startswith(self.only):
            return body
        self.truncated -= 1
        return body[: len(body) * 2 // 3]

    def repeats_page(self) -> bool:
        if not self.repeated_pages:
            return False
        self.repeated_pages -= 1
        return True
