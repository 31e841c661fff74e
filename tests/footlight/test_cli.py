"""The command line: target groups, the check, and how errors end; with a real HubSpot."""

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from sandbox.hubspot import Crm, HubSpotSandbox
from tests.footlight.commands import COMMAND, KEY, documented, footlight, printed, run_here, shape
from tests.footlight.conftest import on_both
from tests.jobs.portal import a_hubspot

pytestmark = pytest.mark.usefixtures("logs_undone")
# What all else on the machine may take from a process that ends; who waited for HubSpot would take twenty.
BUSY_MACHINE_SECONDS = 8


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


@on_both
async def test_sync(installed: Path, crm: Crm) -> None:
    """`sync` tells what it did to each group; `groups show` tells its runs, how long they took and what they asked."""
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
    assert all(run["seconds"] >= 0 and run["requests"] > 0 for run in shown["runs"])
    assert [run["reason"] for run in shown["runs"]] == ["asked for by hand", "asked for by hand"]
    assert "Took" in (await footlight("groups", "show", "Customers")).out
    assert "+0 −0" in (await footlight("sync")).out


async def test_dry_run(installed: Path, crm: Crm) -> None:
    """`sync --dry-run` tells who would come and go, by name, and what a sync would say; it changes nothing."""
    (listed,) = crm.lists.values()
    await footlight("groups", "import", "Customers")
    people = list(crm.contacts)
    crm.remove_from_list(listed.id, people[:1])
    crm.add_to_list(listed.id, people[5:7])

    (told,) = await printed("sync", "--dry-run")

    assert shape([told]) == shape(documented("sync", 1))
    assert (told["joining"], told["leaving"], told["staying"], told["trouble"]) == (2, 1, 4, None)
    assert told["first_leaving"] == [{"name": "P1 Muster", "address": "p1@firma1.example"}]
    assert {each["address"] for each in told["first_joining"]} == {"p6@firma6.example", "p7@firma7.example"}
    assert "p1@firma1.example" in (await footlight("sync", "--dry-run")).out
    shown = await printed("groups", "show", "Customers")
    assert (shown["size"], len(shown["runs"])) == (5, 1)
    (result,) = await printed("sync")
    assert (result["added"], result["removed"]) == (2, 1)


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


@on_both
async def test_check(installed: Path) -> None:
    """`check` of an installation without trouble exits with 0, and tells what is off and how to switch it on."""
    findings = await printed("check")

    assert shape(findings) == shape(documented("check"))
    assert "SLACK_BOT_TOKEN" in next(one["told"] for one in findings if one["about"] == "Slack")
    assert "✓ HubSpot: the token works" in (await footlight("check")).out


@pytest.mark.parametrize(
    "arguments",
    [("groups", "import"), ("bogus",), ("sync", "--bogus"), ("campaigns", "create", "Fair"), ("contacts", "find")],
)
async def test_wrong_usage(alone: Path, arguments: tuple[str, ...]) -> None:
    """Wrong usage ends with status 2, and says what was wrong."""
    ran = await footlight(*arguments)

    assert (ran.status, ran.out) == (2, "")
    assert "Usage: footlight" in ran.err


@pytest.mark.parametrize("verb", [("sync",), ("groups", "import", "Customers")])
async def test_without_a_token(alone: Path, verb: tuple[str, ...]) -> None:
    """Without a token HubSpot cannot be asked, and the setting is named."""
    await footlight("migrate")
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


