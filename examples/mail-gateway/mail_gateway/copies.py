"""The copies of a mail: one for each recipient with their banner, or the mail as it came."""

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from email.utils import parseaddr

from mail_gateway.footlight import Footlight, NoBanners
from mail_gateway.html_part import HtmlPart, Untouchable, find_html_part, read_header

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Copy:
    """What some recipients of a mail get: as it came, or with a banner."""

    recipients: tuple[str, ...]
    mail: bytes
    part: HtmlPart | None = None
    html: str = ""

    @property
    def content(self) -> bytes:
        return self.part.with_banner(self.html) if self.part else self.mail


@dataclass(frozen=True, slots=True)
class Copies:
    """Makes copies. A mail to more than `split_up_to` recipients stays one, with one banner for all."""

    footlight: Footlight
    domains: frozenset[str]
    split_up_to: int
    patience: float
    threads: Executor

    async def of(self, sender: str, recipients: Sequence[str], mail: bytes) -> list[Copy]:
        """The mail for each of its recipients: untouched, unless all that a banner takes is there at once."""
        if not recipients:
            return []
        try:
            return await self._with_banners(sender, recipients, mail)
        except (Untouchable, NoBanners) as reason:
            log.info("a mail passes untouched: %s", reason)
        except Exception:
            log.exception("a mail passes untouched: the gateway has an error")
        return [Copy(tuple(recipients), mail)]

    async def _with_banners(self, sender: str, recipients: Sequence[str], mail: bytes) -> list[Copy]:
        employee = whose(mail, sender, self.domains)
        reading = asyncio.get_running_loop().run_in_executor(self.threads, find_html_part, mail)
        try:
            part = await asyncio.wait_for(reading, self.patience)
        except TimeoutError as error:
            raise Untouchable("it takes too long to read") from error
        split = len(recipients) <= self.split_up_to
        banners = await self.footlight.banners(employee, recipients, split=split)
        links = (link for banner in banners for link in (banner.image_url, banner.click_url) if link)
        if any(part.holds(prefix) for prefix in {link.rpartition("/")[0] + "/" for link in links}):
            raise Untouchable("it has a banner already")
        groups = [(recipient,) for recipient in recipients] if split else [tuple(recipients)]
        pairs = zip(groups, banners, strict=True)
        return [Copy(group, mail, part if banner.html else None, banner.html) for group, banner in pairs]


def whose(mail: bytes, sender: str, domains: frozenset[str]) -> str:
    """
    The employee who wrote a mail, by its From field.

    Raises:
        Untouchable: it comes from elsewhere, or is a bounce.
    """
    header, _ = read_header(mail)
    author = parseaddr(str(header.get("From", "")))[1]
    if not all(address.rpartition("@")[2].lower() in domains for address in (sender, author)):
        raise Untouchable("it is not from one of our people")
    return author
