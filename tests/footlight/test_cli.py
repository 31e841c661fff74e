"""The command line: what each verb prints for people and for programs, and how errors end; with a real HubSpot."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from PIL import Image

from decisions.sealing import Keys
from footlight.cli.app import main
from sandbox.hubspot import Crm, HubSpotSandbox
from sandbox.sample_data import BANNERS
from storage import open_store
from storage.campaigns import CampaignsInForce
from storage.fetch_arrived import Fetched, Tracker
from storage.opt_outs import load_hasher
from storage.tracking import EventKind
from tests.jobs.portal import TOKEN, a_crm, a_hubspot

HOUSE = Path(__file__).parents[2]
REFERENCE = (HOUSE / "docs/reference.md").read_text()
COMMAND = str(Path(sys.executable).with_name("footlight"))
MAIL_ID = "mail-of-anna"
KEY = "a secret key that is long enough"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
FAIR = ("Fair", "--image", "https://ours.example/fair.png", "--target", "https://ours.example/fair")


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def run_here(*arguments: str) -> Ran:
    """The command `footlight`, in this process."""
    out, err = StringIO(), StringIO()
    sys.argv = ["footlight", *arguments]
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main()
    return Ran(int(ended.value.code or 0), out.getvalue(), err.getvalue())


async def footlight(*arguments: str) -> Ran:
    """The command `footlight`, while servers run in this loop; none of its errors may end in a traceback."""
    ran = await asyncio.to_thread(run_here, *arguments)
    assert "Traceback" not in ran.err
    return ran


async def printed(*arguments: str) -> Any:
    """The JSON that a verb prints."""
    ran = await footlight(*arguments, "--json")
    assert (ran.status, ran.err) == (0, "")
    return ran.json


def documented(verb: str) -> Any:
    """The shape of a verb's JSON, as the reference shows it."""
    section = REFERENCE.partition(f"#### `footlight {verb}")[2].partition("\n#")[0]
    found = re.search(r"```json\n(.*?)```", section, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def shape(value: Any) -> Any:
    """The keys of a value in their order, down through lists; of `properties` and of empty lists nothing."""
    if isinstance(value, dict):
        return {key: None if key == "properties" else shape(inner) for key, inner in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value and isinstance(value[0], dict) else None


@pytest.fixture
def crm() -> Crm:
    return a_crm()


@pytest.fixture
async def hubspot(crm: Crm) -> AsyncIterator[HubSpotSandbox]:
    async with a_hubspot(crm) as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_stays(monkeypatch: pytest.MonkeyPatch, logs_undone: None) -> None:
    """What a command leaves in its process goes with it."""
    monkeypatch.setattr(sys, "argv", [])


@pytest.fixture
def installed(alone: Path, database_url: str, hubspot: HubSpotSandbox, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings for a database and a HubSpot."""
    monkeypatch.setenv("FOOTLIGHT_DATABASE_URL", database_url)
    monkeypatch.setenv("FOOTLIGHT_SECRET_KEY", KEY)
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", TOKEN)
    monkeypatch.setenv("HUBSPOT_BASE_URL", hubspot.base_url)
    return alone


@pytest.fixture
def click(database_url: str) -> Callable[..., None]:
    """Somebody sees and clicks their banner."""

    def fetch(recipient: str) -> None:
        store = open_store(database_url)
        tracker = Tracker(CampaignsInForce(), store.write_now(load_hasher, Keys.parse(KEY)))
        for kind, seconds_ago in ((EventKind.VIEW, 30), (EventKind.CLICK, 0)):
            at = datetime.now(UTC) - timedelta(seconds=seconds_ago)
            fetched = Fetched(kind, at, MAIL_ID, "anna@ours.example", recipient, user_agent=BROWSER)
            store.write_now(tracker.keep, [fetched])
        store.close_now()

    return fetch


async def test_migrate(alone: Path, empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`migrate` brings an empty database up, and changes nothing the second time."""
    monkeypatch.setenv("FOOTLIGHT_DATABASE_URL", empty_database_url)
    monkeypatch.setenv("FOOTLIGHT_SECRET_KEY", KEY)

    for _ in range(2):
        assert (await footlight("migrate")).status == 0
    assert await printed("groups", "list") == []


@pytest.mark.parametrize("by", ["id", "name"])
async def test_import(installed: Path, crm: Crm, by: str) -> None:
    """A HubSpot list is imported by its id or its exact name, with its members."""
    (listed,) = crm.lists.values()

    results = await printed("groups", "import", str(listed.id) if by == "id" else listed.name)

    assert shape(results) == shape(documented("sync"))
    assert (results[0]["group"], results[0]["added"], results[0]["trouble"]) == ("Customers", 5, None)
    (group,) = await printed("groups", "list")
    assert shape([group]) == shape(documented("groups list"))
    assert (group["size"], group["hubspot_list_id"]) == (5, str(listed.id))


@pytest.mark.parametrize("asked", ["customers!", "999999", "Custom"])
async def test_unknown_list(installed: Path, asked: str) -> None:
    """A list that HubSpot does not have is named, with where its id is found; nothing is imported."""
    ran = await footlight("groups", "import", asked)

    assert (ran.status, ran.out) == (1, "")
    assert asked in ran.err
    assert "address in HubSpot" in ran.err
    assert await printed("groups", "list") == []


async def test_sync(installed: Path, crm: Crm) -> None:
    """`sync` tells what it did to each group; `groups show` tells its runs."""
    (listed,) = crm.lists.values()
    await footlight("groups", "import", "Customers")
    people = list(crm.contacts)
    crm.remove_from_list(listed.id, people[:1])
    crm.add_to_list(listed.id, people[5:7])

    (result,) = await printed("sync", "customers")

    assert shape([result]) == shape(documented("sync"))
    told = {name: result[name] for name in ("added", "removed", "unchanged", "failed", "trouble")}
    assert told == {"added": 2, "removed": 1, "unchanged": 4, "failed": 0, "trouble": None}
    shown = await printed("groups", "show", "Customers")
    assert shape(shown) == shape(documented("groups show"))
    assert [run["added"] for run in shown["runs"]] == [2, 5]
    assert "+0 −0" in (await footlight("sync")).out


async def test_unknown_group(installed: Path) -> None:
    """A group that is not there is named, with the verb that lists them."""
    for arguments in (("sync", "Nobody"), ("groups", "show", "Nobody")):
        ran = await footlight(*arguments)

        assert ran.status == 1
        assert "Nobody" in ran.err
        assert "footlight groups list" in ran.err


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"revoked": True}, "HUBSPOT_ACCESS_TOKEN"),
        ({"missing_scopes": {"crm.lists.read"}}, "crm.lists.read"),
    ],
)
async def test_sync_that_fails(installed: Path, hubspot: HubSpotSandbox, fault: dict[str, Any], words: str) -> None:
    """A failed `sync` exits with 1 and says what to do; `check` says it again, with the group's name."""
    await footlight("groups", "import", "Customers")
    vars(hubspot.faults).update(fault)

    ran = await footlight("sync")
    assert ran.status == 1
    assert "Customers" in ran.err
    assert words in ran.err.replace("\n", "")

    ran = await footlight("sync", "--json")
    assert ran.status == 1
    assert words in ran.json[0]["trouble"]

    ran = await footlight("check", "--json")
    assert ran.status == 1
    ill = {one["about"]: one["told"] for one in ran.json if one["state"] == "ill"}
    assert words in ill["target group Customers"]
    assert any(words in told for about, told in ill.items() if about.startswith("HubSpot"))


