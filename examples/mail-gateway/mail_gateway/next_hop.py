"""The next hop: the mail server that mails are passed on to. Its answers are the answers that the sender gets."""

import asyncio
import smtplib
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from mail_gateway.settings import Endpoint

SECONDS_TO_ANSWER: Final = 120


@dataclass(frozen=True, slots=True)
class Reply:
    """An SMTP reply."""

    code: int
    text: str

    @property
    def is_positive(self) -> bool:
        return 200 <= self.code < 300

    @property
    def is_permanent(self) -> bool:
        return self.code >= 500

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


NO_ANSWER: Final = Reply(451, "4.4.1 The next hop does not answer, try again later")


class Transaction:
    """A connection to the next hop, for one mail at a time. Opened by the first command; commands run in threads."""

    def __init__(self, endpoint: Endpoint, threads: Executor) -> None:
        self._endpoint = endpoint
        self._threads = threads
        self._client: smtplib.SMTP | None = None

    async def mail(self, sender: str, options: Sequence[str]) -> Reply:
        """`MAIL FROM`; of the options, what the next hop knows."""
        return await self._run(self._mail, sender, options)

    async def rcpt(self, recipient: str) -> Reply:
        return await self._run(lambda: self._connected().rcpt(recipient))

    async def data(self, content: bytes) -> Reply:
        return await self._run(lambda: self._connected().data(content))

    async def rset(self) -> Reply:
        return await self._run(lambda: self._connected().rset())

    def quit(self) -> None:
        """Take leave, without waiting for it."""
        client, self._client = self._client, None
        if client is not None:
            self._threads.submit(_take_leave, client)

    def close(self) -> None:
        """Let go of the connection; a mail that was not ended is dropped by the next hop."""
        client, self._client = self._client, None
        if client is not None:
            self._threads.submit(client.close)

    def _mail(self, sender: str, options: Sequence[str]) -> tuple[int, bytes]:
        client = self._connected()
        client.ehlo_or_helo_if_needed()
        known = [option for option in options if client.has_extn(_EXTENSIONS.get(option, ""))]
        if "SMTPUTF8" in options and "SMTPUTF8" not in known:
            return 550, b"5.6.7 The next hop does not take international addresses"
        return client.mail(sender, known)

    def _connected(self) -> smtplib.SMTP:
        if self._client is None:
            # Its own default asks the name service for our name, which may take longer than the mail.
            self._client = smtplib.SMTP(*self._endpoint, socket.gethostname(), timeout=SECONDS_TO_ANSWER)
        return self._client

    async def _run(self, command: Callable[..., tuple[int, bytes]], *args: Any) -> Reply:
        loop = asyncio.get_running_loop()
        try:
            code, text = await loop.run_in_executor(self._threads, lambda: command(*args))
        except smtplib.SMTPConnectError:
            return NO_ANSWER
        except smtplib.SMTPResponseException as error:
            code, text = error.smtp_code, error.smtp_error  # type: ignore[assignment] # octets, whatever typeshed says
        except (smtplib.SMTPException, OSError):
            return NO_ANSWER
        return Reply(code, " ".join(text.decode("utf-8", "replace").split())) if code > 0 else NO_ANSWER


_EXTENSIONS: Final = {"BODY=8BITMIME": "8bitmime", "SMTPUTF8": "smtputf8"}


def _take_leave(client: smtplib.SMTP) -> None:
    with suppress(smtplib.SMTPException, OSError):
        client.quit()
