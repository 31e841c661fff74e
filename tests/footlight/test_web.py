"""The web part gets ready to draw charts, beside what it answers."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot import chart_links
from bot.chart_links import DrawnCharts
from bot.charts import Chart
from decisions.sealing import Keys
from footlight.web import warming_up

KEYS = Keys.parse("a secret key that is long enough")


async def test_the_first_chart_is_drawn_before_somebody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some moments after the start one chart is drawn for nobody; what ends before that draws none."""
    drawn, loop = asyncio.Event(), asyncio.get_running_loop()

    def draw(chart: Chart) -> bytes:
        loop.call_soon_threadsafe(drawn.set)
        return b""

    monkeypatch.setattr(chart_links, "draw", draw)
    charts = DrawnCharts(KEYS, lambda: datetime.now(UTC))
    async with warming_up(charts, after=timedelta(hours=1)):
        pass
    assert not drawn.is_set()

    async with warming_up(charts, after=timedelta(0)):
        await asyncio.wait_for(drawn.wait(), 30)
