"""The command line on the past: what changed filter rules would make of clicks, and changed campaigns of views."""

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
from tests.footlight.conftest import on_both
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

    def fetch(
        recipient: str | None, seconds_ago: float, *, view: bool = False, mail: str = "mail", **told: Any
    ) -> None:
        store = open_store(database_url)
        tracker = Tracker(CampaignsInForce(), store.write_now(load_hasher, Keys.parse(KEY)))
        at, kind = datetime.now(UTC) - timedelta(seconds=seconds_ago), EventKind.VIEW if view else EventKind.CLICK
        told = {"user_agent": BROWSER, **told}
        store.write_now(tracker.keep, [Fetched(kind, at, mail, "anna@ours.example", recipient, **told)])
        store.close_now()

    return fetch


@on_both
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


@on_both
async def test_changed_campaigns(installed: Path, keep: Keep) -> None:
    """How many would see what is told for each campaign, by people and views; nothing of it comes to be."""
    await footlight("groups", "import", "Customers")
    await footlight("campaigns", "create", *FAIR, "--default")
    await footlight("campaigns", "create", "Summit", *FAIR[1:], "--account", "acme.example", "--priority", "2")
    member = (await printed("contacts", "list"))[0]["email"]
    for recipient, seconds_ago in (("jo@acme.example", 3600), ("jo@acme.example", 60), ("eva@acme.example", 30)):
        keep(recipient, seconds_ago, view=True, mail=f"mail to {recipient}")
    keep(member, 50, view=True)
    keep("max@elsewhere.example", 50, view=True, mail="another", user_agent="curl/8.5.0")
    keep(None, 20, view=True, mail="to several")
    half_an_hour_ago = datetime.now(UTC) - timedelta(minutes=30)
    changed = f"""
        [[campaign]]
        name = "summit"
        until = {half_an_hour_ago.isoformat()}

        [[campaign]]
        name = "For customers"
        new = true
        groups = ["Customers"]
        """

    told = await printed("simulate", "views", "--campaigns", written(changed))

    assert shape(told) == shape(documented("simulate views"))
    assert (told["views"], told["people"], told["views_of_nobody_named"]) == (4, 3, 1)
    numbers = {
        one.pop("campaign"): {way: tuple(seen.values()) for way, seen in one.items()} for one in told["campaigns"]
    }
    assert numbers == {
        "Summit": {"then": (3, 2), "today": (3, 2), "changed": (1, 1)},
        "Fair": {"then": (1, 1), "today": (1, 1), "changed": (2, 2)},
        "For customers": {"then": (0, 0), "today": (0, 0), "changed": (1, 1)},
    }
    assert [tuple(one.values()) for one in told["differing"]] == [
        ("Summit", "Fair", 2, 2),
        ("Fair", "For customers", 1, 1),
    ]
    seen = (await footlight("simulate", "views", "--campaigns", "changed.toml", "--at", "2037-01-01")).out
    assert all(
        words in seen for words in ("4 views by 3 people", "3 by 2 people", "For customers", "as if all were at")
    )
    assert [one["name"] for one in await printed("campaigns", "list")] == ["Summit", "Fair"]


async def test_paused_campaigns(installed: Path, keep: Keep) -> None:
    """Where nothing would be left to see, that is told; where nothing changes, too."""
    await footlight("campaigns", "create", *FAIR, "--default")
    keep("jo@acme.example", 60, view=True)
    paused, same = '[[campaign]]\nname = "Fair"\nstatus = "paused"', '[[campaign]]\nname = "Fair"\npriority = 9'

    told = await printed("simulate", "views", "--campaigns", written(paused))

    assert told["differing"] == [{"today": "Fair", "changed": None, "views": 1, "people": 1}]
    assert "no banner" in (await footlight("simulate", "views", "--campaigns", "changed.toml")).out
    assert "Nobody would see" in (await footlight("simulate", "views", "--campaigns", written(same))).out


BAD_CHANGES = (
    ('[[campaign]]\nname = "Fair"\n\n[[campaign]]\nname = "Fare"', "line 5: name: there is no such campaign"),
    ('[[campaign]]\nname = "Fair"\nnew = true', "line 2: name: there is a campaign"),
    ('[[campaign]]\nname = "Fair"\n[[campaign]]\npriority = 1', "line 3: campaign: it has no name"),
    ('[[campaign]]\nname = "Fair"\nprio = 1', "line 3: prio"),
    ('[[campaign]]\nname = "Fair"\npriority = "high"', "line 3: priority"),
    ('[[campaign]]\nname = "Fair"\nstatus = "ended"', "line 3: status"),
    ('[[campaign]]\nname = "Fair"\nuntil = "soon"', "line 3: until: soon is no ISO 8601"),
    ('[[campaign]]\nname = "Fair"\nfrom = 2026-12-02\nuntil = 2026-12-01', "line 4: until"),
    ('[[campaign]]\nname = "Fair"\ngroups = ["Nobody"]', "line 3: groups: there is no target group 'Nobody'"),
    ('[[campaign]]\nname = "Fair"\naccounts = ["gmail.com"]', "line 3: accounts: there is no account"),
    ("campaign = []", "line 1: campaign"),
    ("", "campaign"),
)


async def test_bad_campaigns(installed: Path) -> None:
    """Changes that cannot be are refused with the line that is wrong."""
    await footlight("campaigns", "create", *FAIR, "--default")

    ran = [await footlight("simulate", "views", "--campaigns", written(changes)) for changes, _ in BAD_CHANGES]

    assert {(one.status, one.out) for one in ran} == {(1, "")}
    assert [(words, one.err) for (_, words), one in zip(BAD_CHANGES, ran, strict=True) if words not in one.err] == []
