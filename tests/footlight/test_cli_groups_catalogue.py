"""`footlight groups lists`: HubSpot's lists are found with their sizes, and HubSpot is asked seldom."""

from pathlib import Path

import pytest

from sandbox.hubspot import Crm, HubSpotSandbox
from tests.footlight.commands import documented, footlight, printed, shape
from tests.footlight.conftest import on_both

pytestmark = pytest.mark.usefixtures("logs_undone")


@on_both
async def test_lists(installed: Path, crm: Crm, hubspot: HubSpotSandbox) -> None:
    """Lists are found by part of their name, with size and group; asked again and again, HubSpot is asked once."""
    crm.create_list("Firms", "companies")
    await footlight("groups", "import", "Customers")
    before = hubspot.requests["lists.search"]

    found = await printed("groups", "lists", "CUST")
    assert shape(found) == shape(documented("groups lists"))
    told = [(one["name"], one["holds"], one["size"], one["target_group"]) for one in found]
    assert told == [("Customers", "contacts", 5, "Customers")]
    assert [one["name"] for one in await printed("groups", "lists")] == ["Customers", "Firms"]
    assert (await printed("groups", "lists", "nothing")) == []
    assert "HubSpot has no such list" in (await footlight("groups", "lists", "nothing")).out
    assert hubspot.requests["lists.search"] == before + 1

    crm.create_list("Partners")
    assert "Partners" in (await footlight("groups", "lists", "--refresh")).out


async def test_lists_while_hubspot_refuses(installed: Path, hubspot: HubSpotSandbox) -> None:
    """Where HubSpot was never asked and refuses, that is said; what is kept is not lost by a refusal."""
    hubspot.faults.missing_scopes = {"crm.lists.read"}
    refused = await footlight("groups", "lists")
    assert (refused.status, "crm.lists.read" in refused.err.replace("\n", " ")) == (1, True)

    hubspot.faults.clear()
    assert [one["name"] for one in await printed("groups", "lists")] == ["Customers"]
    hubspot.faults.missing_scopes = {"crm.lists.read"}
    assert (await footlight("groups", "lists", "--refresh")).status == 1
    assert [one["name"] for one in await printed("groups", "lists")] == ["Customers"]
