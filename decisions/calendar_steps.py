"""Calendar steps: the days and weeks, on somebody's clocks, by which a trend is told."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)


def zone_of(name: str) -> ZoneInfo:
    """The clocks with this IANA name; UTC where this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def begin_of(day: date, zone: ZoneInfo) -> datetime:
    """When the day begins there, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def monday_of(now: datetime, zone: ZoneInfo) -> date:
    """The day on which this week began there."""
    today = now.astimezone(zone).date()
    return today - timedelta(days=today.weekday())


def steps(first: date, number: int, step: timedelta) -> tuple[date, ...]:
    """So many days, the first one and those that follow with this distance."""
    return tuple(first + step * place for place in range(number))


def weeks_until(now: datetime, zone: ZoneInfo, number: int) -> tuple[date, ...]:
    """The Mondays on which this week and those before it begin, `number` in all, and the one that ends this week."""
    return steps(monday_of(now, zone) - WEEK * (number - 1), number + 1, WEEK)
