"""Which names were meant by a misspelt one."""

import unicodedata
from collections.abc import Iterable
from typing import Final

from rapidfuzz import fuzz, process

# "mayer" and "meier" have 60, "mueller" and "Otto Müller" 83; unrelated names stay below 55.
ALIKE: Final = 60


def rank(query: str, candidates: Iterable[tuple[int, str]], limit: int = 5) -> tuple[int, ...]:
    """
    The ids of the candidates (id, text) whose text is most like `query`, best first, each once.

    Order of words, case and accents do not count. An id may come with several texts: name, address, company.
    """
    texts = tuple(candidates)
    found = process.extract(
        query, [text for _, text in texts], scorer=fuzz.WRatio, processor=plain, score_cutoff=ALIKE, limit=None
    )
    best = dict.fromkeys(texts[index][0] for _, _, index in found)
    return tuple(best)[:limit]


def plain(text: str) -> str:
    """`text` as it is compared: without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
