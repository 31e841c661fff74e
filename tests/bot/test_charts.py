"""Charts are pictures that can be shown, whatever their names hold."""

import warnings
from io import BytesIO

from PIL import Image

from bot.charts import Activity, Chart, Comparison, Ranking, draw
from tests.contracts.test_blocks import HOSTILE

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def picture(chart: Chart) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a letter without form is warned of
        drawn = Image.open(BytesIO(draw(chart)))
        drawn.load()
    return drawn


def test_chart_shows_its_numbers() -> None:
    """Other numbers make another picture; the same ones make the same."""
    few, many = (Activity(DAYS, (0, 0, 0, 0, 0, 0, n), (0,) * 7, "Clicks", "Views") for n in (1, 90_000_000))

    assert picture(few).format == "PNG"
    assert picture(few).tobytes() == picture(few).tobytes() != picture(many).tobytes()


def test_names_of_any_kind_are_drawn() -> None:
    """Formulas, letters that the font lacks, controls and right-to-left names spoil no picture."""
    names = [*HOSTILE.values(), "$x^2$", "$\\frac{", "50 % $ off $", "株式会社サンプル", "شركة المثال"]
    rows = tuple((name[:40], number) for number, name in enumerate(names))

    drawn = picture(
        Comparison(DAYS, (1,) * 7, (0,) * 7, "$\\now{", "\nbefore", (Ranking("$ {", rows), Ranking("", ())))
    )

    assert min(drawn.size) > 300


def test_nothing_is_drawn_as_nothing() -> None:
    """A chart without any number is still a picture."""
    assert min(picture(Comparison(DAYS, (0,) * 7, (0,) * 7, "", "")).size) > 100
