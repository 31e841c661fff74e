"""Misspelt: whom words with typing errors may mean, by which pieces to look for them, and who is like them enough."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from rapidfuzz.distance import OSA

from decisions.search import Either, Every, Pattern, plain

PIECE: Final = 3
MOST_PIECES: Final = 4
MOST_WORDS: Final = 5
_BETWEEN_NAMES: Final = re.compile(r"[._+\-']+")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed, taken apart: names, and the domain where it was an address."""

    names: tuple[str, ...]
    domain: str = ""

    @classmethod
    def of(cls, text: str) -> "Asked":
        """Of at most five words; the local part of an address is taken for names."""
        local, at, domain = plain(text).strip().rpartition("@")
        if not at or " " in domain:
            return cls(tuple(plain(text).split()[:MOST_WORDS]))
        return cls(tuple(name for name in _BETWEEN_NAMES.split(local) if name)[:MOST_WORDS], domain)


def patterns(asked: Asked) -> tuple[Pattern, ...]:
    """What to look for, the strictest first: each finds more of those who may be meant, and costs more."""
    domain = asked.domain.partition(".")[0]
    words = [word for word in (*asked.names, domain) if len(word) >= PIECE]
    if not words:
        return ()
    most, some = [_most(word) for word in words], [Either(_pieces(word)) for word in words]
    found: list[Pattern] = [Every(tuple(most)), Every(tuple(some))]
    if len(words) > 1:  # of which one may be wrong beyond recognition
        found += [_all_but_one(words), _all_but_one(most)]
    return tuple(dict.fromkeys(found))


def rank(asked: Asked, candidates: Iterable[tuple[int, str]], limit: int = 5) -> tuple[int, ...]:
    """
    The ids of those who are like what was asked, by their plain search texts (names, then addresses); the likest first.

    Each word must have a counterpart, in any order: to share a domain, or one of two names, is not to be alike.
    """
    found = [(-likeness, text, id_) for id_, text in candidates if (likeness := _likeness(asked, text))]
    return tuple(dict.fromkeys(id_ for *_, id_ in sorted(found)))[:limit]


def _likeness(asked: Asked, text: str) -> float:
    """From 0, not alike, to 1."""
    names, domains = _words_of(text)
    if not asked.names or not names:
        return 0
    each = [max(_alike(word, one) for one in names) for word in asked.names]
    if not all(each):
        return 0
    of_domain = max((_alike(asked.domain, one) for one in domains), default=0)
    if asked.domain and not of_domain and sum(len(word) >= PIECE for word in asked.names) < 2:
        return 0  # anna@ may be anybody elsewhere, anna.becker@ is probably the same one
    weights = [len(word) for word in asked.names]
    likeness = sum(one * weight for one, weight in zip(each, weights, strict=True)) / sum(weights)
    return (likeness + of_domain) / 2 if asked.domain else likeness


def _words_of(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The words by which somebody may be meant, and the domains of their addresses."""
    names, domains = set(), set()
    for word in text.split():
        local, at, domain = word.rpartition("@")
        if at:
            names |= {local, *_BETWEEN_NAMES.split(local), domain, *domain.split(".")[:-1]}
        names |= set() if at else {word, *_BETWEEN_NAMES.split(word)}
        domains |= {domain} if at else set()
    return frozenset(names - {""}), frozenset(domains)


def _alike(word: str, other: str) -> float:
    """
    How like two words are, 0 when they are not.

    An error is a letter too few, too many, wrong, or two swapped: one in three letters, two in four to eight (in short
    words behind a right first letter: Meyer, Maier), three in longer ones. A begin or a part may stand for the whole.
    """
    if other.startswith(word) or (len(word) >= PIECE and word in other):
        return max(len(word) / len(other), 0.5)
    errors = OSA.distance(word, other, score_cutoff=3)
    allowed = (len(word) >= PIECE) + (len(word) > PIECE) + (len(word) > 8)
    if errors > allowed or errors >= len(other) or (errors > 1 and len(word) < 6 and word[0] != other[:1]):
        return 0
    return 1 - errors / max(len(word), len(other))


def _most(word: str) -> Pattern:
    return _all_but_one(_pieces(word))


def _all_but_one(parts: Sequence[Pattern]) -> Pattern:
    return Either(tuple(Every(some) for some in combinations(parts, max(len(parts) - 1, 1))))


def _pieces(word: str) -> tuple[str, ...]:
    """Of three letters or more; an error spoils one or two of them."""
    if len(word) < 3 * PIECE:
        last = len(word) - PIECE
        begins = range(last + 1) if last < PIECE else (0, last // 2, last)
        return tuple(dict.fromkeys(word[begin : begin + PIECE] for begin in begins))
    number = min(len(word) // PIECE, MOST_PIECES)
    cuts = [len(word) * place // number for place in range(number + 1)]
    return tuple(word[cuts[place] : cuts[place + 1]] for place in range(number))
