"""Charts are fetched by Slack, without a key: only what we sealed is drawn, and not for ever."""

from datetime import timedelta
from io import BytesIO

from PIL import Image

from bot.chart_links import KEPT_FOR, ChartLinks
from bot.charts import Activity
from decisions.sealing import Keys
from tests.webhooks.conftest import Served

CHART = Activity(("1 Nov", "8 Nov"), (1, 2), (3, 4), "Clicks", "Views")


def path_of(served: Served, keys: Keys | None = None) -> str:
    url = ChartLinks(keys or served.edge.keys, "", served.clock)(CHART)
    assert url is not None
    return url


async def test_chart_is_fetched_until_it_expires(served: Served) -> None:
    """A chart's address gives its picture for 90 days, is the same all day, and shows no number to who reads it."""
    path = path_of(served)
    answered = await served.get(path)

    assert (answered.status, answered.headers["Content-Type"]) == (200, "image/png")
    assert Image.open(BytesIO(answered.body)).format == "PNG"
    assert path_of(served) == path
    assert (await served.get(path)).body == answered.body

    served.clock.moment += KEPT_FOR + timedelta(days=1)
    assert (await served.get(path)).status == 404


async def test_only_what_we_sealed_is_drawn(served: Served) -> None:
    """What is mangled, too long, spelt otherwise or sealed by others is nothing to be found."""
    path = path_of(served)
    forged = path_of(served, Keys.parse("somebody else's secret, which is long"))
    wrong = (
        forged,
        path[:-1],
        f"{path}=",
        f"{path}%0A",
        f"{path}/",
        "/charts/",
        "/charts/%00ü",
        "/charts/" + "A" * 7_000,
    )

    assert [(await served.get(one)).status for one in wrong] == [404] * len(wrong)
