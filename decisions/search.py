"""Search: how texts are compared, and what a text must hold to be looked at."""

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Every:
    """A text must hold all of these."""

    parts: "tuple[Pattern, ...]"


@dataclass(frozen=True, slots=True)
class Either:
    """A text must hold one of these."""

    parts: "tuple[Pattern, ...]"


Pattern = str | Every | Either
"""What a text must hold; strings are plain, and parts are never empty."""


def plain(text: str) -> str:
    """`text` as it is compared: without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
