"""The chart in a message: a picture, and in its alternative text all that it tells."""

from collections.abc import Sequence
from typing import Final

from bot.blocks.elements import Block
from bot.blocks.reader import Reader
from bot.blocks.text import plain
from bot.charts import Chart

LONGEST_ALT_TEXT: Final = 1_900


def chart_block(chart: Chart | None, alt_text: str, reader: Reader) -> list[Block]:
    """The picture; nothing where there is no chart, or where its reader's Slack cannot fetch it."""
    url = reader.chart_url(chart) if chart and reader.chart_url else None
    return [{"type": "image", "image_url": url, "alt_text": plain(alt_text, LONGEST_ALT_TEXT)}] if url else []


def without_charts(blocks: Sequence[Block]) -> list[Block]:
    """The same, for where Slack could not fetch a chart: what it shows, the other blocks say in words."""
    return [block for block in blocks if block["type"] != "image"]
