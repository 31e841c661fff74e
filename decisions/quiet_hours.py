"""When a channel is told of something: at once, or with its next digest, and never in its quiet hours."""

from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

# When a daily digest is due, on the channel's clocks.
DAILY_AT: Final = time(8)


class Mode(StrEnum):
    """EACH: a message for each; HOURLY, DAILY: one message for all since the last one, a digest."""

    EACH = "each"
    HOURLY = "hourly"
    DAILY = "daily"


class Rhythm(Struct, frozen=True):
    """
    When a channel wants to hear. Times are those of clocks in `zone`, an IANA name.

    Quiet hours go over midnight when they end before they begin; None: there are none.
    """

    mode: Mode = Mode.EACH
    zone: str = "UTC"
    quiet_from: time | None = None
    quiet_until: time | None = None


class Turn(Struct, frozen=True):
    """The moment when something is told, and why not before; it is told at once where `at` is now."""

    at: datetime
    because: str


def turn(rhythm: Rhythm, now: datetime) -> Turn:
    """When a channel is told what happens `now`, aware; the moment is in UTC."""
    at, because = _slot(rhythm, now)
    quiet_until = _end_of_quiet(rhythm, at)
    return Turn(quiet_until, "quiet hours") if quiet_until else Turn(at, because)


def _slot(rhythm: Rhythm, now: datetime) -> tuple[datetime, str]:
    if rhythm.mode is Mode.EACH:
        return now, "each at once"
    zone = ZoneInfo(rhythm.zone)
    local = now.astimezone(zone)
    if rhythm.mode is Mode.HOURLY:
        begun = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        return now.astimezone(UTC) - begun + timedelta(hours=1), "hourly digest"
    today = _on_clocks(local, DAILY_AT, zone)
    return today if today > now else _on_clocks(local + timedelta(days=1), DAILY_AT, zone), "daily digest"


def _end_of_quiet(rhythm: Rhythm, at: datetime) -> datetime | None:
    """When the quiet hours end that `at` lies in; None: it lies in none."""
    begin, end = rhythm.quiet_from, rhythm.quiet_until
    if begin is None or end is None:
        return None
    zone = ZoneInfo(rhythm.zone)
    local = at.astimezone(zone)
    clock = local.time()
    is_quiet = begin <= clock < end if begin <= end else clock >= begin or clock < end
    if not is_quiet:
        return None
    return _after(at, local if clock < end else local + timedelta(days=1), end, zone)


def _after(at: datetime, day: datetime, clock: time, zone: ZoneInfo) -> datetime:
    """The first moment after `at` when clocks show `clock` on that day: they may show it twice."""
    moments = (_on_clocks(day, clock.replace(fold=fold), zone) for fold in (0, 1))
    return next((moment for moment in moments if moment > at), at.astimezone(UTC))


def _on_clocks(day: datetime, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day.date(), clock, zone).astimezone(UTC)
