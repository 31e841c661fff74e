"""Times on the command line: one zone for all that is told to people, UTC in all that is JSON."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.footlight.commands import FAIR, footlight, printed

pytestmark = pytest.mark.usefixtures("logs_undone", "elsewhere")
VERBS = (("contacts", "show", "p1@firma1.example"), ("leads", "list"), ("feed",), ("groups", "list"), ("check",))


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine that stands in a zone which nobody chose."""
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(("setting", "zone"), [("America/New_York", "America/New_York"), ("", "Europe/Berlin")])
async def test_one_zone(
    installed: Path, click: Callable[..., None], monkeypatch: pytest.MonkeyPatch, setting: str, zone: str
) -> None:
    """Every verb tells times in the zone of the settings, else in the portal's, which is in Berlin."""
    monkeypatch.setenv("FOOTLIGHT_TIMEZONE", setting)
    await footlight("groups", "import", "Customers")
    await footlight("campaigns", "create", *FAIR, "--default", "--from", "2026-01-15T12:00")
    for who in ("p1@firma1.example", "jo@acme.example"):
        click(who)
    abbreviation = datetime.now(ZoneInfo(zone)).strftime("%Z")

    for verb in VERBS:
        ran = await footlight(*verb)
        assert abbreviation in ran.out, verb
        assert "+14" not in ran.out, verb
    table = await footlight("campaigns", "list")
    assert "2026-01-15" in table.out
    assert "12:00" in table.out
    (campaign,) = await printed("campaigns", "list")
    assert campaign["from"] == {"America/New_York": "2026-01-15T17:00:00Z"}.get(zone, "2026-01-15T11:00:00Z")
    assert (await printed("feed"))[0]["last_at"].endswith("Z")


async def test_no_zone(alone: Path) -> None:
    """Before HubSpot was asked, and without the setting, times are UTC."""
    await footlight("campaigns", "create", *FAIR, "--from", "2026-01-15T12:00")

    assert (await printed("campaigns", "list"))[0]["from"] == "2026-01-15T12:00:00Z"
    assert "UTC" in (await footlight("campaigns", "list")).out
