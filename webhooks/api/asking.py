"""What a caller of the API asks, as a value of the type that the endpoint reads, or what is wrong with it."""

import re
from collections.abc import Hashable
from functools import cache
from typing import Any, Final, TypeVar, cast

import msgspec
from aiohttp import web

from webhooks.bodies import Unreadable, read_json
from webhooks.problems import Problem, malformed

T = TypeVar("T")

HIGHEST_ID: Final = 2**63 - 1
JSON: Final = "application/json"
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_WHOLE: Final = re.compile(r"-?[0-9]{1,20}")
_ID: Final = re.compile(r"[1-9][0-9]{0,18}")
_PLACE: Final = re.compile(r" - at `\$\.?(.*)`\Z")


def read_query(request: web.Request, kind: type[T]) -> T:
    """
    The query of the address.

    Raises:
        Problem: 400 for an unknown, repeated or unreadable parameter.
    """
    query = request.query
    names = set(query)
    if len(names) < len(query):
        raise malformed("A parameter stands there twice.")
    if any(_CONTROL.search(value) for value in query.values()):
        raise malformed("A parameter holds a control character, or what is no UTF-8.")
    whole = _whole_numbers(cast(Hashable, kind))
    asked = {name: int(text) if name in whole and _WHOLE.fullmatch(text) else text for name, text in query.items()}
    try:
        return msgspec.convert(asked, kind)
    except msgspec.ValidationError as error:
        raise malformed(_told(error, kind)) from error


def read_body(body: bytes, request: web.Request, kind: type[T]) -> T:
    """
    Raises:
        Problem: 415 for another type than JSON, 400 for what is no JSON of this shape.
    """
    if request.content_type != JSON:
        raise Problem(415, "content type", f"Send the body as {JSON}.")
    try:
        return msgspec.convert(_with_whole_numbers(read_json(body)), kind)
    except msgspec.ValidationError as error:
        raise malformed(_told(error, kind)) from error
    except Unreadable as error:
        raise malformed("The body is no JSON that can be read.") from error


def _with_whole_numbers(value: Any) -> Any:
    """For JSON Schema, 20.0 is a whole number."""
    if not isinstance(value, dict):
        return value
    return {name: int(one) if isinstance(one, float) and one.is_integer() else one for name, one in value.items()}


@cache
def _whole_numbers(kind: Any) -> frozenset[str]:
    """The fields of a type that are whole numbers."""
    _, components = msgspec.json.schema_components([kind])
    fields = components[kind.__name__].get("properties", {})
    return frozenset(name for name, schema in fields.items() if schema.get("type") == "integer")


def read_id(request: web.Request) -> int:
    """
    The id in the path.

    Raises:
        Problem: 400 for what can be none.
    """
    text = request.match_info["id"]
    if not _ID.fullmatch(text) or int(text) > HIGHEST_ID:
        raise malformed(f"An id is a whole number from 1 to {HIGHEST_ID}.")
    return int(text)


def _told(error: msgspec.ValidationError, kind: Any) -> str:
    """What is wrong, and where; never what was sent."""
    text = str(error)
    place = _PLACE.search(text)
    where = f"{place.group(1)}: " if place and place.group(1) else ""
    wrong = text[: place.start()] if place else text
    if wrong.startswith("Object contains unknown field"):
        wrong = f"Known are {', '.join(_names(kind)) or 'no fields'}, and nothing else"
    elif wrong.startswith("Invalid enum value"):
        wrong = "It is none of the words that may stand there"
    return f"{where}{wrong}."


def _names(kind: Any) -> list[str]:
    return [field.encode_name for field in msgspec.structs.fields(kind)]
