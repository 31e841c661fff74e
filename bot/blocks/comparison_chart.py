"""The comparison chart: clicks day by day beside those of the week before, as a picture and in words."""

from collections.abc import Sequence

from bot.blocks.chart_block import chart_block
from bot.blocks.elements import Block
from bot.blocks.reader import Reader
from bot.charts import Comparison, Ranking
from storage.trend import Step


def comparison_chart(
    now: Sequence[Step],
    before: Sequence[Step],
    names: tuple[str, str],
    reader: Reader,
    rankings: Sequence[Ranking] = (),
) -> list[Block]:
    """
    Weekday by weekday; nothing where nobody clicked.

    Args:
        names: what the two weeks are called.
        rankings: stand under it.
    """
    if not any(day.clicks for day in (*now, *before)):
        return []
    days = tuple(reader.texts.weekday(day.day) for day in now)
    clicks = tuple(day.clicks for day in now), tuple(day.clicks for day in before)
    each = ", ".join(f"{day} {this} ({last})" for day, this, last in zip(days, *clicks, strict=True))
    told = reader.texts.plain("chart_days", now=names[0], before=names[1], days="")
    ranked = "".join(f". {one.name}: {', '.join(f'{name} ({n})' for name, n in one.rows)}" for one in rankings)
    return chart_block(Comparison(days, *clicks, *names, tuple(rankings)), f"{told}{each}{ranked}", reader)
