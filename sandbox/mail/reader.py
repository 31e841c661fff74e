"""Who reads an e-mail: a person, whose mail program loads the banner, or a scanner, which follows every link."""

import asyncio
from time import monotonic
from typing import Literal
from urllib.parse import urlsplit

import aiohttp

from sandbox.mail.mail import Fetch, Mail, OnFetch, unheard

PERSON = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
SCANNER = "Mozilla/5.0 (compatible; Barracuda Sentinel (EE))"
TIMEOUT = aiohttp.ClientTimeout(5)


class Reader:
    """Fetches over HTTP what the links of a mail name; it does not follow to where they lead."""

    def __init__(self, *, on_fetch: OnFetch = unheard) -> None:
        self.on_fetch = on_fetch

    async def open(self, mail: Mail) -> None:
        """A person's mail program loads the banner."""
        await self._fetch("opened", mail, mail.image_url, PERSON)

    async def click(self, mail: Mail) -> None:
        """A person clicks the banner."""
        await self._fetch("clicked", mail, mail.click_url, PERSON)

    async def scan(self, mail: Mail) -> None:
        """A scanner follows every link, all at once."""
        await asyncio.gather(*(self._fetch("scanned", mail, url, SCANNER) for url in (mail.image_url, mail.click_url)))

    async def _fetch(self, act: Literal["opened", "clicked", "scanned"], mail: Mail, url: str, agent: str) -> None:
        started, status = monotonic(), 0
        try:
            async with (
                aiohttp.ClientSession(headers={"User-Agent": agent}, timeout=TIMEOUT) as session,
                session.get(url, allow_redirects=False) as response,
            ):
                status = response.status
        except (aiohttp.ClientError, TimeoutError):
            pass  # mail programs do not mind; whoever listens hears of status 0
        kind = "/".join(urlsplit(url).path.split("/")[:2])
        self.on_fetch(Fetch(act, mail, f"GET {kind}/…", status, monotonic() - started))
