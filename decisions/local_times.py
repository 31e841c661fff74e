"""Local times: the moment that somebody means by a date and a time of day, also on a night when clocks are changed."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


class NoMoment(ValueError):
    """The text names no moment, or two of them; it says what to write instead."""


def moment_of(text: str, zone: ZoneInfo) -> datetime:
    """
    The moment, in UTC, of an ISO 8601 text: `2026-12-01T08:00`, with or without offset, or a day, which begins it.

    Args:
        zone: whose clocks tell a time without offset.

    Raises:
        NoMoment: also for a time that clocks leave out or show twice in that night.
    """
    try:
        return _moment(text.strip(), zone)
    except (ValueError, OverflowError) as error:
        if isinstance(error, NoMoment):
            raise
        raise NoMoment(f"{text} is no ISO 8601 time, like 2026-12-01T08:00") from error


def _moment(text: str, zone: ZoneInfo) -> datetime:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _exact(datetime.fromisoformat(text), zone)
    # Where clocks go forward or back at midnight, this is the day's first moment all the same.
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _exact(told: datetime, zone: ZoneInfo) -> datetime:
    if told.tzinfo is not None:
        return told.astimezone(UTC)
    first, second = (told.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != told:
        raise NoMoment(f"{told:%Y-%m-%d %H:%M} is left out in {zone.key}: clocks go forward. Take another time")
    offsets = " or ".join(one.isoformat(timespec="minutes") for one in (first, second))
    raise NoMoment(f"{told:%Y-%m-%d %H:%M} comes twice in {zone.key}, as clocks go back. Write {offsets}")
