"""The inbox: e-mails that employees wrote, with the banner that the mail gateway got for each recipient."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import aiohttp
import msgspec

from sandbox.page.wire import Wire

SCANNER = "Mozilla/5.0 (compatible; Barracuda Sentinel (EE))"
TIMEOUT = aiohttp.ClientTimeout(5)


class NoBanner(Exception):
    """The product did not answer with a banner; the mail goes out without."""


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail as its recipient got it; `html` is what the gateway put under the signature."""

    id: int
    at: datetime
    sender: str
    recipient: str
    subject: str
    html: str
    image_url: str
    click_url: str


class Inbox:
    """
    Writes mails as a gateway would: asks the product for each recipient's banner.

    `scanner_reads` makes a security scanner follow every link of a mail as it arrives.
    """

    def __init__(self, product_url: str, api_key: str, wire: Wire) -> None:
        self._product_url = product_url
        self._api_key = api_key
        self._wire = wire
        self._session: aiohttp.ClientSession | None = None
        self.mails: list[Mail] = []
        self.scanner_reads = False

    def save(self, path: Path) -> None:
        """Write the mails to a file."""
        part = path.with_suffix(".part")
        part.write_bytes(msgspec.json.encode(self.mails))
        part.replace(path)

    def load(self, path: Path) -> None:
        """Have the mails of a file again."""
        self.mails = msgspec.json.decode(path.read_bytes(), type=list[Mail])

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def write(self, sender: str, recipients: Sequence[str], subject: str) -> list[Mail]:
        """
        Send a mail to each; newest mails stand first.

        Raises:
            NoBanner
        """
        asked = {"sender": sender, "recipients": list(recipients)}
        started = monotonic()
        try:
            async with self._client().post(
                f"{self._product_url}/api/signatures",
                json=asked,
                headers={"Authorization": f"Bearer {self._api_key}"},
                timeout=TIMEOUT,
            ) as response:
                status, told = response.status, await response.json()
        except (aiohttp.ClientError, TimeoutError) as error:
            self._wire.note("Mail gateway", "POST /api/signatures", 0, monotonic() - started)
            raise NoBanner(str(error)) from error
        self._wire.note("Mail gateway", "POST /api/signatures", status, monotonic() - started)
        if status != 200:
            raise NoBanner(told.get("detail") or told.get("title") or f"status {status}")
        mails = [self._keep(sender, subject, banner) for banner in told["banners"]]
        if self.scanner_reads:
            await asyncio.gather(*(self.scan(mail) for mail in mails))
        return mails

    def _keep(self, sender: str, subject: str, banner: dict[str, str]) -> Mail:
        mail = Mail(
            len(self.mails) + 1,
            datetime.now().astimezone(),
            sender,
            banner["recipient"],
            subject,
            banner["html"],
            banner["image_url"],
            banner["click_url"],
        )
        self.mails.insert(0, mail)
        return mail

    def find(self, mail_id: int) -> Mail | None:
        return next((mail for mail in self.mails if mail.id == mail_id), None)

    async def scan(self, mail: Mail) -> None:
        """A mail scanner follows every link of the mail, all at once."""
        await asyncio.gather(*(self._fetch(url, SCANNER, "Mail scanner") for url in (mail.image_url, mail.click_url)))

    async def _fetch(self, url: str, agent: str, who: str) -> None:
        started, status = monotonic(), 0
        try:
            async with self._client().get(
                url, headers={"User-Agent": agent}, allow_redirects=False, timeout=TIMEOUT
            ) as response:
                status = response.status
        except (aiohttp.ClientError, TimeoutError):
            pass  # a scanner does not mind; the wire shows that nothing came back
        kind = "/".join(urlsplit(url).path.split("/")[:2])
        self._wire.note(who, f"GET {kind}/…", status, monotonic() - started)

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session
