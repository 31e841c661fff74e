"""The web edge over real HTTP, on both databases, with a clock to set."""

import hmac
import json
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from standardwebhooks import Webhook

from bot.chart_links import DrawnCharts
from decisions.sealing import Keys
from storage import Store
from storage.campaign_changes import NewCampaign, create_campaign
from storage.campaigns import CampaignsInForce
from storage.fetch_arrived import Tracker
from storage.opt_outs import Hasher
from webhooks.app import make_app
from webhooks.edge import Edge
from webhooks.fetches import FETCHES, Fetches

CLIENT_SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
WORKFLOW_SECRET = "a secret of a workflow"
API_KEY = "a key that nobody guesses"
CLICKS_SECRET = "whsec_" + b64encode(b"0123456789abcdef01234567").decode()
KEYS = Keys.parse("a long random text")
PUBLIC_URL = "https://footlight.ours.de"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    moment: datetime = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **units: float) -> None:
        self.moment += timedelta(**units)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hasher() -> Hasher:
    return Hasher(b"a key of the opt-outs, 32 octets")


@dataclass
class Answered:
    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Served:
    """A running web edge. What is sent bears the right proof unless the test says otherwise."""

    url: str
    edge: Edge
    clock: Clock
    session: aiohttp.ClientSession = field(repr=False)
    gate: Fetches = field(repr=False)

    async def ask(self, method: str, path: str, **more: Any) -> Answered:
        headers = {"User-Agent": BROWSER} | more.pop("headers", {})
        async with self.session.request(
            method, self.url + path, headers=headers, allow_redirects=False, **more
        ) as response:
            return Answered(response.status, response.headers, await response.read())

    async def get(self, path: str, **headers: str) -> Answered:
        return await self.ask("GET", path, headers=headers)

    async def hubspot(self, body: bytes | list[Any], path: str = "/webhooks/hubspot") -> Answered:
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.ask("POST", path, data=body, headers=hubspot_v3(path, body, self.clock()))

    async def clicks(self, body: bytes | Any, content_type: str = "application/json") -> Answered:
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": content_type} | standard_webhook(body, self.clock())
        return await self.ask("POST", "/webhooks/clicks", data=body, headers=headers)

    async def signatures(self, **asked: Any) -> Answered:
        return await self.ask("POST", "/api/signatures", json=asked, headers={"Authorization": f"Bearer {API_KEY}"})

    async def mail(self, recipient: str, sender: str = "anna@ours.de") -> tuple[str, str]:
        """The paths of the banner and of the link in a mail to `recipient`."""
        banner = (await self.signatures(sender=sender, recipients=[recipient])).json["banners"][0]
        return banner["image_url"].removeprefix(PUBLIC_URL), banner["click_url"].removeprefix(PUBLIC_URL)


def hubspot_v3(
    path: str, body: bytes, at: datetime, secret: str = CLIENT_SECRET, method: str = "POST"
) -> dict[str, str]:
    stamp = str(int(at.timestamp() * 1000))
    signed = (method + PUBLIC_URL + path).encode() + body + stamp.encode()
    proof = b64encode(hmac.digest(secret.encode(), signed, "sha256")).decode()
    return {"X-HubSpot-Signature-v3": proof, "X-HubSpot-Request-Timestamp": stamp}


def hubspot_v2(path: str, body: bytes) -> dict[str, str]:
    signed = (CLIENT_SECRET + "POST" + PUBLIC_URL + path).encode() + body
    return {"X-HubSpot-Signature": sha256(signed).hexdigest(), "X-HubSpot-Signature-Version": "v2"}


def standard_webhook(body: bytes, at: datetime, secret: str = CLICKS_SECRET) -> dict[str, str]:
    try:
        proof = Webhook(secret).sign("msg_1", at, body.decode())
    except UnicodeDecodeError:
        proof = "v1,none"
    return {"webhook-id": "msg_1", "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": proof}


def make_edge(store: Store, clock: Clock, hasher: Hasher, **changed: Any) -> Edge:
    campaigns = CampaignsInForce()
    given: dict[str, Any] = {
        "store": store,
        "keys": KEYS,
        "public_url": PUBLIC_URL,
        "campaigns": campaigns,
        "tracker": Tracker(campaigns, hasher),
        "hubspot_secrets": (CLIENT_SECRET,),
        "workflow_secrets": (WORKFLOW_SECRET,),
        "click_secrets": (Webhook(CLICKS_SECRET),),
        "api_keys": (API_KEY,),
        "sender_numbers": True,
        "draw_chart": DrawnCharts(KEYS, clock).png,
        "now": clock,
    }
    return Edge(**given | changed)


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def serve(http: aiohttp.ClientSession, clock: Clock) -> AsyncIterator[Any]:
    """`await serve(edge)` runs a web edge on a free port."""
    runners = []

    async def start(edge: Edge) -> Served:
        runner = web.AppRunner(make_app(edge), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        runners.append(runner)
        return Served(f"http://127.0.0.1:{runner.addresses[0][1]}", edge, clock, http, runner.app[FETCHES])

    yield start
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def served(serve: Any, store: Store, clock: Clock, hasher: Hasher) -> Served:
    """A web edge with everything switched on."""
    return await serve(make_edge(store, clock, hasher))


def campaign(**what: Any) -> NewCampaign:
    given = {"name": "Summit", "target_url": "https://ours.de/summit?a=1", "image_url": "https://ours.de/summit.png"}
    return NewCampaign(**given | what)


@pytest.fixture
async def summit(store: Store, clock: Clock) -> int:
    """The default campaign."""
    created = await store.write(create_campaign, campaign(is_default=True), now=clock())
    return created.id
