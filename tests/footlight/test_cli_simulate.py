"""The command line on the past: which clicks would count otherwise under changed filter rules."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from decisions.sealing import Keys
from storage import open_store
from storage.campaigns import CampaignsInForce
from storage.fetch_arrived import Fetched, Tracker
from storage.opt_outs import load_hasher
from storage.tracking import EventKind
from tests.footlight.commands import FAIR, KEY, documented, footlight, printed, shape
from tests.webhooks.conftest import BROWSER

pytestmark = pytest.mark.usefixtures("logs_undone")

Keep = Callable[..., None]


def written(text_: str) -> str:
    """The name of a file that says this."""
    Path("changed.toml").write_text(text_)
    return "changed.toml"


@pytest.fixture
def keep(database_url: str) -> Keep:
    """Somebody's banner is fetched, or their link, so many seconds ago."""

    def fetch(recipient: str, seconds_ago: float, *, view: bool = False, mail: str = "mail", **told: Any) -> None:
        store = open_store(database_url)
        tracker = Tracker(CampaignsInForce(), store.write_now(load_hasher, Keys.parse(KEY)))
        at, kind = datetime.now(UTC) - timedelta(seconds=seconds_ago), EventKind.VIEW if view else EventKind.CLICK
        told = {"user_agent": BROWSER, **told}
        store.write_now(tracker.keep, [Fetched(kind, at, mail, "anna@ours.example", recipient, **told)])
        store.close_now()

    return fetch


async def test_changed_rules(installed: Path, keep: Keep) -> None:
    """Clicks that would count otherwise are counted by the sign that decides, and named with both reasons."""
    await footlight("campaigns", "create", *FAIR, "--default")
    keep("max@firma.de", 300)
    keep("max@firma.de", 200, user_agent=f"{BROWSER} AcmeReader/2")
    keep("max@firma.de", 100, user_agent="curl/8.5.0")
    keep("max@firma.de", 90, network="Barracuda")
    keep("eva@acme.example", 50.5, mail="other")
    keep("jo@acme.example", 50, mail="other")
    changed = 'burst_links = 2\nmachine_agents = ["ACMEreader"]\npeople_agents = ["curl"]\nnetworks_off = ["Barracuda"]'
    asked = ("simulate", "clicks", "--rules", written(changed), "--limit", "2")

    told = await printed(*asked)

    assert shape(told) == shape(documented("simulate clicks"))
    assert (told["clicks"], told["without_agent"]) == (6, 0)
    assert (told["today"], told["changed"]) == ({"people": 4, "machines": 2}, {"people": 3, "machines": 3})
    assert {(one["counts_as"], one["sign"], one["clicks"]) for one in told["differing"]} == {
        *(("machine", "agent", 1), ("person", "agent", 1), ("person", "network", 1), ("machine", "burst", 2)),
    }
    reader = told["first"][0]
    assert (reader["email"], reader["today"]["because"]) == ("max@firma.de", "no sign of a machine")
    assert reader["changed"] == {"counts_as": "machine", "because": "the agent is a machine's (scanner: acmereader)"}
    seen = (await footlight(*asked)).out
    assert all(words in seen for words in ("6 clicks since", "acmereader", "burst", "And 3 more"))
    assert [one["counts_as"] for one in await printed("clicks", "eva@acme.example")] == ["person"]


async def test_nothing_changed(installed: Path, keep: Keep, database_url: str) -> None:
    """Rules as they are change nothing; what was clicked before, or lost its agent, is left out."""
    rules = ("--rules", written("# as today"))
    keep("max@firma.de", 40 * 86_400)
    keep("max@firma.de", 300)
    keep("eva@acme.example", 200, mail="other")
    store = open_store(database_url)
    store.write_now(lambda session: session.execute(text("UPDATE event SET user_agent = NULL WHERE mail_id = 'other'")))
    store.close_now()

    told = await printed("simulate", "clicks", *rules)

    assert (told["clicks"], told["without_agent"], told["differing"], told["first"]) == (2, 1, [], [])
    assert told["today"] == told["changed"] == {"people": 1, "machines": 0}
    seen = (await footlight("simulate", "clicks", *rules, "--since", "2026-01-01")).out
    assert "No click would count otherwise." in seen


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ("burst_links = 2\n\ntoo_son = 1\n", "line 3: too_son: there is no such thing"),
        ("burst_links = 2\ntoo_soon = -1\n", "line 2: too_soon"),
        ("too_soon = nan\n", "line 1: too_soon"),
        ('machine_agents = [\n  "Acme",\n  "",\n]\n', "line 1: machine_agents"),
        ('signs_off = ["agents"]\n', "line 1: signs_off"),
        ("burst_links =\n", "line 1"),
        (None, "No such file"),
    ],
)
async def test_bad_rules(alone: Path, rules: str | None, words: str) -> None:
    """A file of rules that cannot be used is refused with the line that is wrong."""
    file = "missing.toml" if rules is None else written(rules)

    ran = await footlight("simulate", "clicks", "--rules", file)

    assert (ran.status, ran.out) == (1, "")
    assert words in ran.err
