"""Addresses as they are typed or pasted: whatever stands between them, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions.typed_addresses import read_addresses


@pytest.mark.parametrize(
    ("text", "emails", "bad"),
    [
        ("", (), ()),
        ("A@firma.de, b@firma.de;c@firma.de\nd@firma.de\te@firma.de|a@FIRMA.de", "abcde", ()),
        ('"Muster, Max" <a@firma.de>; Eva Muster <b@firma.de>, mailto:c@firma.de', "abc", ()),
        ("Eva &lt;a@firma.de&gt;; b@firma.de", "ab", ()),
        ("a@firma.de, nobody @here firma.de nobody", "a", ("nobody", "@here", "firma.de")),
        ("<a@firma.de> <b@firma.de> <>", "ab", ()),
    ],
)
def test_what_is_typed(text: str, emails: str, bad: tuple[str, ...]) -> None:
    """Each address is taken once, in its order; what is none is given back as it was typed."""
    typed = read_addresses(text)

    assert (typed.emails, typed.bad) == (tuple(f"{one}@firma.de" for one in emails), bad)


@given(st.text())
def test_any_text(text: str) -> None:
    """No text is too odd."""
    read_addresses(text)
