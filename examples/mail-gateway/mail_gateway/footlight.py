"""Footlight, as the gateway asks it: quick, or not at all for a while."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Final

import aiohttp
import msgspec

log = logging.getLogger(__name__)

FAILURES: Final = 3
REST_SECONDS: Final = 30
LARGEST_ANSWER: Final = 4_000_000


class NoBanners(Exception):
    """Footlight gives none now; the text says why."""


class Banner(msgspec.Struct):
    """What `POST /api/signatures` answers: `recipient` is null when the mail is not split; no `html`, no banner."""

    recipient: str | None
    image_url: str | None
    click_url: str | None
    html: str


class Answer(msgspec.Struct):
    banners: list[Banner]


class Breaker:
    """Opens after three failures in a row; after a rest of 30 s one request tries whether it may close."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._failures = 0
        self._resting_until = 0.0

    def lets_pass(self) -> bool:
        """Whether to ask now. While it is open, the first who asks after the rest is let pass alone."""
        if self._failures < FAILURES:
            return True
        if self._now() < self._resting_until:
            return False
        self._resting_until = self._now() + REST_SECONDS
        return True

    def note(self, *, failed: bool) -> None:
        """How a request ended."""
        self._failures = self._failures + 1 if failed else 0
        if self._failures == FAILURES:
            log.warning("Footlight does not answer: mails pass untouched, it is asked again every 30 s")
        if self._failures >= FAILURES:
            self._resting_until = self._now() + REST_SECONDS


class Footlight:
    """Asks for banners; waits `patience` seconds at most."""

    def __init__(self, url: str, api_key: str, patience: float, breaker: Breaker | None = None) -> None:
        self._url = f"{url}/api/signatures"
        self._headers = {"Authorization": f"Bearer {api_key}"}
        self._timeout = aiohttp.ClientTimeout(total=patience)
        self.breaker = breaker or Breaker()

    async def banners(self, sender: str, recipients: Sequence[str], *, split: bool) -> list[Banner]:
        """
        One for each of the recipients in their order, or a single one for all.

        Raises:
            NoBanners
        """
        if not self.breaker.lets_pass():
            raise NoBanners("it did not answer of late")
        try:
            banners = await self._ask({"sender": sender, "recipients": list(recipients), "split": split})
        except (aiohttp.ClientError, TimeoutError, OSError, msgspec.DecodeError) as error:
            self.breaker.note(failed=True)
            raise NoBanners(type(error).__name__) from error
        expected = list(recipients) if split else [None]
        is_sound = [banner.recipient for banner in banners] == expected
        self.breaker.note(failed=not is_sound)
        if not is_sound:
            raise NoBanners("it answered for others than were asked for")
        return banners

    async def _ask(self, asked: dict[str, object]) -> list[Banner]:
        async with (
            aiohttp.ClientSession(timeout=self._timeout, headers=self._headers) as session,
            session.post(self._url, json=asked, allow_redirects=False) as response,
        ):
            if response.status in (400, 413):  # it is well, and does not want this mail's addresses
                self.breaker.note(failed=False)
                raise NoBanners(f"status {response.status}")
            if response.status != 200:
                raise aiohttp.ClientPayloadError(f"status {response.status}")
            body = bytearray()
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > LARGEST_ANSWER:
                    raise aiohttp.ClientPayloadError("the answer is too long")
        return msgspec.json.decode(body, type=Answer).banners
