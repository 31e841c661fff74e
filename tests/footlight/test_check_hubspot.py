"""What `footlight check` says of HubSpot beyond its token."""

from pathlib import Path

import pytest

from sandbox.hubspot import HubSpotSandbox
from tests.footlight.commands import printed

pytestmark = pytest.mark.usefixtures("logs_undone")


async def finding(about: str) -> dict[str, str]:
    return next(each for each in await printed("check") if each["about"] == about)


async def test_the_journal(installed: Path, hubspot: HubSpotSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal is off until an app is named; then whether the app may read it is said, with what to do."""
    assert "HUBSPOT_CLIENT_ID" in (await finding("HubSpot's webhooks journal"))["told"]

    monkeypatch.setenv("HUBSPOT_CLIENT_ID", hubspot.journal.client_id)
    monkeypatch.setenv("HUBSPOT_CLIENT_SECRET", "s")
    assert (await finding("HubSpot's webhooks journal"))["state"] == "well"

    monkeypatch.setenv("HUBSPOT_CLIENT_SECRET", "wrong")
    ill = await finding("HubSpot's webhooks journal")
    assert (ill["state"], "HUBSPOT_CLIENT_ID" in ill["told"]) == ("ill", True)
