"""A sandbox HubSpot with few records and a sandbox Slack, clients for them, and receivers for what they send."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from time import time
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.hubspot import Crm, HubSpotSandbox
from sandbox.hubspot.limits import Limits
from sandbox.sample_data.workspace import sample_workspace
from sandbox.slack import SlackSandbox, Workspace

TOKEN = "pat-eu1-test"
SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"


@dataclass
class Answered:
    status: int
    headers: Any
    body: Any


Ask = Callable[..., Awaitable[Answered]]


@pytest.fixture
def crm() -> Crm:
    """Three contacts, two companies; Max works for Musterfirma and sits in the list "Customers"."""
    crm = Crm()
    for local, last in (("max", "Mustermann"), ("eva", "Muster"), ("j.doe", "Doe")):
        crm.create("contacts", {"email": f"{local}@musterfirma.example", "firstname": local, "lastname": last})
    for name in ("Musterfirma GmbH", "Acme Inc."):
        crm.create("companies", {"name": name})
    crm.add_to_list(crm.create_list("Customers").id, [min(crm.contacts)])
    crm.associate(min(crm.contacts), min(crm.companies))
    return crm


@pytest.fixture
async def hubspot(crm: Crm) -> AsyncIterator[HubSpotSandbox]:
    async with HubSpotSandbox(crm, token=TOKEN, client_secret=SECRET, portal_id=4711, limits=Limits.off()) as running:
        yield running


@pytest.fixture
async def ask(hubspot: HubSpotSandbox) -> AsyncIterator[Ask]:
    """`await ask("GET", "/path", json=..., **of_aiohttp)`, with the right token unless `headers` says otherwise."""
    async with aiohttp.ClientSession() as session:

        async def call(method: str, path: str, **more: Any) -> Answered:
            more.setdefault("headers", {"Authorization": f"Bearer {TOKEN}"})
            async with session.request(method, hubspot.base_url + path, **more) as response:
                has_body = response.status != 204
                return Answered(response.status, response.headers, await response.json() if has_body else None)

        yield call


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Keeps what arrives; answers `statuses` in order, then 204."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    async def take(self, request: web.Request) -> web.Response:
        self.received.append(Received(request.raw_path, dict(request.headers), await request.read()))
        return web.Response(status=self.statuses.pop(0) if self.statuses else 204, headers=self.headers)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    kept = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", kept.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    kept.url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhooks/hubspot"
    yield kept
    await runner.cleanup()


BOT_TOKEN, APP_TOKEN, SIGNING_SECRET = "xoxb-test", "xapp-test", "8f742231b10e8888abcd99yyyzzz85a5"


@dataclass
class Clock:
    """The present time and what was added to it."""

    added: float = 0.0

    def __call__(self) -> float:
        return time() + self.added


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def workspace(clock: Clock) -> Workspace:
    return sample_workspace(clock)


@pytest.fixture
async def slack(workspace: Workspace) -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox(
        workspace, bot_token=BOT_TOKEN, app_token=APP_TOKEN, signing_secret=SIGNING_SECRET, file_delay=0.05
    ) as running:
        running.deliveries.retry_delays = (0.0, 0.01, 0.02)
        yield running


@pytest.fixture
def client(slack: SlackSandbox) -> AsyncWebClient:
    """Slack's own client, which repeats nothing."""
    return AsyncWebClient(BOT_TOKEN, base_url=slack.base_url, retry_handlers=[])


@dataclass
class SlackApp:
    """An app that checks proofs with Slack's own verifier, keeps what came, and answers as told."""

    received: list[Received] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    """In order; then 200."""
    headers: dict[str, str] = field(default_factory=dict)
    reply: Any = None

    async def receive(self, request: web.Request) -> web.Response:
        body = await request.read()
        if not SignatureVerifier(SIGNING_SECRET).is_valid_request(body, dict(request.headers)):
            return web.Response(status=401)
        self.received.append(Received(request.path, dict(request.headers), body))
        status = self.statuses.pop(0) if self.statuses else 200
        if self.reply is None:
            return web.Response(status=status, headers=self.headers)
        return web.json_response(self.reply, status=status, headers=self.headers)

    @property
    def payload(self) -> Any:
        """The last interaction or event, or the fields of the last command."""
        body = self.received[-1].body
        if body.startswith(b"{"):
            return json.loads(body)
        fields = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
        return json.loads(fields["payload"]) if "payload" in fields else fields


@pytest.fixture
async def app(slack: SlackSandbox) -> AsyncIterator[SlackApp]:
    """Slack's requests go to it."""
    app = SlackApp()
    server = web.Application()
    server.router.add_post("/slack/events", app.receive)
    runner = web.AppRunner(server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.deliveries.app_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield app
    await runner.cleanup()


@pytest.fixture
def error_of() -> Callable[[Awaitable[Any]], Awaitable[str]]:
    """`await error_of(client.some_method(...))`: the code it ends with."""

    async def code(call: Awaitable[Any]) -> str:
        with pytest.raises(SlackApiError) as caught:
            await call
        return str(caught.value.response["error"])

    return code
