"""What somebody means by a date and a time of day."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions.local_times import NoMoment, moment_of

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "zone", "moment"),
    [
        ("2026-12-01T08:00", "Europe/Berlin", "2026-12-01T07:00"),
        ("2026-07-01T08:00", "Europe/Berlin", "2026-07-01T06:00"),
        (" 2026-12-01 08:00:30 ", "UTC", "2026-12-01T08:00:30"),
        ("2026-12-01T08:00+05:30", "Europe/Berlin", "2026-12-01T02:30"),
        ("2026-12-01T08:00Z", "Europe/Berlin", "2026-12-01T08:00"),
        ("2026-12-24", "Europe/Berlin", "2026-12-23T23:00"),
        # Clocks go forward from 02:00 to 03:00, and back from 03:00 to 02:00.
        ("2027-03-28T01:59", "Europe/Berlin", "2027-03-28T00:59"),
        ("2027-03-28T03:00", "Europe/Berlin", "2027-03-28T01:00"),
        ("2026-10-25T01:59", "Europe/Berlin", "2026-10-24T23:59"),
        ("2026-10-25T03:00", "Europe/Berlin", "2026-10-25T02:00"),
        ("2026-10-25T02:30+02:00", "Europe/Berlin", "2026-10-25T00:30"),
        ("2026-10-25T02:30+01:00", "Europe/Berlin", "2026-10-25T01:30"),
        # Midnight itself is left out in Cairo, and comes twice in Havana.
        ("2026-04-24", "Africa/Cairo", "2026-04-23T22:00"),
        ("2026-11-01", "America/Havana", "2026-11-01T04:00"),
    ],
)
def test_moments(text, zone, moment):
    """A time belongs to the zone's clocks as they go on that day, unless it brings its offset; a day begins it."""
    assert moment_of(text, ZoneInfo(zone)) == datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2027-03-28T02:30", "left out in Europe/Berlin"),
        ("2026-10-25T02:30", r"2026-10-25T02:30\+02:00 or 2026-10-25T02:30\+01:00"),
        ("soon", "ISO 8601"),
        ("", "ISO 8601"),
        ("2026-02-30", "ISO 8601"),
        ("24.12.2026", "ISO 8601"),
        ("0001-01-01T00:00+14:00", "ISO 8601"),
    ],
)
def test_no_moment(text, told):
    """What names no moment, or two, is refused with what to write instead."""
    with pytest.raises(NoMoment, match=told):
        moment_of(text, BERLIN)


@given(
    st.datetimes(datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2037-12-31")),
    st.timezones().filter(lambda zone: zone.key is not None),
)
def test_clocks_then_show_what_was_written(told, zone):
    """Whatever is taken, the zone's clocks show it at that moment."""
    told = told.replace(microsecond=0)
    try:
        moment = moment_of(told.isoformat(), zone)
    except NoMoment:
        assert moment_of((told + timedelta(days=2)).isoformat(), zone)  # a turn of the clocks, not the next one as well
        return

    assert moment.astimezone(zone).replace(tzinfo=None) == told
