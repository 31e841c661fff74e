"""Groups kept by hand on the command line: made, filled from words and files, emptied after a yes, unlinked."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.hubspot import Crm
from tests.footlight.commands import documented, footlight, printed, shape
from tests.footlight.conftest import on_both

pytestmark = pytest.mark.usefixtures("logs_undone")


def numbers(result: dict[str, Any]) -> list[Any]:
    return [result[name] for name in ("added", "waiting", "unchanged", "removed", "held_back", "opted_out", "deleted")]


@on_both
async def test_by_hand(installed: Path) -> None:
    """A group is made, people and companies are put in and taken out, and `groups list` and `show` say so."""
    await footlight("groups", "import", "Customers")
    assert (await printed("groups", "create", "Fair"))["name"] == "Fair"

    told = await printed("groups", "add", "fair", "P1@firma1.example", "new@acme.example", "www.acme.example")
    assert numbers(told) == [2, 1, 0, 0, 0, 0, 0]
    (shown,) = [one for one in await printed("groups", "list") if one["name"] == "Fair"]
    assert (shown["size"], shown["waiting"], shown["hubspot_list_id"]) == (2, 1, None)
    assert "kept by hand" in (await footlight("groups", "show", "Fair")).out
    assert (await printed("contacts", "show", "p1@firma1.example"))["target_groups"] == ["Customers", "Fair"]

    assert await printed("groups", "remove", "Fair", "p1@firma1.example", "p2@firma2.example") == {
        "group": "Fair",
        "removed": 1,
        "bad_lines": [],
    }


async def test_csv(installed: Path) -> None:
    """A file's good lines are taken, its bad ones told by number; `--sync` takes out others, after a yes."""
    await footlight("groups", "import", "Customers")
    await footlight("optout", "p2@firma2.example")
    await footlight("optout", "unknown@firma.example")
    await footlight("erase", "erased@firma.example", "--yes")
    people = ["E-Mail;Name", *(f"p{n}@firma{n}.example;Müller" for n in (1, 2, 3)), "nobody;x", "erased@firma.example;"]
    (installed / "a.csv").write_bytes("\r\n".join([*people, "unknown@firma.example;"]).encode("cp1252"))
    (installed / "b.csv").write_bytes("P3@firma3.example\np4@firma4.example".encode("utf-16"))
    await footlight("groups", "create", "Fair")

    ran = await footlight("groups", "add", "Fair", "--csv", "a.csv", "--json")
    assert shape(ran.json) == shape(documented("groups add"))
    assert numbers(ran.json) == [3, 0, 0, 0, 1, 1, 0]
    assert (ran.json["bad_lines"], ran.err) == ([{"line": 5, "reason": "it has no @"}], "line 5: it has no @\n")

    asked = await footlight("groups", "add", "Fair", "--csv", "b.csv", "--sync")
    assert asked.status == 1
    assert "P1 Muster <p1@firma1.example>" in asked.err
    assert "2 members of Fair are not in the file" in asked.err
    assert (await printed("groups", "show", "Fair"))["size"] == 3
    assert numbers(await printed("groups", "add", "Fair", "--csv", "b.csv", "--sync", "--yes")) == [1, 0, 1, 2, 0, 0, 0]
    assert (await printed("groups", "show", "Fair"))["size"] == 2
    assert (await printed("contacts", "show", "p2@firma2.example"))["opted_out"]


async def test_unlink(installed: Path, crm: Crm) -> None:
    """A group that mirrors a list is not changed by hand; unlinked, it keeps its members whatever the list does."""
    await footlight("groups", "import", "Customers")
    refused = await footlight("groups", "add", "Customers", "p6@firma6.example")
    assert (refused.status, "groups unlink" in refused.err.replace("\n", " ")) == (1, True)

    assert (await printed("groups", "unlink", "Customers"))["size"] == 5
    crm.remove_from_list(min(crm.lists), list(crm.contacts)[:3])
    assert "None of these target groups mirrors" in (await footlight("sync", "Customers")).out
    assert numbers(await printed("groups", "add", "Customers", "p6@firma6.example"))[:3] == [0, 1, 0]
    assert (await printed("groups", "show", "Customers"))["size"] == 5


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("Fair",), 2, "say whom"),
        (("Fair", "max@"), 1, "'max@' is no e-mail address"),
        (("Fair", "gmail.com"), 1, "makes no account"),
        (("Fair", "max"), 1, "max is neither"),
        (("Fair", "a@b.example", "--sync"), 2, "--csv"),
        (("Fair", "--csv", "missing.csv"), 2, "missing.csv"),
        (("Nobody", "a@b.example"), 1, "groups list"),
    ],
)
async def test_what_cannot_be_put_in(installed: Path, arguments: tuple[str, ...], status: int, words: str) -> None:
    """What names nobody is refused with what to do, and nothing is changed."""
    await footlight("groups", "create", "Fair")

    ran = await footlight("groups", "add", *arguments)
    assert (ran.status, ran.out) == (status, "")
    assert words in ran.err
    assert (await printed("groups", "show", "Fair"))["size"] == 0


@on_both
async def test_counted_only_in_groups(installed: Path, click: Callable[..., None]) -> None:
    """`aggregate on` asks, folds what was recorded, and every command says so; `off` counts members like anyone."""
    await printed("groups", "create", "Works council")
    await footlight("groups", "add", "Works council", "jo@acme.example")
    click("jo@acme.example")
    asked = await footlight("groups", "aggregate", "works council", "on")
    assert (asked.status, "Then say --yes. Nothing was changed" in asked.err) == (1, True)
    assert (await printed("performance", "contact", "jo@acme.example"))["clicks"] == 1

    told = await printed("groups", "aggregate", "works council", "on", "--yes")

    assert shape(told) == shape(documented("groups aggregate"))
    assert told == {"group": "Works council", "is_aggregate_only": True, "folded_addresses": 1}
    assert [one["is_aggregate_only"] for one in await printed("groups", "list")] == [True]
    for what in (("contact", "jo@acme.example"), ("group", "Works council")):
        refused = await footlight("performance", *what)
        assert (refused.status, "only in groups" in refused.err or "Fewer than five" in refused.err) == (1, True)
    assert (await printed("leads", "list"), await printed("clicks")) == ([], [])
    assert "equal to a recount" in (await footlight("check", "--recount")).out
    assert not (await printed("groups", "aggregate", "works council", "off"))["is_aggregate_only"]
    assert (await printed("performance", "total"))["clicks"] == 1


async def test_renamed_and_deleted(installed: Path) -> None:
    """A group takes a name that is free; deleted after a yes, it is nowhere listed and its name is free again."""
    await footlight("groups", "create", "Fair")
    await footlight("groups", "create", "Other")
    assert await printed("groups", "rename", "fair", "FAIR 2027") == {"id": 1, "name": "FAIR 2027"}
    assert "named Other already" in (await footlight("groups", "rename", "FAIR 2027", "Other")).err
    await footlight("groups", "add", "FAIR 2027", "p1@firma1.example")

    asked = await footlight("groups", "delete", "FAIR 2027")
    assert (asked.status, "Then say --yes. Nothing was changed" in asked.err) == (1, True)
    told = await printed("groups", "delete", "FAIR 2027", "--yes")

    assert told == {"id": 1, "name": "FAIR 2027", "campaigns": []}
    assert [one["name"] for one in await printed("groups", "list")] == ["Other"]
    assert (await printed("groups", "create", "FAIR 2027"))["id"] == 3
