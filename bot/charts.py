"""Charts: small pictures of numbers, drawn with matplotlib. Values in, a PNG out."""

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:  # importing it takes a second
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# A dark blue and a light grey differ in brightness, so that people see them apart who do not see all colours.
BLUE, PALE, INK, FAINT = "#0072B2", "#B4C0CB", "#1D1C1D", "#5E6A75"
WIDTH: Final = 5.4
DOTS_PER_INCH: Final = 190
ROW_HEIGHT: Final = 0.32
HEADROOM: Final = 1.2
SMALL, USUAL = 8.0, 9.0
MOST_NAMED: Final = 8
# What takes seconds at the first chart, in portions that each take less than one.
DRAWN_WITH: Final = ("numpy", "matplotlib", "matplotlib.text", "matplotlib.axes", "matplotlib.figure")


class Activity(msgspec.Struct, frozen=True, tag="activity", array_like=True):
    """Clicks and views step by step, each on a scale of its own, with what the two are called."""

    steps: tuple[str, ...]
    clicks: tuple[int, ...]
    views: tuple[int, ...]
    clicks_name: str
    views_name: str


class Ranking(msgspec.Struct, frozen=True, array_like=True):
    """The first of something, with their numbers, the greatest first."""

    name: str
    rows: tuple[tuple[str, int], ...]


class Comparison(msgspec.Struct, frozen=True, tag="comparison", array_like=True):
    """The same steps now and before, bar by bar, with what the two are called; and rankings under them."""

    steps: tuple[str, ...]
    now: tuple[int, ...]
    before: tuple[int, ...]
    now_name: str
    before_name: str
    rankings: tuple[Ranking, ...] = ()


Chart = Activity | Comparison


def draw(chart: Chart) -> bytes:
    """
    The chart as a PNG. It takes 0.1 s, and the first one two seconds: to be called in a thread, one at a time, as
    matplotlib is not made for several.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(dpi=DOTS_PER_INCH, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    if isinstance(chart, Activity):
        _draw_activity(figure, chart)
    else:
        _draw_comparison(figure, chart)
    picture = BytesIO()
    figure.savefig(picture, format="png", metadata={"Software": None})
    return picture.getvalue()


def _draw_activity(figure: "Figure", chart: Activity) -> None:
    figure.set_size_inches(WIDTH, 2.5)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    for axes, numbers, name, colour in (
        (above, chart.clicks, chart.clicks_name, BLUE),
        (below, chart.views, chart.views_name, PALE),
    ):
        _bars(axes, numbers, colour)
        _title(axes, name)
    above.tick_params(bottom=False)
    _steps(below, chart.steps)


def _draw_comparison(figure: "Figure", chart: Comparison) -> None:
    rows = max((len(one.rows) for one in chart.rankings), default=0)
    ranked = [0.4 + ROW_HEIGHT * rows] if rows else []
    figure.set_size_inches(WIDTH, 2 + sum(ranked))
    grid = figure.add_gridspec(1 + len(ranked), max(len(chart.rankings), 1), height_ratios=[2, *ranked])
    trend = figure.add_subplot(grid[0, :])
    _bars(trend, chart.now, BLUE, width=0.4, aside=0.2)
    trend.bar([place - 0.2 for place in range(len(chart.before))], chart.before, color=PALE, width=0.4)
    trend.set_ylim(0, max(1, *chart.now, *chart.before) * HEADROOM)
    _title(trend, chart.now_name, BLUE)
    trend.set_title(chart.before_name, loc="right", fontsize=USUAL, color=FAINT, parse_math=False)
    _steps(trend, chart.steps)
    for column, ranking in enumerate(chart.rankings if rows else ()):
        _rank(figure.add_subplot(grid[1, column]), ranking, rows)


def _bars(axes: "Axes", numbers: Sequence[int], colour: str, *, width: float = 0.7, aside: float = 0) -> None:
    """Bars with their numbers above them, so that nobody has to read a scale; none for nothing."""
    _bare(axes)
    axes.bar([place + aside for place in range(len(numbers))], numbers, color=colour, width=width)
    axes.set_ylim(0, max(1, *numbers) * HEADROOM)
    for place, number in enumerate(numbers):
        if number:
            _number(axes, number, (place + aside, number), (0, 2), ha="center", va="bottom")


def _rank(axes: "Axes", ranking: Ranking, places: int) -> None:
    _bare(axes)
    axes.spines["bottom"].set_visible(False)
    axes.set_xticks([])
    axes.set_xlim(0, max((number for _, number in ranking.rows), default=1) * HEADROOM)
    axes.set_ylim(places - 0.5, -0.7)
    for place, (name, number) in enumerate(ranking.rows):
        axes.barh(place + 0.2, number, height=0.25, color=BLUE)
        # A dollar sign would begin a formula.
        axes.text(0, place - 0.25, _known(name), parse_math=False, fontsize=SMALL, color=INK, va="center")
        _number(axes, number, (number, place + 0.2), (3, 0), va="center")
    _title(axes, ranking.name)


def _number(axes: "Axes", number: int, at: tuple[float, float], aside: tuple[int, int], **style: Any) -> None:
    axes.annotate(_short(number), at, aside, textcoords="offset points", fontsize=SMALL, color=INK, **style)


def _bare(axes: "Axes") -> None:
    for side in ("left", "right", "top"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(PALE)
    axes.set_yticks([])
    axes.tick_params(length=0, labelsize=SMALL, labelcolor=FAINT)


def _steps(axes: "Axes", steps: Sequence[str]) -> None:
    """The names of so many steps as have room, the last one's among them."""
    every = -(-len(steps) // MOST_NAMED)
    places = range((len(steps) - 1) % every, len(steps), every)
    axes.set_xticks(places, [steps[place] for place in places])


def _title(axes: "Axes", name: str, colour: str = INK) -> None:
    axes.set_title(name, loc="left", fontsize=USUAL, color=colour, parse_math=False)


def _known(told: str) -> str:
    """`told` with a box for each letter that the font lacks, which would be warned of otherwise."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    letters = get_font(findfont(FontProperties())).get_charmap()
    return "".join(one if ord(one) in letters else "□" for one in told)


def _short(number: int) -> str:
    if number < 10_000:
        return str(number)
    return f"{number // 1_000}k" if number < 10_000_000 else f"{number // 1_000_000}M"
