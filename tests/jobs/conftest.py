"""What the tests of jobs share."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from inspect import isawaitable

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from prometheus_client import CollectorRegistry, Counter

from jobs.context import Context
from jobs.deliver import Delivery, Pace
from sandbox.hubspot import Crm, HubSpotSandbox
from storage import Store, open_store
from tests.jobs.portal import Waits, a_context, a_crm, a_hubspot
from tests.jobs.wall import QUICK, Wall, WallCarrier, utc_now

Until = Callable[[Callable[[], object]], Awaitable[None]]
"""Waits until what it is given is true, or answers true when awaited."""


def counted(counter: Counter, *labels: str) -> float:
    """What a counter says for these values of its labels."""
    samples = (sample for metric in counter.collect() for sample in metric.samples)
    return sum(one.value for one in samples if one.name.endswith("_total") and (*one.labels.values(),) == labels)


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
async def carrier(wall: Wall) -> AsyncIterator[WallCarrier]:
    """A carrier to a running wall."""
    async with TestServer(wall.app()) as server, ClientSession() as http:
        yield WallCarrier(http, f"http://{server.host}:{server.port}")
        wall.opened.set()


@pytest.fixture
async def other_store(database_url: str, store: Store) -> AsyncIterator[Store]:
    """What another process opens on the database of `store`."""
    other = open_store(database_url)
    yield other
    await other.close()


@pytest.fixture
async def engine(carrier: WallCarrier, other_store: Store) -> AsyncIterator[Callable[..., Delivery]]:
    """Starts engines, as many as are asked for, and stops them at the end."""
    started: list[tuple[Delivery, asyncio.Task[None]]] = []

    def start(store: Store, pace: Pace = QUICK) -> Delivery:
        delivery = Delivery(
            store, {"slack": carrier, "hubspot": carrier}, now=utc_now, registry=CollectorRegistry(), pace=pace
        )
        started.append((delivery, asyncio.create_task(delivery.run())))
        return delivery

    yield start
    for delivery, running in started:
        await delivery.stop(timedelta(0))
        await running


@pytest.fixture
def until() -> Until:
    """Waits at most 30 s."""

    async def wait(is_true: Callable[[], object]) -> None:
        async with asyncio.timeout(30):
            # What it waits for happens in a database, which wakes nobody.
            while not (await answer if isawaitable(answer := is_true()) else answer):  # noqa: ASYNC110
                await asyncio.sleep(0.005)

    return wait


@pytest.fixture
def crm() -> Crm:
    return a_crm()


@pytest.fixture
async def hubspot(crm: Crm) -> AsyncIterator[HubSpotSandbox]:
    """A HubSpot that holds `crm`."""
    async with a_hubspot(crm) as running:
        yield running


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def context(store: Store, hubspot: HubSpotSandbox, waits: Waits) -> Context:
    """What the jobs that ask `hubspot` are handed."""
    return a_context(store, hubspot, waits)
