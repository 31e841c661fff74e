"""The command line on single clicks: which there are, and why each counts as a person's or a machine's."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from decisions.sealing import Keys
from storage import open_store
from storage.campaigns import CampaignsInForce
from storage.fetch_arrived import Fetched, Tracker
from storage.opt_outs import load_hasher
from storage.tracking import EventKind
from tests.footlight.commands import KEY, documented, footlight, printed, shape
from tests.footlight.conftest import on_both
from tests.webhooks.conftest import BROWSER

pytestmark = pytest.mark.usefixtures("logs_undone")


def click_as(database_url: str, recipient: str, agent: str, *, seconds_after_the_view: float = 30) -> None:
    """Somebody's banner is shown and followed by a program that calls itself `agent`."""
    store = open_store(database_url)
    tracker = Tracker(CampaignsInForce(), store.write_now(load_hasher, Keys.parse(KEY)))
    now = datetime.now(UTC)
    for kind, at in ((EventKind.VIEW, now - timedelta(seconds=seconds_after_the_view)), (EventKind.CLICK, now)):
        fetched = Fetched(kind, at, f"mail of {recipient}", "anna@ours.example", recipient, user_agent=agent)
        store.write_now(tracker.keep, [fetched])
    store.close_now()


@on_both
async def test_clicks_and_why(installed: Path, database_url: str, click: Callable[..., None]) -> None:
    """Every click is listed with its number, and its number leads to the reason: a person's and a machine's."""
    await printed("campaigns", "create", "Fair", "--image", "https://a.example/b.png", "--target", "https://a.example")
    click("max@firma.de")
    click_as(database_url, "max@firma.de", "curl/8.5.0")
    click_as(database_url, "eva@acme.example", BROWSER)

    everybodys, theirs = await printed("clicks"), await printed("clicks", "max@firma.de")

    assert [one["email"] for one in everybodys] == ["eva@acme.example", "max@firma.de", "max@firma.de"]
    assert theirs == everybodys[1:]
    assert [one["counts_as"] for one in theirs] == ["machine", "person"]
    assert shape(theirs) == shape(documented("clicks"))
    machine, person = [await printed("why", str(one["id"])) for one in theirs]
    assert shape(machine) == shape(documented("why"))
    assert machine["because"] == "the agent is a machine's (scanner: curl)"
    assert machine["signs"][0]["measure"] == "scanner: curl"
    assert (person["because"], {one["measure"] for one in person["signs"]}) == ("no sign of a machine", {None})
    told = (await footlight("why", str(machine["id"]))).out
    assert f"Click {machine['id']} counts as a machine's: the agent is a machine's (scanner: curl)." in told
    assert all(sign["sign"] in told for sign in machine["signs"])
    assert str(person["id"]) in (await footlight("clicks", "max@firma.de")).out


async def test_why_nothing(installed: Path, click: Callable[..., None]) -> None:
    """A number of no click says where numbers are found; who never clicked has none."""
    ran = await footlight("why", "4711")

    assert (ran.status, ran.out) == (1, "")
    assert "footlight clicks" in ran.err
    assert await printed("clicks", "nobody@firma.de") == []
    assert "No click yet." in (await footlight("clicks")).out


async def test_the_card_names_its_clicks(
    installed: Path, hubspot: object, click: Callable[..., None], database_url: str
) -> None:
    """`contacts show` tells the number of each recent click, which `why` takes."""
    await footlight("groups", "import", "Customers")
    contact = (await printed("contacts", "list"))[0]["email"]
    click(contact)

    (recent,) = (await printed("contacts", "show", contact))["performance"]["recent_clicks"]

    assert (await printed("why", str(recent["id"])))["email"] == contact
    assert f"click {recent['id']}" in (await footlight("contacts", "show", contact)).out
