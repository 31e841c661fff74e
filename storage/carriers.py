"""Carriers: who brings outbox items to one kind of destination, and what they can answer."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from decisions.retries import Failure
from storage.delivery import Item, Keep


@dataclass(frozen=True, slots=True)
class Sent:
    """
    It is there, or there is nothing to bring any more. `keep` is stored with the mark that says so.

    `is_silent`: nothing was brought, so the next item need not wait.
    """

    keep: Keep | None = None
    is_silent: bool = False


@dataclass(frozen=True, slots=True)
class NotSent:
    """
    It is surely not there. `alone`: the trouble is this item's own, so others may go to the destination.

    `if_given_up` is stored with the mark that says that it is not tried again.
    """

    failure: Failure
    alone: bool = False
    if_given_up: Keep | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """Nobody knows whether it is there: a time-out, a lost connection, an answer of 500."""

    because: str


@dataclass(frozen=True, slots=True)
class Pause:
    """The channel is archived, we were removed, the token is revoked: nothing can go there until somebody acts."""

    because: str


@dataclass(frozen=True, slots=True)
class NotFound:
    """We looked, and it is not there."""


@dataclass(frozen=True, slots=True)
class CannotLook:
    """We may not look, so it is sent again: rather twice than never."""

    because: str


class Carrier(Protocol):
    """Brings items to the destinations of one kind."""

    @property
    def interval(self) -> timedelta:
        """The least time from the end of one attempt to the next at the same destination."""

    async def send(self, item: Item) -> Sent | NotSent | Lost | Pause:
        """Bring the present state of `item.subject`; `item.key` must be found again by `find_sent`."""

    async def find_sent(self, item: Item) -> Sent | NotFound | CannotLook:
        """Look whether the attempt that began at `item.attempted_at` got through."""
