"""What `footlight check` says of HubSpot beyond its token."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.hubspot import HubSpotSandbox
from storage import full_passes, open_store
from tests.footlight.commands import footlight

pytestmark = pytest.mark.usefixtures("logs_undone")


async def finding(about: str) -> dict[str, str]:
    return next(each for each in (await footlight("check", "--json")).json if each["about"] == about)


async def test_the_journal(installed: Path, hubspot: HubSpotSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal is off until an app is named; then whether the app may read it is said, with what to do."""
    assert "HUBSPOT_CLIENT_ID" in (await finding("HubSpot's webhooks journal"))["told"]

    monkeypatch.setenv("HUBSPOT_CLIENT_ID", hubspot.journal.client_id)
    monkeypatch.setenv("HUBSPOT_CLIENT_SECRET", "s")
    assert (await finding("HubSpot's webhooks journal"))["state"] == "well"

    monkeypatch.setenv("HUBSPOT_CLIENT_SECRET", "wrong")
    ill = await finding("HubSpot's webhooks journal")
    assert (ill["state"], "HUBSPOT_CLIENT_ID" in ill["told"]) == ("ill", True)


async def test_drift_is_told(installed: Path, database_url: str) -> None:
    """What the nightly comparison found and mended is told, and so is one that stopped, with its reason."""
    now, store = datetime(2026, 11, 25, 2, 10, tzinfo=UTC), open_store(database_url)
    pass_id = await store.write(full_passes.begin, now=now)
    await store.write(full_passes.note_trouble, pass_id, "HubSpot cannot be reached")
    stopped = await finding("nightly comparison with HubSpot")
    await store.write(full_passes.note_contacts, pass_id, 1200, contacts=1200, drifted=3, deleted=1)
    await store.write(full_passes.begin, now=now)
    await store.write(full_passes.end, pass_id, companies=80, companies_drifted=0, now=now)
    ended = await finding("nightly comparison with HubSpot")
    await store.close()

    assert (stopped["state"], "cannot be reached" in stopped["told"]) == ("ill", True)
    assert ended["state"] == "well"
    assert "1,200 contacts and 80 companies, 3 and 0 had drifted, 1 of them deleted; mended" in ended["told"]
