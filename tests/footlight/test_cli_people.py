"""People on the command line: found, shown with what they did, and their rights."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.hubspot import Crm
from tests.footlight.commands import FAIR, documented, footlight, printed, shape
from tests.footlight.conftest import on_both

pytestmark = pytest.mark.usefixtures("logs_undone")


@on_both
async def test_contacts(installed: Path, crm: Crm, click: Callable[..., None]) -> None:
    """Contacts are listed, found by a part of what they are called, and shown with their performance."""
    crm.change("contacts", min(crm.contacts), {"lifecyclestage": "customer"})
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
    stage = {"name": "lifecyclestage", "label": "Lifecycle stage", "value": "customer", "kind": "enumeration"}
    assert stage in shown["shown_properties"]
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


@pytest.mark.parametrize("words", [("contacts", "show"), ("campaigns", "who"), ("clicks",), ("feed", "--contact")])
async def test_a_name_where_an_address_is_asked(installed: Path, words: tuple[str, ...]) -> None:
    """A name instead of an address is told from an unknown one, with the way to find somebody by it."""
    ran = await footlight(*words, "max")

    assert ran.status == 1
    assert "'max' is no e-mail address" in ran.err
    assert "footlight contacts find" in ran.err.replace("\n", " ")


@on_both
async def test_leads_are_found(installed: Path, click: Callable[..., None]) -> None:
    """A part of a lead's address finds it as a lead, and it is said how many match."""
    await footlight("campaigns", "create", *FAIR, "--default")
    click("jo@acme.example")
    click("ann@acme.example")

    assert "(a lead)" in (await footlight("contacts", "find", "jo@ac")).out
    assert "1 of 2" in (await footlight("contacts", "find", "acme", "--limit", "1")).out
    found = await printed("contacts", "find", "acme")
    assert [(one["email"], one["account"]) for one in found] == [
        ("ann@acme.example", "acme.example"),
        ("jo@acme.example", "acme.example"),
    ]


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


@on_both
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


@on_both
async def test_domain_is_opted_out(
    installed: Path, click: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everyone at a domain is opted out at once, after a question that names how many addresses that concerns."""
    await footlight("groups", "import", "Customers")
    await footlight("campaigns", "create", *FAIR, "--default")
    asked: list[str] = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("typer.confirm", lambda text, **_: asked.append(text))

    assert "1 known addresses" in (await footlight("optout", "--domain", "Firma1.example")).out
    click("p1@firma1.example")
    again = await printed("optout", "--domain", "firma1.example", "--yes")

    assert ["firma1.example (1 known addresses)" in one for one in asked] == [True]
    assert again == {"domain": "firma1.example", "opted_out": True, "addresses": 1}
    shown = await printed("contacts", "show", "p1@firma1.example")
    assert (shown["opted_out"], shown["performance"]["clicks"]) == (True, 0)
    assert (await printed("contacts", "show", "p2@firma2.example"))["opted_out"] is False


@pytest.mark.parametrize("arguments", [(), ("max@firma.example", "--domain", "firma.example")])
async def test_optout_of_whom(installed: Path, arguments: tuple[str, ...]) -> None:
    """An opt-out is of an address or of a domain: neither and both are wrong usage, and nothing is done."""
    ran = await footlight("optout", *arguments)

    assert (ran.status, ran.out) == (2, "")


async def test_optout_of_no_domain(installed: Path) -> None:
    """What is no domain is refused, and said so."""
    ran = await footlight("optout", "--domain", "not a domain")

    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("footlight: not a domain is no domain: ")


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
