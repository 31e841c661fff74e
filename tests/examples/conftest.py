"""The sample mail gateway between a sender and a next hop by real SMTP, asking a real Footlight by real HTTP."""

import asyncio
import shutil
import smtplib
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiosmtpd.smtp import SMTP

from storage import open_store
from storage.campaign_changes import create_campaign
from storage.opt_outs import Hasher
from tests.webhooks.conftest import API_KEY, Clock, campaign, make_edge
from webhooks.app import make_app

HOUSE = Path(__file__).parents[2]
sys.path.insert(0, str(HOUSE / "examples/mail-gateway"))

from mail_gateway.settings import Endpoint, Settings  # noqa: E402
from mail_gateway.smtp import serving  # noqa: E402

MAILS = HOUSE / "tests/fixtures/mail"
ANNA = "anna@ours.example"


@dataclass
class NextHop:
    """A mail server that keeps what it gets; `refuses` is asked with command and recipients for a reply."""

    endpoint: Endpoint | None = None
    mails: list[tuple[str, tuple[str, ...], bytes]] = field(default_factory=list)
    refuses: Callable[[str, tuple[str, ...]], str | None] = lambda command, recipients: None

    async def handle_RCPT(self, _: SMTP, __: Any, envelope: Any, recipient: str, ___: list[str]) -> str:
        if refusal := self.refuses("RCPT", (recipient,)):
            return refusal
        envelope.rcpt_tos.append(recipient)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _: SMTP, __: Any, envelope: Any) -> str:
        recipients = tuple(envelope.rcpt_tos)
        if refusal := self.refuses("DATA", recipients):
            return refusal
        self.mails.append((envelope.mail_from, recipients, envelope.original_content))
        return "250 2.0.0 queued as ABC"


class Patient(SMTP):
    line_length_limit = 1_000_000


@pytest.fixture
async def next_hop() -> AsyncIterator[NextHop]:
    hop = NextHop()
    loop = asyncio.get_running_loop()

    def connection() -> SMTP:
        return Patient(hop, data_size_limit=None, enable_SMTPUTF8=True, hostname="next", loop=loop)

    server = await loop.create_server(connection, "127.0.0.1", 0)
    hop.endpoint = Endpoint(*server.sockets[0].getsockname())
    yield hop
    server.close()


@dataclass
class Web:
    """A web server on a free port."""

    url: str


async def serve_app(stack: AsyncExitStack, app: web.Application) -> Web:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return Web(f"http://127.0.0.1:{runner.addresses[0][1]}")


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
def empty_file(migrated_file: Path, tmp_path: Path) -> str:
    shutil.copy(migrated_file, tmp_path / "footlight.db")
    return f"sqlite:///{tmp_path}/footlight.db"


@pytest.fixture
async def footlight(stack: AsyncExitStack, empty_file: str) -> Web:
    """Footlight's web application with a campaign for everyone."""
    store = open_store(empty_file)
    stack.push_async_callback(store.close)
    await store.write(create_campaign, campaign(is_default=True, alt="Frühling & mehr"), now=datetime.now(UTC))
    return await serve_app(stack, make_app(make_edge(store, Clock(), Hasher(b"a key of the opt-outs, 32 octets"))))


@dataclass
class Gateway:
    endpoint: Endpoint

    async def send(
        self, mail: bytes, *recipients: str, sender: str = ANNA, options: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """Hand in a mail as a mail server does; the recipients that were refused."""
        return await asyncio.to_thread(self._send, mail, recipients or ("max@firma.example",), sender, options)

    def _send(self, mail: bytes, recipients: tuple[str, ...], sender: str, options: tuple[str, ...]) -> dict[str, Any]:
        with smtplib.SMTP(*self.endpoint, "client.ours.example", timeout=30) as client:
            return client.sendmail(sender, recipients, mail, options)


@pytest.fixture
def start(stack: AsyncExitStack, next_hop: NextHop) -> Any:
    """`await start(footlight_url)` runs a gateway."""

    async def start(url: str, **changed: Any) -> Gateway:
        given: dict[str, Any] = {
            "footlight_url": url,
            "api_key": API_KEY,
            "domains": frozenset({"ours.example"}),
            "listen": Endpoint("127.0.0.1", 0),
            "next_hop": next_hop.endpoint,
            "clients": (ip_network("127.0.0.0/8"),),
            "largest_mail": 50_000_000,
            "split_up_to": 50,
            "patience": 5,
        }
        return Gateway(await stack.enter_async_context(serving(Settings(**given | changed))))

    return start


@pytest.fixture
async def gateway(start: Any, footlight: Web) -> Gateway:
    return await start(footlight.url)
