"""Many opt-outs on the command line wait for a yes; what HubSpot is told of them is chosen."""

from pathlib import Path

import pytest

from sandbox.hubspot import Crm
from sandbox.hubspot.records import Property
from tests.footlight.commands import documented, footlight, printed, shape
from tests.footlight.conftest import on_both

pytestmark = pytest.mark.usefixtures("logs_undone")


@on_both
async def test_file(installed: Path) -> None:
    """Fifty addresses of a file are opted out at once; one more wait, are shown by `check`, and go after a yes."""
    await footlight("groups", "import", "Customers")
    lines = [f"x{n}@out.example" for n in range(49)]
    (installed / "few.csv").write_text("\n".join([*lines, "p1@firma1.example", "oops@", "firma.example"]))
    (installed / "many.csv").write_text("\n".join([*lines, "p2@firma2.example", "y@out.example"]))

    ran = await footlight("optout", "--csv", "few.csv", "--json")
    assert (ran.json["opted_out"], ran.json["addresses"], "waits_as" in ran.json) == (True, 50, False)
    assert "line 51:" in ran.err
    assert "--domain" in ran.err
    assert (await printed("contacts", "show", "p1@firma1.example"))["opted_out"]

    told = await printed("optout", "--csv", "many.csv")
    assert (told["opted_out"], told["addresses"]) == (False, 51)
    assert not (await printed("contacts", "show", "p2@firma2.example"))["opted_out"]
    (waiting,) = await printed("optouts", "list")
    assert shape([waiting]) == shape(documented("optouts list"))
    assert (waiting["id"], waiting["people"], waiting["source"]) == (told["waits_as"], 51, "csv")
    assert "51 people wait for your yes" in (await footlight("check")).out

    number = str(waiting["id"])
    assert (await printed("optouts", "refuse", number))["state"] == "refused"
    assert shape(await printed("optouts", "accept", number)) == shape(documented("optouts accept"))
    assert (await printed("contacts", "show", "p2@firma2.example"))["opted_out"]
    assert (await footlight("optouts", "accept", number)).status == 1
    assert (await printed("optout", "--csv", "many.csv", "--yes"))["opted_out"]


@on_both
async def test_choices(installed: Path, crm: Crm) -> None:
    """Properties are chosen by name, must be there, and are switched off again; nothing is chosen at first."""
    crm.properties["contacts"]["no_tracking"] = Property("no_tracking", "No tracking", "bool", "booleancheckbox")
    assert await printed("hubspot", "show") == {"opt_out_from": None, "opt_out_to": None, "clicks": False}

    refused = await footlight("hubspot", "listen", "no_trackin")
    assert (refused.status, "no_trackin" in refused.err) == (1, True)
    chosen = await printed("hubspot", "listen", "no_tracking")
    assert shape(chosen) == shape(documented("hubspot show"))
    assert chosen["opt_out_from"] == {"property": "no_tracking", "value": "true"}
    assert (await printed("hubspot", "tell", "no_tracking", "--value", "yes"))["opt_out_to"]["value"] == "yes"
    assert (await printed("hubspot", "listen", "off"))["opt_out_from"] is None
    assert "off" in (await footlight("hubspot", "show")).out
    for state in ("on", "on", "off"):
        assert (await printed("hubspot", "clicks", state))["clicks"] is (state == "on")
