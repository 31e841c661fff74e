"""Banners: the picture of the campaign of now, and never an error that a mail proxy would keep."""

from io import BytesIO

import pytest
from PIL import Image
from sqlmodel import select

from storage.addresses import Address
from storage.banner_files import keep_file
from storage.campaign_changes import create_campaign
from storage.opt_out_asked import opt_out
from storage.tracking import Event, EventKind
from tests.webhooks.conftest import campaign
from webhooks.banners import PIXEL


def picture(kind="PNG", size=(1200, 300)):
    octets = BytesIO()
    Image.new("RGB", size, "teal").save(octets, kind)
    return octets.getvalue()


async def views(store):
    return await store.read(lambda session: [e for e in session.exec(select(Event)) if e.kind == EventKind.VIEW])


@pytest.fixture
async def file_campaign(store, clock):
    """A default campaign with a picture of our own."""
    octets = picture()
    digest = await store.write(keep_file, octets)
    await store.write(
        create_campaign, campaign(image_url=None, banner_digest=digest, alt="Come", is_default=True), now=clock()
    )
    return octets


async def test_a_picture_kept_elsewhere(served, store, summit):
    """A banner given by its address is a redirect that nobody keeps."""
    banner, _ = await served.mail("max@firma.de")
    answer = await served.get(banner)

    assert (answer.status, answer.headers["Location"]) == (302, "https://ours.de/summit.png")
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(await views(store)) == 1


async def test_a_file(served, store, file_campaign):
    """A kept file is sent as what it is, with what a client needs to ask again."""
    banner, _ = await served.mail("max@firma.de")
    answer = await served.get(banner)

    assert (answer.status, answer.body) == (200, file_campaign)
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Length"] == str(len(file_campaign))
    assert answer.headers["Cache-Control"] == "no-cache"


async def test_a_file_by_itself(served, store, clock):
    """Whoever edits a campaign sees its banner before anybody else does; that is no view."""
    octets = picture("GIF")
    digest = await store.write(keep_file, octets)
    answer = await served.get(f"/b/{digest}")

    assert (answer.status, answer.body, answer.headers["Content-Type"]) == (200, octets, "image/gif")
    assert (await served.get(f"/b/{'0' * 64}")).status == 404
    assert await views(store) == []


@pytest.mark.parametrize("spelt", ["{}", "W/{}", '"other", {}', "*"])
async def test_unchanged(spelt, served, store, file_campaign):
    """A picture that the client has is not sent again, and still counts as a view."""
    banner, _ = await served.mail("max@firma.de")
    tag = (await served.get(banner)).headers["ETag"]
    answer = await served.get(banner, **{"If-None-Match": spelt.format(tag)})

    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers["ETag"] == tag
    assert len(await views(store)) == 2


@pytest.mark.parametrize("rubbish", ['"other"', "rubbish", '"', "W/", "é"])
async def test_changed(rubbish, served, file_campaign):
    """Any other tag gets the picture."""
    banner, _ = await served.mail("max@firma.de")

    assert (await served.get(banner, **{"If-None-Match": rubbish})).body == file_campaign


async def test_head(served, store, file_campaign):
    """A HEAD tells what a GET would, and counts nothing."""
    banner, _ = await served.mail("max@firma.de")
    answer = await served.ask("HEAD", banner)

    assert (answer.status, answer.headers["Content-Length"]) == (200, str(len(file_campaign)))
    assert await views(store) == []


async def test_no_campaign(served, store):
    """Without a campaign a transparent pixel, which counts for nothing."""
    banner, _ = await served.mail("max@firma.de")
    answer = await served.get(banner)

    assert (answer.status, answer.body) == (200, PIXEL)
    assert answer.headers["Content-Type"] == "image/gif"
    assert answer.headers["Cache-Control"] == "no-store"
    assert await views(store) == []
    assert Image.open(BytesIO(PIXEL)).convert("RGBA").getpixel((0, 0))[3] == 0


@pytest.mark.parametrize("token", ["x", "AAAAAAAAAAAA.AAAA", "%00"])
async def test_bad_token(token, served):
    """What we never sealed gets a plain page."""
    answer = await served.get(f"/b/{token}")

    assert (answer.status, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")


async def test_opted_out(served, store, summit, hasher, clock):
    """Who is opted out still sees the banner and lands, and leaves no trace."""
    await store.write(opt_out, "max@firma.de", actor="cli", hasher=hasher, now=clock())
    banner, link = await served.mail("max@firma.de")

    assert (await served.get(banner)).status == (await served.get(link)).status == 302
    assert await store.read(lambda session: session.exec(select(Address.email)).all()) == []
    assert await store.read(lambda session: session.exec(select(Event)).all()) == []
