"""A sandbox HubSpot with few records, a raw HTTP client for it, and a receiver for its webhooks."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from sandbox.hubspot import Crm, HubSpotSandbox
from sandbox.hubspot.limits import Limits

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
