"""Verbs that are imported when somebody calls them, as each needs other parts of Footlight, and all a second."""

import signal
import threading
from collections import UserDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import typer
import typer.main
from typer.core import TyperGroup


def verbs_at(places: Mapping[str, str]) -> type[TyperGroup]:
    """
    A group with verbs, and families of verbs, that stand elsewhere, beside those that it has by itself.

    Args:
        places: by the verb's name, `module:name` of its function or family.
    """

    class Verbs(TyperGroup):
        def __init__(self, **more: Any) -> None:
            super().__init__(**more)
            self.commands = _WhenCalled({**self.commands, **places})

    return Verbs


class _WhenCalled(UserDict[str, Any]):
    """Commands by their names; one that is a place yet is imported when it is looked up."""

    def __getitem__(self, name: str) -> Any:
        found = self.data[name]
        if isinstance(found, str):
            module, _, attribute = found.partition(":")
            with _ctrl_c_ends():
                verb = getattr(import_module(module), attribute)
            found = self.data[name] = _command(name, verb)
        return found


@contextmanager
def _ctrl_c_ends() -> Iterator[None]:
    """Let Ctrl-C end the process without a word while Python imports, as no work has begun."""
    if threading.current_thread() is not threading.main_thread():  # which alone hears of it
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _command(name: str, verb: Any) -> Any:
    if isinstance(verb, typer.Typer):
        return typer.main.get_group(verb)
    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    alone.command(name)(verb)
    return typer.main.get_command(alone)