async def test_another_portal(installed: Path, crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    """The token of another portal stops whatever would ask HubSpot, and is said to be that."""
    await footlight("groups", "import", "Customers")
    async with a_hubspot(crm, portal_id=4712) as another:
        monkeypatch.setenv("HUBSPOT_BASE_URL", another.base_url)

        for arguments in (("sync",), ("groups", "import", "Customers"), ("check",)):
            ran = await footlight(*arguments)
            assert ran.status == 1
            assert "4712" in ran.out + ran.err


async def test_check(installed: Path) -> None:
    """`check` of an installation without trouble exits with 0, and tells what is off and how to switch it on."""
    findings = await printed("check")

    assert shape(findings) == shape(documented("check"))
    assert "SLACK_BOT_TOKEN" in next(one["told"] for one in findings if one["about"] == "Slack")
    assert "✓ HubSpot: the token works" in (await footlight("check")).out


async def test_contacts(installed: Path, click: Callable[..., None]) -> None:
    """Contacts are listed, found by a part of what they are called, and shown with their performance."""
    await footlight("groups", "import", "Customers")
    await footlight("campaigns", "create", *FAIR, "--group", "customers")
    click("p1@firma1.example")

    listed = await printed("contacts", "list")
    assert shape(listed) == shape(documented("contacts list"))
    assert {one["email"] for one in listed} == {f"p{number}@firma{number}.example" for number in range(1, 6)}
    found = await printed("contacts", "find", "firma1")
    assert [one["name"] for one in found] == ["P1 Muster"]

    shown = await printed("contacts", "show", " P1@Firma1.example")
    assert shape(shown) == shape(documented("contacts show"))
    assert (shown["email"], shown["owner"], shown["company"]) == (
        "p1@firma1.example",
        "Olga Owner",
        "Musterfirma GmbH",
    )
    assert (shown["target_groups"], shown["opted_out"]) == (["Customers"], False)
    assert shown["properties"]["firstname"] == "P1"
    assert (shown["performance"]["views"], shown["performance"]["clicks"]) == (1, 1)
    assert shown["performance"]["popular_campaigns"] == [{"campaign": "Fair", "clicks": 1}]
    assert "Olga Owner" in (await footlight("contacts", "show", "p1@firma1.example")).out

    activity = await printed("feed")
    assert shape(activity) == shape(documented("feed"))
    assert [(one["email"], one["campaigns"]) for one in activity] == [("p1@firma1.example", ["Fair"])]


@pytest.mark.parametrize("asked", ["nobody@nowhere.example", "no address", ""])
async def test_nobody(installed: Path, asked: str) -> None:
    """Who is not known is not shown: status 1, and how to look for them."""
    ran = await footlight("contacts", "show", asked)

    assert (ran.status, ran.out) == (1, "")
    assert "footlight contacts find" in ran.err.replace("\n", " ")


async def test_leads(installed: Path, click: Callable[..., None]) -> None:
    """Who clicked and is no contact is a lead; as a contact they are not known."""
    await footlight("campaigns", "create", *FAIR, "--default")
    click("jo@acme.example")

    leads = await printed("leads", "list")
    assert shape(leads) == shape(documented("leads list"))
    assert [(one["email"], one["stage"], one["account"]) for one in leads] == [
        ("jo@acme.example", "open", "acme.example")
    ]
    assert "lead" in (await footlight("contacts", "show", "jo@acme.example")).err


async def test_campaigns(installed: Path) -> None:
    """A campaign is made of a file or of a web address, listed, paused, resumed and archived."""
    await footlight("groups", "import", "Customers")
    picture = str(BANNERS / "spring_fair.png")
    times = ("--from", "2026-12-01T08:00+01:00", "--until", "2026-12-24")
    target = ("--target", "https://ours.example/spring?a=1")

    made = await printed(
        "campaigns", "create", "Spring", "--image", picture, *target, "--alt", "Come!", "--priority", "3"
    )
    assert shape(made) == shape(documented("campaigns create"))
    await printed("campaigns", "create", *FAIR, "--group", "Customers", "--account", "acme.example", *times)

    fair, spring = await printed("campaigns", "list")
    assert shape([fair]) == shape(documented("campaigns list"))
    assert (fair["image"], fair["banner_digest"]) == ("https://ours.example/fair.png", None)
    assert (fair["groups"], fair["accounts"]) == (["Customers"], ["acme.example"])
    # The portal is in Berlin.
    assert (fair["from"], fair["until"]) == ("2026-12-01T07:00:00Z", "2026-12-23T23:00:00Z")
    assert (spring["image"], len(spring["banner_digest"])) == (None, 64)
    assert (spring["alt"], spring["priority"], spring["target"]) == ("Come!", 3, "https://ours.example/spring?a=1")

    for verb, status in (("pause", "paused"), ("resume", "active"), ("archive", "archived")):
        assert (await footlight("campaigns", verb, "fair")).status == 0
        assert (await printed("campaigns", "list"))[0]["status"] == status


async def test_default_replaces_the_default(installed: Path) -> None:
    """A second default takes the first one's place, and says so."""
    await footlight("campaigns", "create", *FAIR, "--default")

    made = await printed("campaigns", "create", "Winter", *FAIR[1:], "--default")

    assert made["replaced_default"] == "Fair"
    assert [(one["name"], one["default"]) for one in await printed("campaigns", "list")] == [
        ("Winter", True),
        ("Fair", False),
    ]
    assert "instead of Winter" in (await footlight("campaigns", "create", "Third", *FAIR[1:], "--default")).out


def too_wide(folder: Path) -> str:
    Image.new("RGB", (5_001, 1)).save(folder / "wide.png")
    return str(folder / "wide.png")


def no_picture(folder: Path) -> str:
    (folder / "notes.png").write_text("no picture")
    return str(folder / "notes.png")


@pytest.mark.parametrize(
    ("image", "words"),
    [(too_wide, "5,000"), (no_picture, "PNG, JPEG or GIF"), (lambda folder: "missing.png", "missing.png")],
)
async def test_bad_picture(installed: Path, image: Callable[[Path], str], words: str) -> None:
    """A file that is no banner is refused with the reason, and no campaign is made."""
    ran = await footlight("campaigns", "create", "Bad", "--image", image(installed), "--target", "https://ours.example")

    assert ran.status == 1
    assert words in ran.err
    assert await printed("campaigns", "list") == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--group", "Nobody"), "footlight groups list"),
        (("--account", "gmail.com"), "gmail.com"),
        (("--account", "no domain"), "no domain"),
        (("--from", "2026-12-02", "--until", "2026-12-01"), "--until"),
        (("--target", "ftp://ours.example"), "target"),
    ],
)
async def test_refused_campaign(installed: Path, arguments: tuple[str, ...], words: str) -> None:
    """A campaign that cannot be is refused with the reason."""
    ran = await footlight("campaigns", "create", *FAIR, *arguments)

    assert ran.status == 1
    assert words in ran.err
    assert await printed("campaigns", "list") == []


