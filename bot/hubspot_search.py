"""*Search HubSpot*: the question for an address that nobody here has, and the button's value that carries it."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from decisions.sealing import CannotOpen, Keys, open_bytes, seal_bytes
from storage.contacts import ContactState

PURPOSE: Final = "search hubspot"


class HubSpotSilent(Exception):
    """HubSpot gave no answer; `lasting`: it refuses us until somebody acts."""

    def __init__(self, *, lasting: bool) -> None:
        super().__init__("HubSpot refuses us" if lasting else "HubSpot does not answer")
        self.lasting = lasting


@dataclass(frozen=True, slots=True)
class HubSpotSearch:
    """
    Asks HubSpot for one address, and stores nothing.

    `find` takes a normalised address and gives the live contact that has it, or None; it raises `HubSpotSilent`.
    """

    find: Callable[[str], Awaitable[ContactState | None]]
    keys: Keys

    def seal(self, email: str) -> str:
        """The address as a button's value, which everybody who sees the button can read."""
        return urlsafe_b64encode(seal_bytes(self.keys, email.encode(), PURPOSE)).decode()

    def open(self, value: str) -> str | None:
        """The address in a button's value; None for a value that is none of ours, or sealed with a key that is gone."""
        try:
            return open_bytes(self.keys, urlsafe_b64decode(value), PURPOSE).decode()
        except (CannotOpen, binascii.Error, ValueError):
            return None
