"""What `footlight check` says of HubSpot beyond its token."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.hubspot import HubSpotSandbox
from storage import full_passes, open_store
from storage.full_passes import Drift
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
    await store.write(full_passes.end, pass_id, Drift(80, 0, lists=5, lists_drifted=2, lists_unequal=1), now=now)
    ended = await finding("nightly comparison with HubSpot")
    await store.close()

    assert (stopped["state"], "cannot be reached" in stopped["told"]) == ("ill", True)
    assert ended["state"] == "well"
    assert "1,200 contacts and 80 companies, 3 and 0 had drifted, 1 of them deleted; mended" in ended["told"]
    assert "of 5 lists 2 had moved unseen; mended; 1 of them have another size" in ended["told"]


async def test_how_often_a_list_is_read(installed: Path, hubspot: HubSpotSandbox) -> None:
    """The real interval of each list is told: that of the setting, or longer where half of the day's calls want it."""
    await footlight("groups", "import", "Customers")
    usual = await finding("target group Customers")
    hubspot.limits.per_day, hubspot.limits.used_today = 200, 0

    with_few_calls = await finding("target group Customers")

    assert "read every 15 min if it moves" in usual["told"]
    assert "read every 29 min if it moves" in with_few_calls["told"]
