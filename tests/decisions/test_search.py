"""Which names were meant."""

import pytest

from decisions.search import rank

PEOPLE = (
    (1, "Max Mustermann"),
    (1, "max.mustermann@firma.de"),
    (2, "Anna Schmidt"),
    (3, "Otto Müller"),
    (4, "Søren Kierkegaard"),
    (5, ""),
)


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("max mustermann", 1),
        ("Mustermenn Maks", 1),
        ("max.musterman@firma.de", 1),
        ("ana schmitt", 2),
        ("MULLER", 3),
        ("Mueller", 3),
        ("kirkegard", 4),
    ],
)
def test_the_best_comes_first(query, meant):
    """A misspelt name, in any order and case, with or without accents, finds its person first and once."""
    found = rank(query, PEOPLE)

    assert found[0] == meant
    assert len(found) == len(set(found))


@pytest.mark.parametrize("query", ["", "xyzzy", "\x00", "🎉"])
def test_nobody(query):
    """What is like no name finds nobody."""
    assert rank(query, PEOPLE) == ()


def test_the_limit():
    """No more are given than were asked for."""
    assert len(rank("max", [(number, f"Max {number}") for number in range(20)], limit=3)) == 3
