"""The numbers in a digest: a picture of the last seven days, and in words how they were and who stood out."""

from collections.abc import Sequence
from typing import Final

from bot.blocks.comparison_chart import comparison_chart
from bot.blocks.elements import Block, section
from bot.blocks.reader import Reader
from bot.blocks.text import Mrkdwn, bold, escape, plain
from bot.charts import Ranking
from storage.digest_numbers import DigestNumbers
from storage.trend import Step

LONGEST_NAME: Final = 30


def numbers_blocks(numbers: DigestNumbers, reader: Reader) -> list[Block]:
    """The picture, and what it tells; nothing where nobody clicked in the two weeks."""
    last, before = _clicks(numbers.last), _clicks(numbers.before)
    if not last and not before:
        return []
    texts = reader.texts
    names = texts.plain("digest_last", n=last), texts.plain("digest_before", n=before)
    accounts = [(one.account, one.clicks) for one in numbers.accounts]
    campaigns = [(one.campaign, one.clicks) for one in numbers.campaigns]
    ranked = (("digest_accounts", accounts), ("digest_campaigns", campaigns))
    rankings = [Ranking(texts.plain(key), tuple((_short(name), n) for name, n in rows)) for key, rows in ranked if rows]
    lines = [
        trend_line(numbers, reader),
        *(Mrkdwn(f"{bold(texts.plain(key))}  {_listed(rows)}") for key, rows in ranked if rows),
    ]
    return [*comparison_chart(numbers.last, numbers.before, names, reader, rankings), section(lines)]


def trend_line(numbers: DigestNumbers, reader: Reader) -> Mrkdwn:
    """How often people clicked, beside the week before."""
    texts = reader.texts
    clicks = texts.count("clicks", _clicks(numbers.last))
    return texts("digest_trend", clicks=clicks, before=_clicks(numbers.before))


def _clicks(days: Sequence[Step]) -> int:
    return sum(day.clicks for day in days)


def _short(name: str) -> str:
    return plain(name, LONGEST_NAME)


def _listed(rows: Sequence[tuple[str, int]]) -> Mrkdwn:
    return Mrkdwn(" · ".join(f"{escape(name, LONGEST_NAME)} ({clicks})" for name, clicks in rows))
