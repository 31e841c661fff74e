"""A sandbox HubSpot with a client that asks it, a server that says what a test tells it, and a clock that obeys."""

import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from jobs.hubspot.client import HubSpotClient, open_client
from jobs.hubspot.limiter import InMemory, Limiter
from jobs.hubspot.versions import Version
from sandbox.hubspot import Crm, HubSpotSandbox
from sandbox.hubspot.limits import Limits

TOKEN = "pat-eu1-test"


@dataclass
class Clock:
    """Seconds that pass only by sleeping."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self.now += seconds


@dataclass
class Scripted:
    """Answers what `script` holds, in order, the last one for ever: (status, headers, body)."""

    url: str = ""
    script: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    received: list[tuple[str, str, bytes]] = field(default_factory=list)
    peers: set[Any] = field(default_factory=set)

    def answers(self, *bodies: bytes, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.script = [(status, headers or {}, body) for body in bodies]

    async def take(self, request: web.Request) -> web.Response:
        assert request.transport is not None
        self.peers.add(request.transport.get_extra_info("peername"))
        self.received.append((request.method, request.raw_path, await request.read()))
        status, headers, body = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        return web.Response(status=status, headers=headers, body=body)


@pytest.fixture(params=["v3", "2026-09"])
def version(request: pytest.FixtureRequest) -> Version:
    """Every contract holds in today's paths and in the dated ones."""
    return request.param


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def crm() -> Crm:
    """Max and Eva work for Musterfirma, Doe for nobody; Max and Eva are in the list "Customers"."""
    crm = Crm()
    people = (("max", "Max", "Mustermann"), ("eva", "Eva", "Muster"), ("j.doe", "Jon", "Doe"))
    for local, first, last in people:
        crm.create("contacts", {"email": f"{local}@musterfirma.example", "firstname": first, "lastname": last})
    for name in ("Musterfirma GmbH", "Acme Inc."):
        crm.create("companies", {"name": name})
    max_id, eva_id, _ = crm.contacts
    crm.add_to_list(crm.create_list("Customers").id, [max_id, eva_id])
    for contact in (max_id, eva_id):
        crm.associate(contact, min(crm.companies))
    return crm


@pytest.fixture
def ids(crm: Crm) -> tuple[str, str, str]:
    """Max, Eva, Doe."""
    max_id, eva_id, doe_id = (str(each) for each in crm.contacts)
    return max_id, eva_id, doe_id


@pytest.fixture
async def hubspot(crm: Crm) -> AsyncIterator[HubSpotSandbox]:
    async with HubSpotSandbox(crm, token=TOKEN, client_secret="s", portal_id=4711, limits=Limits.off()) as running:
        yield running


@pytest.fixture
def client(hubspot: HubSpotSandbox, version: Version, clock: Clock) -> HubSpotClient:
    return open_client(TOKEN, hubspot.base_url, Limiter(InMemory(clock), clock.sleep), timeout=5.0, version=version)


@pytest.fixture
async def scripted() -> AsyncIterator[Scripted]:
    kept = Scripted()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", kept.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    kept.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield kept
    await runner.cleanup()


@pytest.fixture
def told(scripted: Scripted, clock: Clock) -> HubSpotClient:
    """A client of the server that says what a test tells it."""
    return open_client(TOKEN, scripted.url, Limiter(InMemory(clock), clock.sleep), timeout=5.0)
