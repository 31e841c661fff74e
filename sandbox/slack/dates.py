"""Slack's date tokens (`{date_short_pretty} {time}` ...) in the words of a reader, English or German."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

HALF_A_YEAR: Final = timedelta(days=183)
_TOKEN: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class _Words:
    months: tuple[str, ...]
    short_months: tuple[str, ...]
    days: tuple[str, ...]
    near: tuple[str, str, str]
    """Yesterday, today, tomorrow."""
    units: tuple[tuple[str, str], ...]
    """Minute, hour, day: one and several."""
    ago: str
    coming: str
    now: str
    is_german: bool


_MONTHS = "January February March April May June July August September October November December"
_MONATE = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
_ENGLISH = _Words(
    tuple(_MONTHS.split()),
    tuple(month[:3] for month in _MONTHS.split()),
    ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    ("yesterday", "today", "tomorrow"),
    (("minute", "minutes"), ("hour", "hours"), ("day", "days")),
    "{} ago",
    "in {}",
    "just now",
    is_german=False,
)
_GERMAN = _Words(
    tuple(_MONATE.split()),
    ("Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."),
    ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    ("gestern", "heute", "morgen"),
    (("Minute", "Minuten"), ("Stunde", "Stunden"), ("Tag", "Tagen")),
    "vor {}",
    "in {}",
    "gerade eben",
    is_german=True,
)


def told(form: str, moment: datetime, now: datetime, locale: str) -> str:
    """
    The form with its tokens replaced; unknown tokens stay.

    Args:
        moment: in the reader's zone.
        now: aware; the year is left out within six months of it.
        locale: like `de-DE`; what is not German is told in English.
    """
    words = _GERMAN if locale.startswith("de") else _ENGLISH
    return _TOKEN.sub(lambda found: _token(found[1], moment, now.astimezone(moment.tzinfo), words, locale), form)


def clock(moment: datetime, locale: str, *, seconds: bool = False) -> str:
    """The time of day; twelve hours in American English."""
    rest = f":{moment:%S}" if seconds else ""
    if locale == "en-US":
        return f"{moment.hour % 12 or 12}:{moment:%M}{rest} {moment:%p}"
    return f"{moment:%H:%M}{rest}"


def _token(name: str, moment: datetime, now: datetime, words: _Words, locale: str) -> str:
    if name in ("time", "time_secs"):
        return clock(moment, locale, seconds=name == "time_secs")
    if name == "ago":
        return _ago(now - moment, words)
    if name.endswith("_pretty"):
        days = (moment.date() - now.date()).days
        if -1 <= days <= 1:
            return words.near[days + 1]
        name = name.removesuffix("_pretty").replace("date_pretty", "date")
    form = _FORMS.get(name)
    return form(moment, now, words) if form else f"{{{name}}}"


def _year(moment: datetime, now: datetime, words: _Words) -> str:
    if abs(now - moment) < HALF_A_YEAR:
        return ""
    return f" {moment.year}" if words.is_german else f", {moment.year}"


def _date(moment: datetime, now: datetime, words: _Words) -> str:
    year = _year(moment, now, words)
    month = words.months[moment.month - 1]
    return f"{moment.day}. {month}{year}" if words.is_german else f"{month} {_ordinal(moment.day)}{year}"


def _short(moment: datetime, now: datetime, words: _Words) -> str:
    year = _year(moment, now, words)
    month = words.short_months[moment.month - 1]
    return f"{moment.day}. {month}{year}" if words.is_german else f"{month} {moment.day}{year}"


def _long(moment: datetime, now: datetime, words: _Words) -> str:
    return f"{words.days[moment.weekday()]}, {_date(moment, now, words)}"


_FORMS: Final[dict[str, Callable[[datetime, datetime, _Words], str]]] = {
    "date_num": lambda moment, now, words: f"{moment:%Y-%m-%d}",
    "date": _date,
    "date_short": _short,
    "date_long": _long,
}


def _ordinal(day: int) -> str:
    ending = "th" if 10 <= day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def _ago(since: timedelta, words: _Words) -> str:
    minutes = int(abs(since).total_seconds() // 60)
    if not minutes:
        return words.now
    number, (one, several) = minutes, words.units[0]
    if minutes >= 60:
        number, (one, several) = minutes // 60, words.units[1]
    if minutes >= 24 * 60:
        number, (one, several) = minutes // (24 * 60), words.units[2]
    return (words.ago if since > timedelta(0) else words.coming).format(f"{number} {one if number == 1 else several}")
