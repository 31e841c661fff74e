"""What the verbs of `footlight simulate` share: their family, the file they read, since when, and the progress."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from decisions.toml_file import BadFile
from footlight.cli.command import Footlight, command_group
from footlight.cli.printing import complaints
from footlight.cli.typed_moment import typed_moment

simulate = command_group(
    "simulate",
    "What past clicks and views would have been, before a change goes live.",
    {"clicks": "footlight.cli.simulate_clicks:clicks", "views": "footlight.cli.simulate_views:views"},
)

# What is not told otherwise: agents are kept for so long.
PAST: Final = timedelta(days=30)
LARGEST_FILE: Final = 1_000_000
Since = Annotated[str | None, typer.Option(help="From when on, ISO 8601; default: 30 days ago.")]


def read_text(file: Path) -> str:
    """
    What a small file says.

    Raises:
        BadFile: it cannot be read.
    """
    try:
        with file.open("rb") as opened:
            octets = opened.read(LARGEST_FILE + 1)
        if len(octets) > LARGEST_FILE:
            raise BadFile(f"{file} has more than {LARGEST_FILE:,} bytes")
        return octets.decode()
    except OSError as error:
        raise BadFile(f"{file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadFile(f"{file} is no text in UTF-8") from error


def begin_of(footlight: Footlight, since: str | None) -> datetime:
    """From when on the past is looked at."""
    return typed_moment(since, footlight.zone) if since else footlight.now() - PAST


@contextmanager
def progress(what: str, total: int, *, hidden: bool) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, while something runs; to be told of each step how far it went."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=complaints, transient=True, disable=hidden) as bar:
        task = bar.add_task(what, total=total)
        yield lambda steps: bar.update(task, advance=steps)
