"""Days and weeks begin on the clocks of who looks."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from decisions.calendar_steps import begin_of, monday_of, weeks_until, zone_of


def test_weeks_begin_on_monday() -> None:
    """On the clocks of who looks; in a zone that nobody knows in UTC's."""
    now = datetime(2026, 11, 23, 2, tzinfo=UTC)

    assert monday_of(now, zone_of("America/New_York")) == date(2026, 11, 16)
    assert monday_of(now, zone_of("Nowhere/X")) == monday_of(now, zone_of("../x")) == date(2026, 11, 23)
    assert weeks_until(now, ZoneInfo("UTC"), 2) == (date(2026, 11, 16), date(2026, 11, 23), date(2026, 11, 30))


def test_days_begin_at_midnight_there() -> None:
    """Also on days of 23 and 25 hours."""
    berlin = ZoneInfo("Europe/Berlin")

    assert begin_of(date(2026, 3, 29), berlin) == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert begin_of(date(2026, 3, 30), berlin) == datetime(2026, 3, 29, 22, tzinfo=UTC)
