"""JSON as strangers send it: what is wrong with one part does not cost the others."""

import pytest

from webhooks.bodies import Unreadable, read_json, split_array

GOOD = {"objectId": 501}


def read_parts(body: bytes) -> list[object]:
    """The parts of an array, those that cannot be read as None."""
    read: list[object] = []
    for part in split_array(body):
        try:
            read.append(read_json(part))
        except Unreadable:
            read.append(None)
    return read


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        (b'[{"objectId":501},{"value":"\\ud83d"}]', [GOOD, None]),
        (b'[{"objectId":501},{"value":"a\x01b"}]', [GOOD, {"value": "a\x01b"}]),
        (b"[]", []),
        (b'[{"objectId":501},1,null]', [GOOD, 1, None]),
    ],
    ids=["half a surrogate", "control character", "empty", "no objects"],
)
def test_odd_part_costs_only_itself(body: bytes, parts: list[object]) -> None:
    """Whatever one part of an array holds, the others are read."""
    assert read_parts(body) == parts


@pytest.mark.parametrize("body", [b"{}", b"[", b"", b"\xff[1]", b"[" * 100_000, b"text", b"null"])
def test_what_is_no_array_is_named(body: bytes) -> None:
    """Anything but an array is refused by one name."""
    with pytest.raises(Unreadable):
        split_array(body)
