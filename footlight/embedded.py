"""The embedded store is one process's, and so is a demo's folder: a second one is told who runs."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from decisions.mendable import Mendable
from footlight.settings import cannot_keep


class AlreadyRuns(Mendable):
    """Another Footlight runs on this data. Stop it first; other commands may run beside it."""


@contextmanager
def only_one(database_url: str, doing: str = "starting") -> Iterator[Callable[[str | None], None]]:
    """
    Hold the database for this process, as long as the block runs.

    Whoever comes second is told what this process is `doing`, or where it answers, once what this gives was told that.

    Raises:
        AlreadyRuns: with process id and address of the other.
        BadSettings: where nothing can be written.
    """
    path = Path(database_url.removeprefix("sqlite:///"))
    with _opened(path.with_name(path.name + ".run")) as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.seek(0)
            raise AlreadyRuns(f"{AlreadyRuns.__doc__} It is {held.read().strip() or 'starting'}.") from None

        def tell(what: str) -> None:
            held.truncate(0)
            held.write(f"process {os.getpid()}{what}")
            held.flush()

        tell(f", {doing}")
        yield lambda address: tell(f" at {address}")


def _opened(path: Path) -> TextIO:
    try:
        return path.open("a+", encoding="utf-8")
    except OSError as error:
        raise cannot_keep(path.parent, error) from error
