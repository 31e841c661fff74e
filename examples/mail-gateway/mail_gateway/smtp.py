"""The gateway itself: takes a mail by SMTP, and answers for it only what the next hop answered."""

import asyncio
import logging
import socket
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from aiosmtpd.smtp import SMTP, Envelope, Session

from mail_gateway.copies import Copies, Copy
from mail_gateway.footlight import Footlight
from mail_gateway.html_part import read_header
from mail_gateway.next_hop import Reply, Transaction
from mail_gateway.settings import Endpoint, Settings

log = logging.getLogger(__name__)

MOST_RECIPIENTS: Final = 1_000  # as many as Footlight answers for
LONGEST_LINE: Final = 1_000_000  # longer than the 1,000 of RFC 5321: to refuse a mail is not our business
REMEMBERED: Final = 1_000
THREADS: Final = 64
SECONDS_TO_END: Final = 20


class PartlyPassedOn:
    """Who has a copy already of a mail that its sender will try again, so that nobody gets it twice."""

    def __init__(self) -> None:
        self._done: OrderedDict[bytes, frozenset[str]] = OrderedDict()

    def recipients(self, key: bytes) -> frozenset[str]:
        return self._done.get(key, frozenset())

    def note(self, key: bytes, recipients: frozenset[str]) -> None:
        self._done[key] = recipients
        while len(self._done) > REMEMBERED:
            self._done.popitem(last=False)

    def forget(self, key: bytes) -> None:
        self._done.pop(key, None)


@dataclass(slots=True)
class Gateway:
    """What all connections share. `in_hand` are the mails that are being passed on."""

    settings: Settings
    copies: Copies
    threads: Executor
    partly: PartlyPassedOn = field(default_factory=PartlyPassedOn)
    in_hand: set[asyncio.Task[Reply]] = field(default_factory=set)


class Conversation:
    """One connection. What it answers to MAIL, RCPT and DATA is what the next hop answered."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._onward = self._new_transaction()
        self._handing_on: asyncio.Task[Reply] | None = None

    def _new_transaction(self) -> Transaction:
        return Transaction(self._gateway.settings.next_hop, self._gateway.threads)

    async def handle_MAIL(self, _: SMTP, session: Session, envelope: Envelope, sender: str, options: list[str]) -> str:
        if session.peer is None or not self._gateway.settings.may_hand_in(session.peer[0]):
            return "554 5.7.1 This gateway is not for you"
        await self._start_over()
        reply = await self._onward.mail(sender, options)
        if reply.is_positive:
            envelope.mail_from = sender
            envelope.mail_options = options
        return str(reply)

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, recipient: str, ___: list[str]) -> str:
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients, send the rest in another mail"
        reply = await self._onward.rcpt(recipient)
        if reply.is_positive:
            envelope.rcpt_tos.append(recipient)
        return str(reply)

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:
        sender, mail = envelope.mail_from or "", envelope.original_content or b""
        key = identity(sender, mail)
        self._handing_on = asyncio.create_task(self._hand_on(envelope, sender, mail, key))
        self._gateway.in_hand.add(self._handing_on)
        self._handing_on.add_done_callback(self._gateway.in_hand.discard)
        reply = await asyncio.shield(self._handing_on)
        if reply.is_positive:
            self._gateway.partly.forget(key)
        return str(reply)

    async def _hand_on(self, envelope: Envelope, sender: str, mail: bytes, key: bytes) -> Reply:
        """Goes on when the client hangs up: it will try again, and nobody shall have the mail twice."""
        partly = self._gateway.partly
        waiting = [one for one in envelope.rcpt_tos if one not in partly.recipients(key)]
        replies = [Reply(250, "2.0.0 All have it already")]
        for copy in await self._gateway.copies.of(sender, waiting, mail):
            replies.append(await self._pass_on(envelope, copy))
            if replies[-1].is_positive:
                partly.note(key, partly.recipients(key).union(copy.recipients))
        self._onward.quit()
        refused = [reply for reply in replies if not reply.is_positive]
        # The sender keeps the mail for those who may get it yet, before it is told of those who never will.
        return min(refused, key=lambda reply: reply.is_permanent) if refused else replies[-1]

    async def _pass_on(self, envelope: Envelope, copy: Copy) -> Reply:
        """The first copy goes in the transaction that the recipients were announced in, if it is for all of them."""
        if list(copy.recipients) != envelope.rcpt_tos:
            refused = await self._announce(envelope, copy.recipients)
            if refused:
                return refused
        return await self._onward.data(copy.content)

    async def _announce(self, envelope: Envelope, recipients: Sequence[str]) -> Reply | None:
        await self._onward.rset()
        reply = await self._onward.mail(envelope.mail_from or "", envelope.mail_options)
        for recipient in recipients if reply.is_positive else ():
            reply = await self._onward.rcpt(recipient)
            if not reply.is_positive:
                break
        return None if reply.is_positive else reply

    async def handle_RSET(self, _: SMTP, __: Session, ___: Envelope) -> str:
        await self._start_over()
        return "250 2.0.0 OK"

    async def _start_over(self) -> None:
        self._onward.close()
        self._onward = self._new_transaction()

    async def handle_exception(self, error: Exception) -> str:
        """Whatever goes wrong here, the sender keeps the mail and tries again."""
        log.error("a connection failed", exc_info=error)
        return "451 4.3.0 The gateway has an error, try again later"

    def gone(self) -> None:
        """The client hung up."""
        if self._handing_on is None or self._handing_on.done():
            self._onward.close()


def identity(sender: str, mail: bytes) -> bytes:
    """What is the same when a mail is tried again, though each hop adds fields on top of it."""
    header, blank = read_header(mail)
    kept = mail[blank:] if "Message-ID" in header else mail
    return sha256("\n".join((sender, str(header.get("Message-ID")))).encode("utf-8", "replace") + kept).digest()


class Server(SMTP):
    """The SMTP side; a connection that ends lets go of the next hop."""

    line_length_limit = LONGEST_LINE

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.event_handler.gone()


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Endpoint]:
    """The gateway, listening as long as the block runs; what it has in hand then is handed on before it ends."""
    loop = asyncio.get_running_loop()
    threads = ThreadPoolExecutor(THREADS, thread_name_prefix="gateway")
    footlight = Footlight(settings.footlight_url, settings.api_key, settings.patience)
    copies = Copies(footlight, settings.domains, settings.split_up_to, settings.patience, threads)
    gateway = Gateway(settings, copies, threads)

    def connection() -> Server:
        return Server(
            Conversation(gateway),
            data_size_limit=settings.largest_mail,
            enable_SMTPUTF8=True,
            hostname=socket.gethostname(),
            ident="Footlight mail gateway",
            loop=loop,
        )

    server = await loop.create_server(connection, *settings.listen)
    try:
        yield Endpoint(*server.sockets[0].getsockname()[:2])
    finally:
        server.close()
        if gateway.in_hand:
            await asyncio.wait(gateway.in_hand, timeout=SECONDS_TO_END)
        threads.shutdown(wait=False, cancel_futures=True)
