"""Links: a click is kept and leads to the campaign, whatever happened to the link or the store."""

import pytest
from sqlmodel import col, select

from storage.campaign_changes import archive_campaign, create_campaign, pause_campaign
from storage.tracking import Event, EventKind
from tests.webhooks.conftest import campaign
from webhooks.texts import TEXTS


async def events(store, kind=EventKind.CLICK):
    rows = await store.read(lambda session: session.exec(select(Event).where(col(Event.kind) == int(kind))).all())
    return [(row.campaign_id, row.method, row.agent) for row in rows]


async def test_a_click(served, store, summit):
    """A click is on disk when it is answered, and leads to the campaign with the target's own query."""
    _, link = await served.mail("max@firma.de")
    answer = await served.get(link)

    assert answer.status == 302
    assert answer.headers["Location"] == "https://ours.de/summit?a=1"
    assert answer.headers["Cache-Control"] == "no-store"
    assert await events(store) == [(summit, "GET", "Firefox")]


@pytest.mark.parametrize("added", ["?utm_source=x", "?%zz&&=;", "?data=05%7C01%7C&reserved=0", "?" + "a" * 3000])
async def test_query_added(added, served, store, summit):
    """Whatever a mail scanner appends as a query does no harm."""
    _, link = await served.mail("max@firma.de")
    answer = await served.get(link + added)

    assert (answer.status, answer.headers["Location"]) == (302, "https://ours.de/summit?a=1")
    assert len(await events(store)) == 1


@pytest.mark.parametrize("end", ["x", "/", ".", "&utm=1", "%00", "/etc", "%ff", ">"])
async def test_a_mangled_link_of_a_known_mail(end, served, store, summit):
    """A link with something at its end leads nowhere, and is kept as a sign for its mail."""
    banner, link = await served.mail("max@firma.de")
    await served.get(banner)
    answer = await served.get(link + end)

    assert answer.status == 404
    assert "Location" not in answer.headers
    assert b"incomplete" in answer.body
    assert await events(store) == []
    assert len(await events(store, EventKind.MANGLED)) == 1


@pytest.mark.parametrize("token", ["", "x", "AAAAAAAAAAAA.AAAA", "AAAAAAAAAAAA", "%00", "é", "a" * 3000])
async def test_no_token_of_ours(token, served, store):
    """What we never sealed gets a plain page, and leaves nothing behind."""
    answer = await served.get(f"/c/{token}")

    assert answer.status == 404
    assert await events(store, EventKind.MANGLED) == []


async def test_the_page_speaks_the_readers_language(served):
    """Who finds nothing is told so in German or English, as the browser wants; a cache keeps them apart."""
    answer = await served.get("/c/x", **{"Accept-Language": "de-AT,de;q=0.9,en;q=0.8"})

    assert answer.headers["Vary"] == "Accept-Language"
    page = answer.body.decode()
    assert '<html lang="de">' in page
    assert "unvollständig" in page
    assert TEXTS["de"].keys() == TEXTS["en"].keys()


async def test_head(served, store, summit):
    """A HEAD is redirected too, and kept as what it is."""
    _, link = await served.mail("max@firma.de")
    answer = await served.ask("HEAD", link)

    assert (answer.status, answer.headers["Location"]) == (302, "https://ours.de/summit?a=1")
    assert await events(store) == [(summit, "HEAD", "Firefox")]


async def test_last_seen_wins(served, store, summit, clock):
    """A click leads to the campaign whose banner was shown through this link, even if another one is in force now."""
    banner, link = await served.mail("max@firma.de")
    await served.get(banner)
    await store.write(pause_campaign, "summit", now=clock())
    clock.forward(minutes=1)
    await store.write(
        create_campaign, campaign(name="Fair", target_url="https://ours.de/fair", is_default=True), now=clock()
    )

    assert (await served.get(link)).headers["Location"] == "https://ours.de/summit?a=1"


async def test_the_last_resort(served, store, summit, clock):
    """Without any campaign in force the click leads where the campaign of signing time led."""
    _, link = await served.mail("max@firma.de")
    await store.write(archive_campaign, "summit", now=clock())

    assert (await served.get(link)).headers["Location"] == "https://ours.de/summit?a=1"


async def test_leads_nowhere(served, store):
    """A link that never had a campaign gets a plain page."""
    _, link = await served.mail("max@firma.de")

    assert (await served.get(link)).status == 404


async def test_a_change_holds_at_once(served, store, summit, clock):
    """A campaign that another process made is followed from the next click on."""
    _, link = await served.mail("max@firma.de")
    await served.get("/c/x")
    new = campaign(name="Fair", target_url="https://ours.de/fair", is_default=True)
    await store.write(create_campaign, new, now=clock())

    assert (await served.get(link)).headers["Location"] == "https://ours.de/fair"
