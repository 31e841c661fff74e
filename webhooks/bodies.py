"""JSON as strangers send it: whatever is wrong with it has one name."""

import json
from typing import Any, Final

import msgspec

_PARTS: Final = msgspec.json.Decoder(list[msgspec.Raw])


class Unreadable(ValueError):
    """No JSON of this shape, or none that a computer should read: not UTF-8, nested too deeply, a number too long."""


def read_json(data: bytes | msgspec.Raw) -> Any:
    """
    Raises:
        Unreadable
    """
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable("it is no JSON that can be read") from error


def split_array(body: bytes) -> list[msgspec.Raw]:
    """
    The parts of a JSON array, each still to be read, so that a bad one does not cost the others.

    Raises:
        Unreadable: if it is no array.
    """
    try:
        return _PARTS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _split_with_patience(body)


def _split_with_patience(body: bytes) -> list[msgspec.Raw]:
    """Half a surrogate or a bare control character spoils its own part, not the array."""
    try:
        parts = json.loads(body.decode(), strict=False)
    except (ValueError, RecursionError) as error:
        raise Unreadable("it is no JSON array that can be read") from error
    if not isinstance(parts, list):
        raise Unreadable("it is no JSON array")
    return [msgspec.Raw(json.dumps(part).encode()) for part in parts]
