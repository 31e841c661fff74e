"""A banner file that somebody puts into the campaign editor: fetched from Slack, and the picture in it really read."""

import asyncio
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import msgspec
from slack_sdk.web.async_client import AsyncWebClient

from bot.web_client import TIMEOUT_SECONDS
from storage.banner_files import LARGEST_FILE, BannerFault, BannerPicture, NotABanner, read_picture

NOT_FETCHED: Final = "Slack did not give the file"


class PutIn(msgspec.Struct, frozen=True):
    """A file as a submitted modal tells of it; `size` in octets."""

    id: str
    size: int
    url: str


def put_in(states: dict[str, Any]) -> PutIn | None:
    """The file in the state of a `file_input`; None: there is none."""
    files = states.get("files") or ()
    if not files:
        return None
    told = files[-1]
    url = told.get("url_private_download") or told.get("url_private") or ""
    return PutIn(str(told.get("id") or ""), int(told.get("size") or 0), str(url))


async def read_file(file: PutIn, client: AsyncWebClient) -> BannerPicture:
    """
    The picture in a file.

    Raises:
        NotABanner: also where Slack does not give it.
    """
    if file.size > LARGEST_FILE:
        raise NotABanner(BannerFault.TOO_HEAVY, f"the file has {file.size:,} bytes")
    try:
        octets = await _fetch(file, client)
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise NotABanner(BannerFault.NOT_READ, f"{NOT_FETCHED} ({type(error).__name__})") from error
    # A large picture takes a while, in which others are to be answered.
    return await asyncio.to_thread(read_picture, octets)


async def _fetch(file: PutIn, client: AsyncWebClient) -> bytes:
    if not _is_slacks(file.url, client.base_url):
        raise NotABanner(BannerFault.NOT_READ, "the file does not lie at Slack, which alone may see our token")
    limit = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    headers = {"Authorization": f"Bearer {client.token}"}
    # Who may not see the file is led to where people sign in.
    async with (
        aiohttp.ClientSession(timeout=limit, headers=headers, proxy=client.proxy) as session,
        session.get(file.url, allow_redirects=False) as answer,
    ):
        if answer.status != 200:
            raise NotABanner(BannerFault.NOT_READ, f"{NOT_FETCHED} (status {answer.status})")
        octets = b""
        async for part in answer.content.iter_any():
            octets += part
            if len(octets) > LARGEST_FILE:
                break
        return octets


def _is_slacks(url: str, base_url: str) -> bool:
    """Whether an address is one of the Slack that we talk to: files lie at another host of its domain."""
    there, base = urlsplit(url), urlsplit(base_url)
    host, own = there.hostname or "", base.hostname or ""
    return there.scheme == base.scheme and (host == own or host.endswith(f".{own}"))
