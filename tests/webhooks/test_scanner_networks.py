"""Clicks and views from scanners' networks: only a trusted proxy tells whose address it was, and it is kept nowhere."""

from ipaddress import ip_network

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel, col, select

from decisions.scanner_networks import kept_networks, read_networks, together
from storage.tracking import Event, EventClass
from tests.webhooks.conftest import make_edge
from webhooks.client_address import ScannerAt

OURS = read_networks(["network,name,source,seen", "198.51.100.0/24,Our gateway,us,2026-11-25"])
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"


async def verdicts(store):
    query = select(Event.counts_as, Event.sign, Event.measures).order_by(col(Event.id))
    return [tuple(row) for row in await store.read(lambda session: session.exec(query).all())]


@pytest.fixture
async def behind(serve, store, clock, hasher):
    """A web edge behind a proxy on this machine."""
    networks = together(OURS, kept_networks())
    return await serve(make_edge(store, clock, hasher, scanner_at=ScannerAt(networks, (ip_network("127.0.0.0/8"),))))


async def test_from_a_network(behind, store, clock, summit):
    """The kept list's networks and the operator's are machines by name, for views too; others are people."""
    banner, link = await behind.mail("max@firma.de")
    for path, client in ((banner, "198.51.100.7"), (link, "209.222.80.9"), (link, "203.0.113.7"), (link, None)):
        forwarded = {"X-Forwarded-For": f"192.0.2.1, {client}"} if client else {}
        await behind.get(path, **{"User-Agent": BROWSER, **forwarded})
        clock.forward(minutes=1)

    assert await verdicts(store) == [
        (EventClass.MACHINE, "network", "Our gateway"),
        (EventClass.MACHINE, "network", "Barracuda"),
        (EventClass.HUMAN, None, ""),
        (EventClass.HUMAN, None, ""),
    ]


async def test_address_is_kept_nowhere(behind, store, summit):
    """No table holds any of the addresses."""
    _, link = await behind.mail("max@firma.de")
    await behind.get(link, **{"User-Agent": BROWSER, "X-Forwarded-For": "198.51.100.7"})

    def everything(session):
        names = [table.name for table in SQLModel.metadata.sorted_tables]
        return "\n".join(str(session.execute(text(f"SELECT * FROM {name}")).all()) for name in names)

    held = await store.read(everything)
    assert "Our gateway" in held
    assert not [address for address in ("198.51.100", "127.0.0.1") if address in held]


async def test_nobody_is_trusted(serve, store, clock, hasher, summit):
    """Who is no trusted proxy makes no machine of anybody by a header."""
    elsewhere = ScannerAt(OURS, (ip_network("10.0.0.0/8"),))
    served = await serve(make_edge(store, clock, hasher, scanner_at=elsewhere))
    _, link = await served.mail("max@firma.de")
    await served.get(link, **{"User-Agent": BROWSER, "X-Forwarded-For": "198.51.100.7"})

    assert await verdicts(store) == [(EventClass.HUMAN, None, "")]
