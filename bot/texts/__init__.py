"""What the bot says, in English and German: one catalogue a language, the same keys in each."""

from datetime import date, timedelta
from typing import Final

from bot.blocks.text import Mrkdwn, escape, plain
from bot.texts.de import TEXTS as GERMAN
from bot.texts.en import TEXTS as ENGLISH

CATALOGUES: Final = {"en": ENGLISH, "de": GERMAN}
_THOUSANDS: Final = {"en": ",", "de": "."}
_PERCENT: Final = {"en": "%", "de": " %"}


class Texts:
    """The texts of one language; a language that we do not speak is answered in English."""

    def __init__(self, language: str) -> None:
        self.language = language if language in CATALOGUES else "en"
        self._texts = CATALOGUES[self.language]

    def __call__(self, key: str, **values: str | int) -> Mrkdwn:
        """The text of `key` for mrkdwn; values are escaped, save those that are Mrkdwn already."""
        told = {name: self.number(value) if isinstance(value, int) else escape(value) for name, value in values.items()}
        return Mrkdwn(self._texts[key].format(**told))

    def plain(self, key: str, **values: str | int) -> str:
        """The text of `key` for plain_text objects, where nothing is escaped."""
        told = {name: self.number(value) if isinstance(value, int) else plain(value) for name, value in values.items()}
        return self._texts[key].format(**told)

    def count(self, key: str, number: int) -> Mrkdwn:
        """`number` with its noun: 1 click, 2 clicks."""
        return self(f"{key}_one" if number == 1 else f"{key}_other", n=number)

    def number(self, number: int) -> str:
        """`number` with its thousands set apart."""
        return f"{number:,}".replace(",", _THOUSANDS[self.language])

    def percent(self, share: float) -> str:
        """0.07 as 7 %; what is little is not nothing."""
        told = "<1" if 0 < share < 0.01 else self.number(round(share * 100))
        return f"{told}{_PERCENT[self.language]}"

    def day(self, day: date) -> str:
        """A day of this year, short: 5 Oct."""
        month = self._texts["months"].split()[day.month - 1]
        return self._texts["short_day"].format(day=day.day, month=month)

    def weekday(self, day: date) -> str:
        """The weekday of a day, short: Mon."""
        return self._texts["weekdays"].split()[day.weekday()]

    def ago(self, passed: timedelta) -> Mrkdwn:
        """How long ago, roughly; only for what is made anew whenever it is looked at."""
        minutes = int(passed.total_seconds() // 60)
        if minutes < 1:
            return self("just_now")
        if minutes < 60:
            return self("ago_minutes", n=minutes)
        if minutes < 48 * 60:
            return self("ago_hours", n=minutes // 60)
        return self("ago_days", n=minutes // (24 * 60))
