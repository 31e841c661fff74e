"""Addresses as people type or paste them into a field: which there are, and what is none."""

import re
from dataclasses import dataclass
from typing import Final

from decisions.addresses import NotAnAddress, normalise

# A name before an address in angle brackets, and one in quotation marks, which may hold a comma.
_QUOTED: Final = re.compile(r'"[^"\r\n]*"(?=\s*<)')
_NAMED: Final = re.compile(r"[^<>,;|\t\r\n]*<([^<>]*)>")
# What Slack escapes.
_ESCAPES: Final = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_SEPARATORS: Final = re.compile(r"[\s,;|]+")


@dataclass(frozen=True, slots=True)
class TypedAddresses:
    """The addresses, normalised, and what is none, as it was typed: each once, in their order."""

    emails: tuple[str, ...]
    bad: tuple[str, ...]


def read_addresses(text: str) -> TypedAddresses:
    """Whom a text names, between spaces, lines, commas, semicolons, tabs or bars; `Max <max@firma.de>` is one."""
    for escaped, character in _ESCAPES.items():
        text = text.replace(escaped, character)
    bare = _NAMED.sub(r",\1,", _QUOTED.sub(" ", text))
    emails: dict[str, None] = {}
    bad: dict[str, None] = {}
    for written in filter(None, _SEPARATORS.split(bare)):
        try:
            emails[normalise(re.sub(r"\Amailto:", "", written, flags=re.IGNORECASE))] = None
        except NotAnAddress:
            bad[written] = None
    return TypedAddresses(tuple(emails), tuple(bad))
