"""Block Kit's tables and charts, and the limits that hold over a whole message."""

from typing import Any

from sandbox.slack.block_kit.rich_text import RICH_TEXT
from sandbox.slack.block_kit.rules import (
    Fault,
    Found,
    Json,
    Rule,
    array,
    flag,
    kind,
    number,
    one_of,
    shape,
    string,
    whole,
)

Fields = tuple[dict[str, Rule], dict[str, Rule]]

_RAW = shape({"text": string(10_000, 0)}, {})
_CELL = kind(
    {
        "raw_text": _RAW,
        "raw_number": shape({"value": number}, {"text": string(100)}),
        "rich_text": shape({"elements": RICH_TEXT}, {"block_id": string(255)}),
    }
)
_COLUMN = shape({}, {"align": one_of("left", "center", "right"), "is_wrapped": flag})
TABLE: Fields = ({"rows": array(array(_CELL, 1, 20), 1, 100)}, {"column_settings": array(_COLUMN, 1, 20)})


def _rows(value: Any, where: str) -> Found:
    yield from array(array(_CELL, 1, 20), 2, 201)(value, where)
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        return
    if len({len(row) for row in value}) > 1:
        yield Fault("invalid_value", "all rows must have the same number of cells", where)
    if value and any(isinstance(cell, dict) and cell.get("type") == "rich_text" for cell in value[0]):
        yield Fault("invalid_value", "header cells must not be rich_text", f"{where}/0")


DATA_TABLE: Fields = (
    {"caption": string(2000), "rows": _rows},
    {"page_size": whole(1, 100), "row_header_column_index": whole(0, 19)},
)


def _positive(value: Any, where: str) -> Found:
    if not isinstance(value, int | float) or isinstance(value, bool) or value <= 0:
        yield Fault("out_of_range", "must be more than 0", where)


_PIE = shape({"segments": array(shape({"label": string(20), "value": _positive}, {}), 1, 12)}, {})
_POINT = shape({"label": string(20), "value": number}, {})
_SERIES = shape({"name": string(20), "data": array(_POINT, 1, 20)}, {})
_AXES = shape({"categories": array(string(20), 1, 20)}, {"x_label": string(50), "y_label": string(50)})


def _each_category(chart: Json, where: str) -> Found:
    try:
        categories = chart["axis_config"]["categories"]
        labels = [[point["label"] for point in series["data"]] for series in chart["series"]]
    except (KeyError, TypeError):
        return
    for place, found in enumerate(labels):
        if sorted(found) != sorted(categories):
            told = "each series must have exactly one point for each category"
            yield Fault("invalid_value", told, f"{where}/series/{place}")


_PLOT = shape({"series": array(_SERIES, 1, 12), "axis_config": _AXES}, {}, _each_category)
CHART: Fields = ({"title": string(50), "chart": kind({"pie": _PIE, "bar": _PLOT, "line": _PLOT, "area": _PLOT})}, {})

_MOST_OF_A_KIND = {"table": 1, "data_visualization": 2}
_MOST_CHARACTERS = {"table": 10_000, "data_table": 20_000, "markdown": 12_000}


def whole_message_faults(blocks: list[Json], where: str) -> Found:
    """Counts and characters that Slack limits over all blocks of one type together."""
    for name, most in _MOST_OF_A_KIND.items():
        if sum(block.get("type") == name for block in blocks) > most:
            yield Fault("too_many_items", f"only {most} {name} allowed", where, {"max_items": most})
    for name, most in _MOST_CHARACTERS.items():
        if sum(_characters(block) for block in blocks if block.get("type") == name) > most:
            told = f"must be less than {most + 1} characters over all {name} blocks"
            yield Fault("too_long", told, where, {"max_length": most})


def _characters(node: Any) -> int:
    if isinstance(node, dict):
        own = node.get("text")
        return (len(own) if isinstance(own, str) else 0) + sum(_characters(value) for value in node.values())
    return sum(_characters(one) for one in node) if isinstance(node, list) else 0