@pytest.mark.parametrize("hangs", ["HubSpot and Slack", "HubSpot, Slack and the store"])
async def test_stop_waits_for_nobody(
    installed: Path, monkeypatch: pytest.MonkeyPatch, silent: "SilentServer", hangs: str
) -> None:
    """Told to stop while others do not answer, a process ends within ten seconds: with 0, or saying what hangs."""
    await footlight("groups", "import", "Customers")
    monkeypatch.setenv("HUBSPOT_BASE_URL", silent.address)
    monkeypatch.setenv("PORT", "0")
    monkeypatch.setenv("SLACK_BASE_URL", f"{silent.address}/api")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-hangs")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-hangs")
    process = await asyncio.create_subprocess_exec(COMMAND, "run", stderr=asyncio.subprocess.PIPE)
    await asyncio.wait_for(silent.asked.wait(), 30)
    with closing(sqlite3.connect(installed / "footlight.db", isolation_level=None)) as other:
        if "store" in hangs:
            other.execute("BEGIN IMMEDIATE")
        began = monotonic()
        process.terminate()
        _, logged = await process.communicate()

    assert monotonic() - began < 10 + BUSY_MACHINE_SECONDS
    assert b"Traceback" not in logged, logged.decode()
    if process.returncode:
        # SQLite lets each write that waits look for the lock for five seconds.
        assert ("store" in hangs, process.returncode, b"still waits for an answer" in logged) == (True, 1, True)
    else:
        assert b'"stopped"' in logged


@pytest.mark.parametrize("verb", [("sync",), ("check",)])
async def test_ctrl_c_waits_for_nobody(
    installed: Path, monkeypatch: pytest.MonkeyPatch, silent: "SilentServer", verb: tuple[str, ...]
) -> None:
    """Ctrl-C ends a command that waits for HubSpot's answer at once, without a traceback; `sync` can run again."""
    await footlight("groups", "import", "Customers")
    with monkeypatch.context() as silenced:
        silenced.setenv("HUBSPOT_BASE_URL", silent.address)
        process = await asyncio.create_subprocess_exec(COMMAND, *verb, stderr=asyncio.subprocess.PIPE)
        await asyncio.wait_for(silent.asked.wait(), 30)
        began = monotonic()
        process.send_signal(signal.SIGINT)
        _, told = await process.communicate()

    assert (process.returncode, b"Traceback" in told) == (130, False)
    assert monotonic() - began < BUSY_MACHINE_SECONDS
    assert (await footlight("sync")).status == 0


@dataclass
class SilentServer:
    """A server that takes requests and never answers."""

    address: str = ""
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def never_answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.set()
        while await reader.read(65_536):
            pass
        writer.close()


@pytest.fixture
async def silent() -> AsyncIterator[SilentServer]:
    """A HubSpot, or a Slack, that never answers."""
    told = SilentServer()
    async with await asyncio.start_server(told.never_answer, "127.0.0.1", 0) as server:
        told.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield told


@pytest.mark.parametrize("verb", ["run", "check", "migrate"])
def test_a_file_that_is_no_database(alone: Path, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    """A file that is none of SQLite's is told to be that, with the setting that names it."""
    (alone / "notes.db").write_text("no database at all, but a text " * 5)
    monkeypatch.setenv("FOOTLIGHT_DATABASE_URL", "sqlite:///notes.db")
    ran = run_here(verb)

    assert ran.status == 1
    assert "file is not a database" in ran.out + ran.err
    assert "Traceback" not in ran.err
    assert verb == "check" or "FOOTLIGHT_DATABASE_URL" in ran.err


@pytest.mark.parametrize("verb", [("run",), ("check",), ("demo", "--no-open", "--folder", "here/below")])
def test_a_place_where_nothing_can_be_kept(alone: Path, monkeypatch: pytest.MonkeyPatch, verb: tuple[str, ...]) -> None:
    """Where nothing can be written, the place is told, and the setting or option to choose another one."""
    (alone / "here").write_text("a file where a folder should be")
    monkeypatch.setenv("FOOTLIGHT_DATABASE_URL", "sqlite:///here/footlight.db")
    ran = run_here(*verb)

    told = ran.out + ran.err
    assert ran.status in (1, 2)
    assert "Traceback" not in told
    assert ("--folder" if verb[0] == "demo" else "FOOTLIGHT_DATABASE_URL") in told
