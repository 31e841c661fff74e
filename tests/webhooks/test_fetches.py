"""A slow or absent store: people land, their clicks wait in memory, and everything is counted."""

import asyncio
import sqlite3
import time

import pytest
from sqlalchemy import event
from sqlmodel import select

from storage import open_store
from storage.campaign_changes import NewCampaign, create_campaign
from storage.database import BUSY_TIMEOUT_MS
from storage.migrate import upgrade
from storage.tracking import Event
from tests.webhooks.conftest import PUBLIC_URL, make_edge
from webhooks.banners import PIXEL
from webhooks.tokens import Opened, seal

MAIL_ID = "AbC-_0123456"


def link(edge, target="https://ours.de/then", recipient="max@firma.de"):
    return "/c/" + seal(edge.keys, Opened(MAIL_ID, "anna@ours.de", recipient, None, target))


def kept(edge, kind="click"):
    metrics = {
        sample.labels["kept"]: sample.value
        for metric in edge.metrics.registry.collect()
        for sample in metric.samples
        if sample.name == "footlight_fetches_total" and sample.labels["kind"] == kind
    }
    return {name: value for name, value in metrics.items() if value}


async def until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.05)


@pytest.fixture
async def gone(clock, hasher, serve):
    """A web edge whose store was never there."""
    store = open_store("postgresql://nobody@127.0.0.1:1/nothing")
    return await serve(make_edge(store, clock, hasher))


async def test_a_click_while_the_store_is_down(gone):
    """The person lands at the target of signing time, and the click is counted as not on disk."""
    answer = await gone.get(link(gone.edge))

    assert (answer.status, answer.headers["Location"]) == (302, "https://ours.de/then")
    assert kept(gone.edge) == {"not on disk": 1}


async def test_a_banner_while_the_store_is_down(gone):
    """A mail still shows a pixel, no error, and the view is counted as lost."""
    answer = await gone.get(link(gone.edge).replace("/c/", "/b/"))

    assert (answer.status, answer.body) == (200, PIXEL)
    assert kept(gone.edge, "view") == {"not on disk": 1, "lost": 1}


async def test_a_mangled_link_while_the_store_is_down(gone):
    """A mangled link still gets its page."""
    assert (await gone.get(link(gone.edge) + "x")).status == 404


async def test_ready_says_why_not(gone):
    """Readiness names what is wrong; liveness does not depend on it."""
    ready = await gone.get("/readyz")

    assert ready.status == 503
    assert ready.json["ready"] is False
    assert "database" in ready.json["checks"]["store"]
    assert (await gone.get("/healthz")).status == 200


@pytest.fixture
async def locked(tmp_path, clock, hasher, serve):
    """A web edge on SQLite that has seen its campaigns, and a lock on the database that another process could hold."""
    url = f"sqlite:///{tmp_path}/footlight.db"
    upgrade(url)
    store = open_store(url)
    for name, more in (("Firma", {"accounts": ["firma.de"]}), ("All", {"is_default": True})):
        new = NewCampaign(name=name, target_url=f"https://ours.de/{name}", image_url="https://ours.de/x.png", **more)
        await store.write(create_campaign, new, now=clock())
    served = await serve(make_edge(store, clock, hasher))
    await served.get(link(served.edge, recipient="eva@anderswo.de"))
    other = sqlite3.connect(tmp_path / "footlight.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield served, other
    other.close()


async def test_a_slow_store(locked):
    """After a second the person lands by what memory knows, and the click is on disk when the store is free again."""
    served, other = locked
    people = ("0@firma.de", "1@firma.de", "2@firma.de", "max@anderswo.de")
    began = time.monotonic()
    *answers, elsewhere = await asyncio.gather(*(served.get(link(served.edge, recipient=one)) for one in people))
    waited = time.monotonic() - began

    assert {answer.headers["Location"] for answer in answers} == {"https://ours.de/Firma"}
    assert elsewhere.headers["Location"] == "https://ours.de/All"
    assert 1 <= waited < BUSY_TIMEOUT_MS / 1000, "SQLite itself would have waited as long"
    assert kept(served.edge) == {"on disk": 1, "not on disk": 4}

    other.execute("COMMIT")

    async def all_on_disk():
        return kept(served.edge).get("later on disk") == 4

    await until(all_on_disk)
    events = await served.edge.store.read(lambda session: session.exec(select(Event.at)).all())
    assert len(events) == 5


async def test_kept_in_memory_until_the_store_is_back(locked):
    """What the store refused is written once it is back, with its own time."""
    served, other = locked
    served.edge.store.engine.dispose()
    event.listen(served.edge.store.engine, "connect", lambda one, _: one.execute("PRAGMA busy_timeout = 100"))
    for _ in range(2):
        await served.get(link(served.edge))
    moment = served.clock()
    served.clock.forward(hours=1)

    async def refused():
        return served.gate.in_memory == 2

    await until(refused)
    other.execute("COMMIT")

    async def all_on_disk():
        return kept(served.edge).get("later on disk") == 2

    await until(all_on_disk)
    events = await served.edge.store.read(lambda session: session.exec(select(Event.at)).all())
    assert events == [moment] * 3


async def test_without_the_key_of_the_opt_outs(store, summit, clock, hasher, serve):
    """While nobody can be recognised as opted out, banners and links work, and nothing is recorded."""
    served = await serve(make_edge(store, clock, hasher, tracker=None))
    path = link(served.edge)

    assert (await served.get(path)).headers["Location"] == "https://ours.de/summit?a=1"
    assert (await served.get(path.replace("/c/", "/b/"))).status == 302
    assert (await served.clicks([])).status == 503
    assert (await served.signatures(sender="anna@ours.de", recipients=[])).status == 200
    assert await store.read(lambda session: session.exec(select(Event)).all()) == []


async def test_no_address_and_no_token_in_what_is_counted(served, summit):
    """Metrics and readiness name no address and no token."""
    banner, click = await served.mail("max@firma.de")
    for path in (banner, click, click + "x", "/c/max@firma.de"):
        await served.get(path)
    told = (await served.get("/metrics")).body + (await served.get("/readyz")).body

    assert b"firma" not in told
    assert click.encode()[3:30] not in told
    assert b'footlight_fetches_total{kept="on disk",kind="click"} 1.0' in told
    assert PUBLIC_URL.encode() not in told
