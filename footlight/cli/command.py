"""What every command needs: the settings, the store opened and closed again, and the clock."""

import logging
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

import typer

from decisions.mendable import Mendable
from footlight.cli.printing import tell_times_in
from footlight.cli.verbs import verbs_at
from footlight.logging import set_up_logging
from footlight.opening import Opened, open_all
from footlight.settings import Settings, read_settings
from jobs.hubspot.connections import Connections
from storage import Store, portal
from storage.opt_outs import Hasher

ACTOR = "cli"


class NoStore(Mendable):
    """Begin with `footlight run`; `footlight demo` shows all at work. FOOTLIGHT_DATABASE_URL names one elsewhere."""


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Footlight:
    """An opened Footlight, for one command."""

    settings: Settings
    opened: Opened
    now: Callable[[], datetime] = field(default=utc_now)

    @property
    def store(self) -> Store:
        return self.opened.store

    @property
    def hasher(self) -> Hasher:
        return self.opened.known_hasher

    @property
    def zone(self) -> ZoneInfo:
        """For times without offset and for all that is told to people."""
        return self.store.read_now(portal.zone, self.settings.footlight_timezone)


def log_errors_only(secrets: Iterable[str] = ()) -> None:
    """A command tells by itself what it did; its output is for nothing else, least of all where it is JSON."""
    set_up_logging(level=logging.ERROR, secrets=secrets)


@contextmanager
def opened() -> Iterator[Footlight]:
    """Open what a command needs, and close it at its end."""
    settings = read_settings()
    log_errors_only(settings.secrets)
    opened = open_all(settings)
    try:
        footlight = Footlight(settings, opened)
        tell_times_in(footlight.zone)
        with interruptible(opened.connections):
            yield footlight
    finally:
        opened.store.close_now()


@contextmanager
def opened_to_read() -> Iterator[Footlight]:
    """
    As `opened`, for a command that only looks.

    Raises:
        NoStore: rather than making one.
    """
    settings = read_settings()
    file = Path(settings.footlight_database_url.removeprefix("sqlite:///"))
    if settings.is_sqlite and not file.exists():
        raise NoStore(f"there is no store at {file.absolute()} yet. {NoStore.__doc__}")
    with opened() as footlight:
        yield footlight


@contextmanager
def interruptible(connections: Connections) -> Iterator[None]:
    """Let Ctrl-C end the block at once: Python would wait for threads that wait for HubSpot."""

    def interrupt(*_: object) -> None:
        connections.cut()
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():  # which alone hears of it
        yield
        return
    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def command_group(name: str, help_: str, elsewhere: Mapping[str, str] = MappingProxyType({})) -> typer.Typer:
    """
    A family of commands.

    Args:
        elsewhere: its verbs that are imported when they are called, by name, each as `module:function`.
    """
    return typer.Typer(name=name, cls=verbs_at(elsewhere), help=help_, no_args_is_help=True, rich_markup_mode=None)