@pytest.mark.parametrize("verb", ["pause", "resume", "archive"])
async def test_unknown_campaign(installed: Path, verb: str) -> None:
    """A campaign that is not there is named, with the verb that lists them."""
    ran = await footlight("campaigns", verb, "None")

    assert ran.status == 1
    assert "footlight campaigns list" in ran.err


async def test_rights_of_a_person(installed: Path, click: Callable[..., None]) -> None:
    """A person is exported, opted out once and for all, and erased, and no sync brings them back."""
    email = "p1@firma1.example"
    await footlight("groups", "import", "Customers")
    await footlight("campaigns", "create", *FAIR, "--default")
    click(email)

    held = json.loads((await footlight("export", email)).out)
    assert [(one["campaign"], one["occurred_at"][-1]) for one in held["views"] + held["clicks"]] == [("Fair", "Z")] * 2

    out = await printed("optout", "P1@firma1.example")
    assert out == documented("optout") | {"email": email}
    assert (await printed("optout", email))["was_new"] is False
    click(email)
    shown = await printed("contacts", "show", email)
    assert (shown["opted_out"], shown["performance"]["clicks"]) == (True, 1)

    erased = await printed("erase", email)
    assert shape(erased) == shape(documented("erase"))
    assert erased["was_known"] is True
    (result,) = await printed("sync")
    assert (result["added"], result["held_back"]) == (0, 1)
    assert (await footlight("contacts", "show", email)).status == 1
    left = json.loads((await footlight("export", email)).out)
    assert (left["contact"], left["views"], left["clicks"], left["opted_out"]["erased"]) == (None, [], [], True)


