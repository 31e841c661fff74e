"""How commands print: tables for people, JSON for programs, errors to stderr."""

import dataclasses
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from enum import Enum
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

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
    """Rows under headings; `empty` is said when there are none."""
    table = Table(*headings, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*(_cell(cell) for cell in row))
    if table.row_count:
        console.print(table)
    else:
        console.print(empty)


def _cell(value: object) -> str:
    text = told(value) if isinstance(value, datetime) else "—" if value in (None, "", ()) else str(value)
    return text.replace("[", r"\[")
