"""TOML that people write: read into a value of ours, or refused with the line that is wrong."""

import re
import tomllib
from itertools import pairwise
from typing import Final, TypeVar

import msgspec

from decisions.mendable import Mendable

T = TypeVar("T")


class BadFile(Mendable, ValueError):
    """What a file says cannot be used; the text names the line and what is wrong with it."""


def read_toml(text: str, kind: type[T]) -> T:
    """
    A TOML text as a value of `kind`, a msgspec Struct.

    Raises:
        BadFile
    """
    try:
        return msgspec.convert(tomllib.loads(text.removeprefix("\ufeff")), kind)
    except tomllib.TOMLDecodeError as error:
        raise BadFile(f"it is no TOML: {error}") from error
    except msgspec.ValidationError as error:
        told, _, path = str(error).partition(" - at `$")
        unknown = _UNKNOWN.search(told)
        where = f"{path.rstrip('`')}.{unknown['key']}" if unknown else path.rstrip("`")
        raise BadFile(f"line {line_of(text, where)}: {_key(where)}{_in_words(told)}") from error


_UNKNOWN: Final = re.compile(r"unknown field `(?P<key>[^`]*)`")
_STEP: Final = re.compile(r"\.(?P<key>[^.\[]+)|\[(?P<place>\d+)\]")


def line_of(text: str, path: str) -> int:
    """The line of what stands at a path like `.campaign[1].priority`; as near to it as can be told."""
    lines, line = text.splitlines(), 0
    steps = [(step["key"], step["place"]) for step in _STEP.finditer(path)]
    for (key, _), (_, place) in pairwise((*steps, (None, None))):
        if key:
            line = _next_line(lines, line, key, int(place or 0))
    return max(line, 1)


def _next_line(lines: list[str], after: int, key: str, place: int) -> int:
    """Of the lines behind `after`, the one that begins the table `key` of this place, or gives `key` a value."""
    tables = [number for number, line in enumerate(lines, 1) if re.match(rf"\s*\[\[\s*{re.escape(key)}\s*\]\]", line)]
    if place < len(tables):
        return tables[place]
    given = re.compile(rf"""\s*["']?{re.escape(key)}["']?\s*=""")
    return next((number for number, line in enumerate(lines, 1) if number > after and given.match(line)), after)


def _key(path: str) -> str:
    keys = [step["key"] for step in _STEP.finditer(path) if step["key"]]
    return f"{keys[-1]}: " if keys else ""


def _in_words(told: str) -> str:
    if _UNKNOWN.search(told):
        return "there is no such thing to say"
    if told.startswith("Object missing required field"):
        return f"it has no {told.split('`')[1]}"
    return told[:1].lower() + told[1:].replace("`", "")
