"""Sealed bytes open for their purpose, with any of the keys, unchanged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions.sealing import CannotOpen, Keys, NoKey, open_bytes, seal_bytes

KEYS = Keys.parse("newest, older ,oldest")


@pytest.mark.parametrize("text", ["", " ", ",", " , "])
def test_no_key(text):
    """Without a key there is an error that says what to do."""
    with pytest.raises(NoKey, match="FOOTLIGHT_SECRET_KEY"):
        Keys.parse(text)


def test_keys_are_not_shown():
    """A key does not show when its holder is printed."""
    assert "newest" not in repr(KEYS)


@given(st.binary(max_size=500), st.text(max_size=20), st.binary(max_size=20))
def test_round_trip(data, purpose, bound_to):
    """What was sealed comes back, also with a key that is the newest no more."""
    sealed = seal_bytes(KEYS, data, purpose, bound_to=bound_to)
    rotated = Keys.parse("next,newest")

    assert open_bytes(KEYS, sealed, purpose, bound_to=bound_to) == data
    assert open_bytes(rotated, sealed, purpose, bound_to=bound_to) == data


@given(st.binary(max_size=100), st.data())
def test_a_flipped_bit_never_opens(data, drawn):
    """Sealed bytes with any change open no more."""
    sealed = bytearray(seal_bytes(KEYS, data, "test"))
    sealed[drawn.draw(st.integers(0, len(sealed) - 1))] ^= 1 << drawn.draw(st.integers(0, 7))

    with pytest.raises(CannotOpen):
        open_bytes(KEYS, bytes(sealed), "test")


@pytest.mark.parametrize(
    ("keys", "purpose", "bound_to"),
    [(Keys.parse("other"), "test", b"7"), (KEYS, "another", b"7"), (KEYS, "test", b"8"), (KEYS, "test", b"")],
)
def test_what_it_was_not_sealed_for(keys, purpose, bound_to):
    """Another key, another purpose or another binding opens nothing."""
    sealed = seal_bytes(KEYS, b"data", "test", bound_to=b"7")

    with pytest.raises(CannotOpen):
        open_bytes(keys, sealed, purpose, bound_to=bound_to)


@pytest.mark.parametrize("sealed", [b"", b"short", b"x" * 12, b"x" * 27])
def test_too_short(sealed):
    """What is too short to be sealed is refused like anything else."""
    with pytest.raises(CannotOpen):
        open_bytes(KEYS, sealed, "test")


def test_the_nonce_is_handed_in():
    """With a given nonce the result can be foretold."""
    assert seal_bytes(KEYS, b"data", "test", new_nonce=bytes) == seal_bytes(KEYS, b"data", "test", new_nonce=bytes)
