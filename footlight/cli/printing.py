"""How commands print: tables for people, JSON for programs, errors to stderr."""

import dataclasses
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from enum import Enum
from typing import Annotated, Any, Final

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

UNLIMITED: Final = 10_000
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

console = Console(highlight=False)
complaints = Console(stderr=True, highlight=False)


def print_json(value: Any) -> None:
    """JSON with times as ISO 8601 in UTC, and the fields of dataclasses by name."""
    json.dump(value, sys.stdout, default=_plain, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return told_exactly(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def told_exactly(moment: datetime | None) -> str | None:
    """ISO 8601 with a Z."""
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


class _Clock:
    zone: tzinfo = UTC


def tell_times_in(zone: tzinfo) -> None:
    """From now on, this command tells moments to people in this zone; JSON is always UTC."""
    _Clock.zone = zone


def told(moment: datetime | None) -> str:
    """A moment for people, with its zone: that of the settings, never this machine's."""
    return "—" if moment is None else moment.astimezone(_Clock.zone).strftime("%Y-%m-%d %H:%M %Z")


def print_table(headings: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """Rows under headings, no word of which is cut however narrow the terminal is; `empty` where there are none."""
    table, cells = Table(box=None, header_style="bold", pad_edge=False), [[_cell(cell) for cell in row] for row in rows]
    for place, heading in enumerate(headings):
        texts = [heading, *(row[place] for row in cells)]
        longest_word = max((cell_len(word) for text in texts for word in text.split()), default=0)
        table.add_column(heading, min_width=longest_word, no_wrap=longest_word == max(map(cell_len, texts)))
    for row in cells:
        table.add_row(*row)
    if cells:
        table.width = _width(table)
        console.print(table, crop=False)
    else:
        console.print(empty)


def _width(table: Table) -> int:
    """As wide as the rows need; on a terminal no wider than that, unless words are longer."""
    needed = Measurement.get(console, console.options.update(width=UNLIMITED), table)
    return min(needed.maximum, max(console.width, needed.minimum)) if console.is_terminal else needed.maximum


def _cell(value: object) -> str:
    text = told(value) if isinstance(value, datetime) else "—" if value in (None, "", ()) else str(value)
    return text.replace("[", r"\[")
