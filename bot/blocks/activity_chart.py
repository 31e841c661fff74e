"""The activity chart: clicks and views of the last weeks, as a picture and in words."""

from collections.abc import Sequence
from typing import Final

from bot.blocks.chart_block import chart_block
from bot.blocks.elements import Block
from bot.blocks.reader import Reader
from bot.charts import Activity
from storage.trend import Step

WEEKS_SHOWN: Final = 12


def activity_chart(weeks: Sequence[Step], reader: Reader) -> list[Block]:
    """Week by week; nothing where nothing happened."""
    if not any(week.clicks or week.views for week in weeks):
        return []
    texts = reader.texts
    chart = Activity(
        steps=tuple(texts.day(week.day) for week in weeks),
        clicks=tuple(week.clicks for week in weeks),
        views=tuple(week.views for week in weeks),
        clicks_name=texts.plain("chart_clicks"),
        views_name=texts.plain("chart_views"),
    )
    return chart_block(chart, _in_words(weeks, reader), reader)


def _in_words(weeks: Sequence[Step], reader: Reader) -> str:
    texts, active = reader.texts, [week for week in weeks if week.clicks or week.views]
    told = "; ".join(_week(week, reader) for week in active)
    rest = f" {texts.plain('chart_rest')}" if len(active) < len(weeks) else ""
    return f"{texts.plain('chart_weeks', n=len(weeks), told='')}{told}.{rest}"


def _week(week: Step, reader: Reader) -> str:
    texts = reader.texts
    clicks, views = texts.count("clicks", week.clicks), texts.count("views", week.views)
    return texts.plain("chart_week", day=texts.day(week.day), clicks=clicks, views=views)
