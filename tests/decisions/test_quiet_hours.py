"""When a channel is told: on its own clocks, also on the nights when they are changed."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions.quiet_hours import Mode, Rhythm, turn

NIGHT = {"quiet_from": time(22), "quiet_until": time(7)}
CASES = [
    (Mode.EACH, {}, "2026-11-25T12:34:56Z", "2026-11-25T12:34:56Z"),
    (Mode.HOURLY, {}, "2026-11-25T12:34:56Z", "2026-11-25T13:00:00Z"),
    (Mode.HOURLY, {}, "2026-11-25T13:00:00Z", "2026-11-25T14:00:00Z"),
    (Mode.DAILY, {}, "2026-11-25T06:59:00Z", "2026-11-25T07:00:00Z"),
    (Mode.DAILY, {}, "2026-11-25T07:00:00Z", "2026-11-26T07:00:00Z"),
    (Mode.EACH, NIGHT, "2026-11-25T20:59:00Z", "2026-11-25T20:59:00Z"),
    (Mode.EACH, NIGHT, "2026-11-25T21:00:00Z", "2026-11-26T06:00:00Z"),
    (Mode.EACH, NIGHT, "2026-11-26T05:59:00Z", "2026-11-26T06:00:00Z"),
    (Mode.EACH, NIGHT, "2026-11-26T06:00:00Z", "2026-11-26T06:00:00Z"),
    (Mode.HOURLY, NIGHT, "2026-11-25T20:30:00Z", "2026-11-26T06:00:00Z"),
    (Mode.DAILY, {"quiet_from": time(6), "quiet_until": time(9)}, "2026-11-25T05:30:00Z", "2026-11-25T08:00:00Z"),
    # clocks go forward at 02:00, and back at 03:00
    (Mode.EACH, NIGHT, "2026-03-28T23:00:00Z", "2026-03-29T05:00:00Z"),
    (Mode.EACH, NIGHT, "2026-10-24T23:00:00Z", "2026-10-25T06:00:00Z"),
    (
        Mode.EACH,
        {"quiet_from": time(1), "quiet_until": time(2, 30)},
        "2026-10-25T01:10:00Z",
        "2026-10-25T01:30:00Z",
    ),
]


@pytest.mark.parametrize(("mode", "quiet", "now", "told"), CASES)
def test_turn(mode: Mode, quiet: dict[str, time], now: str, told: str) -> None:
    """In Berlin: at once, at the full hour, at eight; what falls into quiet hours comes at their end."""
    decided = turn(Rhythm(mode, "Europe/Berlin", **quiet), datetime.fromisoformat(now))

    assert decided.at == datetime.fromisoformat(told)
    assert decided.because


@given(
    mode=st.sampled_from(Mode),
    zone=st.sampled_from(["Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/New_York", "UTC"]),
    quiet=st.tuples(st.times(), st.times()),
    now=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(  # noqa: DTZ001
        lambda moment: moment.replace(tzinfo=UTC)
    ),
)
def test_never_early_and_never_much_later(mode: Mode, zone: str, quiet: tuple[time, time], now: datetime) -> None:
    """Whatever the terms, it is told after it happened and within two days and an hour."""
    told = turn(Rhythm(mode, zone, *quiet), now)

    assert now <= told.at <= now + timedelta(days=2, hours=1)
