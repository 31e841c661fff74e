"""Connections to HubSpot are cut when the process ends: no thread goes on waiting."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from jobs.hubspot.client import open_client
from jobs.hubspot.connections import Connections
from jobs.hubspot.limiter import InMemory, Limiter
from jobs.hubspot.owners import read_owners
from jobs.hubspot.trouble import HubSpotDown
from sandbox.hubspot import HubSpotSandbox
from tests.jobs.hubspot.conftest import TOKEN


@pytest.fixture
async def silent() -> AsyncIterator[str]:
    """The address of a server that takes requests and never answers."""

    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65_536):
            pass
        writer.close()

    async with await asyncio.start_server(never_answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_who_waits_for_an_answer(silent: str) -> None:
    """Several threads that wait for HubSpot's answer are told at once that it is down."""
    connections = Connections()
    limiter = Limiter(InMemory(time.monotonic), connections.sleep)
    client = open_client(TOKEN, silent, limiter, timeout=60.0, connections=connections)
    waiting = [asyncio.create_task(asyncio.to_thread(read_owners, client)) for _ in range(3)]
    async with asyncio.timeout(30):
        while limiter.requests < 3:  # noqa: ASYNC110 - it happens in threads
            await asyncio.sleep(0.01)

        connections.cut()
        ends = await asyncio.gather(*waiting, return_exceptions=True)

    assert [type(end) for end in ends] == [HubSpotDown] * 3


async def test_nobody_asks_any_more(hubspot: HubSpotSandbox) -> None:
    """Once cut, neither a kept connection nor a new one asks HubSpot."""
    connections = Connections()
    client = open_client(
        TOKEN,
        hubspot.base_url,
        Limiter(InMemory(time.monotonic), connections.sleep),
        timeout=5.0,
        connections=connections,
    )
    await asyncio.to_thread(read_owners, client)
    connections.cut()

    for _ in range(2):
        with pytest.raises(HubSpotDown):
            await asyncio.to_thread(read_owners, client)


async def test_who_waits_for_their_turn() -> None:
    """Whoever waits because of HubSpot's limits waits no longer; without a cut they wait as long as they said."""
    connections = Connections()
    connections.sleep(0.01)
    sleeping = asyncio.create_task(asyncio.to_thread(connections.sleep, 60.0))
    await asyncio.sleep(0)
    connections.cut()

    with pytest.raises(HubSpotDown, match="about to end"):
        async with asyncio.timeout(30):
            await sleeping
