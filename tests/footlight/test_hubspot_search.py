"""What the bot is handed to ask HubSpot with."""

from pathlib import Path

import pytest

from bot.hubspot_search import HubSpotSearch, HubSpotSilent
from footlight.hubspot import hubspot_search
from footlight.opening import open_all
from footlight.settings import read_settings
from sandbox.hubspot import HubSpotSandbox


async def searching() -> HubSpotSearch | None:
    settings = read_settings()
    return hubspot_search(settings, open_all(settings))


async def test_contact_is_found_by_address(installed: Path) -> None:
    """HubSpot is asked for one address, and answers with the contact or with nobody."""
    search = await searching()

    assert search is not None
    found = await search.find("p1@firma1.example")
    assert found is not None
    assert found.properties["firstname"] == "P1"
    assert await search.find("nobody@nowhere.example") is None


async def test_refusal_and_silence_are_told_apart(
    installed: Path, hubspot: HubSpotSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token that HubSpot refuses lasts until somebody acts; a HubSpot that cannot be reached may answer later."""
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", "wrong")
    refused = await searching()
    monkeypatch.setenv("HUBSPOT_BASE_URL", "http://127.0.0.1:9")
    unreachable = await searching()

    for search, lasting in ((refused, True), (unreachable, False)):
        assert search is not None
        with pytest.raises(HubSpotSilent) as silent:
            await search.find("p1@firma1.example")
        assert silent.value.lasting is lasting


async def test_without_a_token_nothing_is_offered(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where HubSpot cannot be asked, the bot is handed nothing."""
    monkeypatch.delenv("HUBSPOT_ACCESS_TOKEN")

    assert await searching() is None
