"""JSON as strangers send it: whatever is wrong with it has one name."""

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
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable("it is no JSON array that can be read") from error
