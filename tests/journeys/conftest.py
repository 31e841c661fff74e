"""The product as real processes, on each kind of database, beside a sandbox HubSpot and Slack in the test's process."""

import asyncio
import os
import random
import signal
import socket
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from inspect import isawaitable
from pathlib import Path
from time import monotonic
from typing import Any
from unittest.mock import patch

import aiohttp
import pytest
from sqlalchemy import text

from sandbox.hubspot import Crm, HubSpotSandbox
from sandbox.hubspot.limits import Limits
from sandbox.sample_data import workspace as sample
from sandbox.slack import SlackSandbox
from storage import Store, open_store
from storage.campaign_changes import NewCampaign, create_campaign
from tests.footlight.commands import COMMAND, Ran, footlight
from tests.footlight.conftest import logs_undone

__all__ = ["logs_undone"]

TOKEN, CLIENT_SECRET, PORTAL = "pat-eu1-journey", "journey-client-secret", 4711
BOT_TOKEN, APP_TOKEN, SIGNING_SECRET = "xoxb-journey", "xapp-journey", "journey-signing-secret"
API_KEY = "journey-api-key"
CLICKS_SECRET = "whsec_" + b64encode(b"0123456789abcdef01234567").decode()
PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
SENDER = "anna.becker@nordwerk.example"


async def until(condition: Callable[[], Any], what: str, within: float = 60.0) -> None:
    """Wait until the condition, or what it gives to await, is true; `within` is in seconds."""
    deadline = monotonic() + within
    while True:
        holds = condition()
        if isawaitable(holds):
            holds = await holds
        if holds:
            return
        assert monotonic() < deadline, f"not within {within:.0f} s: {what}"
        await asyncio.sleep(0.02)


