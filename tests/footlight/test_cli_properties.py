"""The command line: which properties of HubSpot are read and shown."""

from pathlib import Path

import pytest

from sandbox.hubspot import Crm
from storage import Store, audit
from tests.footlight.commands import documented, footlight, printed, shape
from tests.footlight.conftest import on_both

pytestmark = pytest.mark.usefixtures("logs_undone")


async def shown() -> list[str]:
    return [each["name"] for each in await printed("properties", "list")]


@on_both
async def test_chosen(installed: Path, crm: Crm, store: Store) -> None:
    """A property that is chosen is read and shown with HubSpot's label from the next sync on; a hidden one is not."""
    crm.change("contacts", min(crm.contacts), {"jobtitle": "Head", "hs_lead_status": "NEW"})
    await footlight("groups", "import", "Customers")
    before = (await printed("contacts", "show", "p1@firma1.example"))["properties"]
    assert (before["jobtitle"], "hs_lead_status" in before) == ("Head", False)

    listed = await printed("properties", "show", "hs_lead_status")
    assert shape(listed) == shape(documented("properties list"))
    assert listed[-1] == {"name": "hs_lead_status", "label": "Lead Status", "kind": "enumeration", "shown": True}
    assert "jobtitle" not in {each["name"] for each in await printed("properties", "hide", "jobtitle")}

    await footlight("sync")
    after = (await printed("contacts", "show", "p1@firma1.example"))["properties"]
    assert (after["hs_lead_status"], "jobtitle" in after) == ("NEW", False)
    noted = [(one.actor, one.action, one.detail) for one in await store.read(audit.newest, 3)]
    assert noted[::-1] == [
        ("cli", "imported a list", "611"),
        ("cli", "showed a property", "hs_lead_status"),
        ("cli", "hid a property", "jobtitle"),
    ]


async def test_all(installed: Path) -> None:
    """All that HubSpot defines can be listed, save sensitive ones; those shown come first."""
    everything = await printed("properties", "list", "--all")

    shown_first = [each["name"] for each in everything if each["shown"]]
    assert [each["name"] for each in everything[: len(shown_first)]] == shown_first == await shown()
    names = [each["name"] for each in everything]
    assert len(names) == len(set(names)) > len(shown_first)
    assert "date_of_birth" not in names


@pytest.mark.parametrize("name", ["date_of_birth", "jobttle"])
async def test_refused(installed: Path, name: str) -> None:
    """A sensitive property, and one that HubSpot does not define, is refused with the reason, and never read."""
    before = await shown()

    ran = await footlight("properties", "show", name)

    assert (ran.status, ran.out) == (1, "")
    assert name in ran.err
    assert "sensitive" in ran.err
    assert await shown() == before


async def test_not_shown(installed: Path) -> None:
    """To hide what is not shown is refused, so that a slip of the pen is noticed."""
    ran = await footlight("properties", "hide", "jobttle")

    assert ran.status == 1
    assert "footlight properties list" in ran.err.replace("\n", " ")
