"""The trickle: other people's e-mails, written, opened and clicked one after the other while somebody watches."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from random import Random
from typing import Literal

from sandbox.mail.gateway import Gateway, NoBanner
from sandbox.mail.reader import Reader

FIRST_PAUSE = 5.0
PAUSES = (14.0, 30.0)
READING = (1.6, 4.0)
"""Seconds, from the shortest to the longest. A click sooner than a second after the banner is held for a scanner's."""

Fate = Literal["opened", "clicked", "scanned"]
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to come, and what becomes of it."""

    sender: str
    recipient: str
    subject: str
    fate: Fate


class Trickle:
    """
    `run` sends the letters while `is_on` and somebody is `watched`; else it waits.

    Args:
        sleep: waits so many seconds.
    """

    def __init__(
        self, letters: Iterator[Letter], gateway: Gateway, reader: Reader, *, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._letters, self._gateway, self._reader, self._sleep = letters, gateway, reader, sleep
        self._random = Random()  # noqa: S311
        self._watchers = 0
        self._is_on = True
        self._may_go = asyncio.Event()

    @property
    def is_on(self) -> bool:
        return self._is_on

    @is_on.setter
    def is_on(self, value: bool) -> None:
        self._is_on = value
        self._look()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Somebody looks, for as long as this lasts."""
        self._watchers += 1
        self._look()
        try:
            yield
        finally:
            self._watchers -= 1
            self._look()

    def _look(self) -> None:
        if self._is_on and self._watchers:
            self._may_go.set()
        else:
            self._may_go.clear()

    async def run(self) -> None:
        """Until cancelled, or until there are no more letters."""
        await self._may_go.wait()
        await self._sleep(FIRST_PAUSE)
        for letter in self._letters:
            await self._may_go.wait()
            with suppress(NoBanner):  # the product is down or restarting: the next letter may fare better
                await self._send(letter)
            await self._sleep(self._random.uniform(*PAUSES))

    async def _send(self, letter: Letter) -> None:
        mail = await self._gateway.send(letter.sender, letter.recipient, letter.subject)
        if letter.fate == "scanned":
            await self._reader.scan(mail)
            return
        await self._sleep(self._random.uniform(*READING))
        await self._reader.open(mail)
        if letter.fate == "clicked":
            await self._sleep(self._random.uniform(*READING))
            await self._reader.click(mail)