@dataclass
class Product:
    """Footlight as its command starts it; every process and every command reads the same settings."""

    folder: Path
    settings: dict[str, str]
    http: aiohttp.ClientSession = field(repr=False)
    running: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.settings["FOOTLIGHT_PUBLIC_URL"]

    @property
    def database_url(self) -> str:
        return self.settings["FOOTLIGHT_DATABASE_URL"]

    @property
    def parts(self) -> tuple[str, ...]:
        """The processes that are the whole product on this database."""
        return ("run",) if self.database_url.startswith("sqlite:") else ("web", "worker")

    def log(self, part: str) -> str:
        """What a part wrote, over all its lives."""
        return (self.folder / f"{part}.log").read_text()

    async def start(self, *parts: str) -> None:
        """Start these parts, or all, and wait until the endpoints answer."""
        await self.launch(*parts or self.parts)
        await until(self.is_ready, "the product is ready")

    async def launch(self, *parts: str) -> None:
        """Start these parts, and wait for nothing."""
        for part in parts:
            with (self.folder / f"{part}.log").open("a") as log:
                self.running[part] = await asyncio.create_subprocess_exec(
                    *(COMMAND, part), stdout=log, stderr=log, cwd=self.folder, env=self._environment
                )

    async def is_ready(self) -> bool:
        for part, process in self.running.items():
            assert process.returncode is None, f"{part} ended by itself: {self.log(part)[-2000:]}"
        with suppress(aiohttp.ClientError, TimeoutError):
            async with self.http.get(self.url + "/readyz") as response:
                return response.status == 200
        return False

    async def kill(self, *parts: str) -> None:
        """SIGKILL, as when power fails."""
        killed = [self.running.pop(part) for part in parts or self.parts]
        for process in killed:
            process.kill()
        for process in killed:
            await process.wait()

    async def stop(self) -> dict[str, int]:
        """SIGTERM for all that runs; the exit status of each."""
        stopped, self.running = self.running, {}
        for process in stopped.values():
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            return {part: await process.wait() for part, process in stopped.items()}

    async def command(self, *arguments: str) -> Ran:
        """Run a command of the command line to its end, in this process, which is another one than what runs."""
        with patch.dict(os.environ, self._environment, clear=True):
            return await footlight(*arguments)

    async def rows(self, query: str) -> list[Any]:
        """What the database answers, asked beside what runs."""
        rows: list[Any] = await self._in_store(
            lambda store: store.read(lambda session: list(session.execute(text(query))))
        )
        return rows

    async def show(self, name: str, target: str, **more: Any) -> None:
        """Make a campaign."""
        new = NewCampaign(name=name, target_url=target, image_url="https://nordwerk.example/banner.png", **more)
        await self._in_store(lambda store: store.write(create_campaign, new, now=datetime.now(UTC)))

    async def _in_store(self, use: Callable[[Store], Awaitable[Any]]) -> Any:
        store = open_store(self.database_url)
        try:
            return await use(store)
        finally:
            await store.close()

    async def do(self, *arguments: str) -> None:
        """Run a command that must succeed."""
        ran = await self.command(*arguments)
        assert ran.status == 0, ran.err

    @property
    def _environment(self) -> dict[str, str]:
        """The settings alone, so that those of whoever runs the tests have no say."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return kept | {name: value for name, value in self.settings.items() if value}

    async def link(self, recipient: str) -> str:
        """The tracked link in a mail to `recipient`."""
        asked = {"sender": SENDER, "recipients": [recipient]}
        headers = {"Authorization": f"Bearer {API_KEY}"}
        async with self.http.post(self.url + "/api/signatures", json=asked, headers=headers) as response:
            assert response.status == 200, await response.text()
            return str((await response.json())["banners"][0]["click_url"])

    async def follow(self, link: str) -> str | None:
        """Click as a person does; where it leads."""
        async with self.http.get(link, headers={"User-Agent": PERSON}, allow_redirects=False) as response:
            return response.headers.get("Location")


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """A client that never repeats a request by itself, as one does on a kept connection that was cut."""
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(30)) as session:
        yield session


@pytest.fixture
async def hubspot() -> AsyncIterator[HubSpotSandbox]:
    """A portal with forty customers on one list; its webhooks come for 100 s until they are acknowledged."""
    crm = Crm()
    for number in range(40):
        crm.create("contacts", {"email": f"p{number}@customer{number}.example", "lastname": "Muster"})
    crm.add_to_list(crm.create_list("Customers").id, list(crm.contacts))
    sandbox = HubSpotSandbox(crm, token=TOKEN, client_secret=CLIENT_SECRET, portal_id=PORTAL, limits=Limits.off())
    async with sandbox as hubspot:
        hubspot.webhooks.retry_delays = (0.25,) * 400
        yield hubspot


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    """The sample workspace; its events come for ten seconds until they are acknowledged."""
    sandbox = SlackSandbox(
        sample.sample_workspace(), bot_token=BOT_TOKEN, signing_secret=SIGNING_SECRET, app_token=APP_TOKEN
    )
    async with sandbox as slack:
        slack.deliveries.retry_delays = (0.25,) * 40
        yield slack


@pytest.fixture
async def product(
    database_url: str,
    tmp_path: Path,
    hubspot: HubSpotSandbox,
    slack: SlackSandbox,
    http: aiohttp.ClientSession,
    logs_undone: None,
) -> AsyncIterator[Product]:
    """The product, set up but not started; both sandboxes call it."""
    port = free_port()
    settings = {
        "FOOTLIGHT_DATABASE_URL": database_url,
        "FOOTLIGHT_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
        "FOOTLIGHT_SECRET_KEY": "a key for journeys that is long enough",
        "FOOTLIGHT_API_KEY": API_KEY,
        "FOOTLIGHT_CLICKS_SECRET": CLICKS_SECRET,
        "FOOTLIGHT_LEADS_CHANNEL": sample.LEADS,
        "FOOTLIGHT_ADMIN_CHANNEL": sample.FEED,
        "HUBSPOT_ACCESS_TOKEN": TOKEN,
        "HUBSPOT_CLIENT_SECRET": CLIENT_SECRET,
        "HUBSPOT_BASE_URL": hubspot.base_url,
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_BASE_URL": slack.base_url,
    }
    product = Product(tmp_path, settings, http)
    hubspot.send_webhooks_to(f"{product.url}/webhooks/hubspot")
    slack.deliveries.app_url = f"{product.url}/slack/events"
    yield product
    if product.running:
        await product.kill(*product.running)


def free_port() -> int:
    """
    A port for a process that must know its own address before it starts, and have it again when it is restarted.

    Below those that systems give to whoever asks for any (from 32768 on), so that nobody gets it meanwhile.
    """
    while True:
        port = random.randrange(20_000, 32_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
