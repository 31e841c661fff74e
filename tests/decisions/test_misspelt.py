"""Which names were meant."""

import pytest

from decisions.misspelt import Asked, patterns, rank
from decisions.search import Either, Every, Pattern, plain

PEOPLE = (
    (1, "max mustermann max.mustermann@firma.de"),
    (2, "anna schmidt anna.schmidt@firma.de"),
    (3, "otto muller o.mueller@muller-kva.example"),
    (4, "søren kierkegaard soren@firma.de"),
    (5, ""),
    (6, "lars meier lars.meier@else.example"),
    (7, "info@firma.de"),
)


def found(query: str, limit: int = 5) -> tuple[int, ...]:
    return rank(Asked.of(query), PEOPLE, limit)


def holds(text: str, pattern: Pattern) -> bool:
    match pattern:
        case Every(parts):
            return all(holds(text, part) for part in parts)
        case Either(parts):
            return any(holds(text, part) for part in parts)
        case str():
            return pattern in text


MEANT = [
    ("max musterman", 1),
    ("Maxx Musterman", 1),
    ("Mustermenn Maks", 1),
    ("mustremann", 1),
    ("m mustremann", 1),
    ("maxx@firma.de", 1),
    ("max.musterman@firma.de", 1),
    ("max.mustermann@frima.de", 1),
    ("max.mustermann@else.example", 1),
    ("ana schmitt", 2),
    ("Muler", 3),
    ("Mueler", 3),
    ("kirkegard", 4),
    ("maier", 6),
    ("infos@firma.de", 7),
]


@pytest.mark.parametrize(("query", "meant"), MEANT)
def test_the_best_comes_first(query: str, meant: int) -> None:
    """A name with an error in any word, in any order and case, finds its person first and once."""
    assert found(query)[0] == meant


@pytest.mark.parametrize(("query", "meant"), MEANT)
def test_who_is_meant_is_looked_at(query: str, meant: int) -> None:
    """Whoever is meant holds what is looked for, at the latest when the other words are taken for right."""
    assert any(holds(dict(PEOPLE)[meant], pattern) for pattern in patterns(Asked.of(query)))


@pytest.mark.parametrize(
    "query",
    ["", "xyzzy", "\x00", "🎉", "erika@firma.de", "max schmidt", "info@nowhere.example", "anna@else.example"],
)
def test_nobody(query: str) -> None:
    """To share a domain, or one of two names, or a box that everybody has, is not to be alike."""
    assert found(query) == ()


def test_the_limit() -> None:
    """No more are given than were asked for."""
    assert len(rank(Asked.of("max"), [(number, f"max {number}") for number in range(20)], 3)) == 3


def test_any_number_of_words() -> None:
    """What is looked for stays small, however much was pasted."""
    asked = Asked.of(plain("Lorem ipsum dolor sit amet " * 50))

    assert len(asked.names) == 5
    assert len(str(patterns(asked))) < 5_000
