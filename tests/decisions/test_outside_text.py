"""Text from outside loses what breaks stores and screens."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions.outside_text import clean


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Max\x00 Muster", "Max Muster"),
        ("two\r\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[31mred", "[31mred"),
        ("name\u202egnp.exe", "namegnp.exe"),
        ("\u2066a\u2069\u200eb\u200f\u061c", "ab"),
        ("lone \ud83d half", "lone  half"),
        ("👍 שלום Ünï", "👍 שלום Ünï"),
        ("\x85next\x9b", "next"),
    ],
)
def test_clean(text, kept):
    """Controls, lone surrogates and bidi controls go; every letter of every script stays."""
    assert clean(text, 100) == kept


def test_the_limit_counts_code_points():
    """The length is capped after cleaning, in code points."""
    assert clean("\x00" * 10 + "👍" * 10, 4) == "👍👍👍👍"


@given(st.text(st.characters(), max_size=200), st.integers(0, 50))
def test_clean_text_can_be_stored(text, limit):
    """Whatever comes, what is left is short enough, encodable, and clean already."""
    left = clean(text, limit)

    assert len(left) <= limit
    assert clean(left.encode().decode(), limit) == left
    assert all(unicodedata.category(character) not in ("Cc", "Cs") or character in "\n\t" for character in left)