async def test_export_of_nobody(installed: Path) -> None:
    """Of whom nothing is stored, nothing is printed: status 1."""
    ran = await footlight("export", "nobody@nowhere.example")

    assert (ran.status, ran.out) == (1, "")


@pytest.mark.parametrize("verb", ["optout", "export", "erase"])
async def test_no_address(installed: Path, verb: str) -> None:
    """What is no address is refused, and said so."""
    ran = await footlight(verb, "not an address")

    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("footlight: not an address is no e-mail address: ")


@pytest.mark.parametrize(
    "arguments",
    [("groups", "import"), ("bogus",), ("sync", "--bogus"), ("campaigns", "create", "Fair"), ("contacts", "find")],
)
async def test_wrong_usage(alone: Path, arguments: tuple[str, ...]) -> None:
    """Wrong usage ends with status 2, and says what was wrong."""
    ran = await footlight(*arguments)

    assert (ran.status, ran.out) == (2, "")
    assert "Usage: footlight" in ran.err


async def test_wrong_time_is_wrong_usage(installed: Path) -> None:
    """A time that is no ISO 8601 is wrong usage."""
    ran = await footlight("campaigns", "create", *FAIR, "--from", "soon")

    assert ran.status == 2
    assert "ISO 8601" in ran.err


@pytest.mark.parametrize("verb", [("sync",), ("groups", "import", "Customers")])
async def test_without_a_token(alone: Path, verb: tuple[str, ...]) -> None:
    """Without a token HubSpot cannot be asked, and the setting is named."""
    ran = await footlight(*verb)

    assert ran.status == 1
    assert "HUBSPOT_ACCESS_TOKEN" in ran.err


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PORT", "many", "PORT"),
        ("FOOTLIGHT_DATABASE_URL", "sqlite:////nowhere/at/all.db", "nowhere"),
        ("FOOTLIGHT_DATABASE_URL", "postgresql://nobody:canary@127.0.0.1:1/nothing", "FOOTLIGHT_SECRET_KEY"),
    ],
)
async def test_what_keeps_it_from_starting(
    alone: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    """A setting that cannot be used, or a database that is not there, ends with what to do; `check` finds it too."""
    monkeypatch.setenv(name, value)

    ran = await footlight("groups", "list")
    assert ran.status == 1
    assert words in ran.err
    assert "canary" not in ran.err
    assert (await footlight("check")).status == 1


def test_as_a_command(installed: Path) -> None:
    """The installed command prints nothing but JSON where JSON is asked for, and ends as it should."""
    listed = subprocess.run([COMMAND, "groups", "list", "--json"], env=os.environ, capture_output=True, text=True)
    nobody = subprocess.run([COMMAND, "contacts", "show", "a@b.example"], capture_output=True, text=True)

    assert (listed.returncode, json.loads(listed.stdout), listed.stderr) == (0, [], "")
    assert (nobody.returncode, nobody.stdout) == (1, "")
    assert nobody.stderr.startswith("footlight: Nobody is known")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_stop_waits_for_nobody(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told to stop while HubSpot does not answer, a process ends within ten seconds, with status 0."""
    await footlight("groups", "import", "Customers")
    asked = asyncio.Event()

    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        while await reader.read(65_536):
            pass
        writer.close()

    async with await asyncio.start_server(never_answer, "127.0.0.1", 0) as silent:
        monkeypatch.setenv("HUBSPOT_BASE_URL", f"http://127.0.0.1:{silent.sockets[0].getsockname()[1]}")
        monkeypatch.setenv("PORT", "0")
        process = await asyncio.create_subprocess_exec(COMMAND, "run", stderr=asyncio.subprocess.PIPE)
        await asyncio.wait_for(asked.wait(), 30)
        began = monotonic()
        process.terminate()
        _, logged = await process.communicate()

    assert (process.returncode, b"Traceback" in logged) == (0, False)
    assert monotonic() - began < 10
    assert b"job cut off by the stop" in logged
