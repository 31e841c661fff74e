"""The mail gateway: sends an employee's e-mail, with the banner that the product gives for its recipient."""

from collections.abc import Callable
from datetime import datetime
from time import monotonic
from typing import Any

import aiohttp

from sandbox.mail.mail import Fetch, Mail, OnFetch, unheard

TIMEOUT = aiohttp.ClientTimeout(5)


class NoBanner(Exception):
    """The product did not answer with a banner; the mail goes out without."""


class Gateway:
    """`new_id` numbers the mails."""

    def __init__(
        self, product_url: str, api_key: str, new_id: Callable[[], int], *, on_fetch: OnFetch = unheard
    ) -> None:
        self._url = f"{product_url}/api/signatures"
        self._headers = {"Authorization": f"Bearer {api_key}"}
        self._new_id = new_id
        self.on_fetch = on_fetch

    async def send(self, sender: str, recipient: str, subject: str) -> Mail:
        """
        The mail as it arrives.

        Raises:
            NoBanner
        """
        started = monotonic()
        try:
            status, told = await self._ask({"sender": sender, "recipients": [recipient]})
        except (aiohttp.ClientError, TimeoutError) as error:
            raise NoBanner(f"Footlight did not answer: {error}") from error
        if status != 200:
            raise NoBanner(told.get("detail") or told.get("title") or f"status {status}")
        banner = told["banners"][0]
        urls = {name: banner[name] for name in ("html", "image_url", "click_url")}
        mail = Mail(self._new_id(), datetime.now().astimezone(), sender, banner["recipient"], subject, **urls)
        self.on_fetch(Fetch("written", mail, "POST /api/signatures", status, monotonic() - started))
        return mail

    async def _ask(self, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        async with (
            aiohttp.ClientSession(headers=self._headers, timeout=TIMEOUT) as session,
            session.post(self._url, json=asked) as response,
        ):
            return response.status, await response.json()
