"""One call of the API as a handler sees it: path, query and body, read as strictly as HubSpot reads them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from aiohttp import web
from multidict import MultiMapping

from sandbox.hubspot.crm import Crm
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.records import OBJECT_TYPES, ObjectType
from sandbox.hubspot.refusals import Json, invalid, missing_fields, not_found


@dataclass(frozen=True)
class Answer:
    body: Json | None
    status: int = 200


@dataclass(frozen=True)
class Call:
    """`dated`: whether the path is of the dated family."""

    hubspot: Portal
    path: web.UrlMappingMatchInfo
    query: MultiMapping[str]
    raw_body: bytes
    dated: bool

    @property
    def crm(self) -> Crm:
        return self.hubspot.crm

    def body(self, *required: str) -> Json:
        """Raises: Refused (400), if it is no JSON object or lacks one of the required fields."""
        parsed = self.json()
        if not isinstance(parsed, dict):
            raise invalid("Invalid input JSON on line 1, column 1: Cannot deserialize the request body")
        if missing := [name for name in required if parsed.get(name) is None]:
            raise missing_fields(missing)
        return parsed

    def json(self) -> Any:
        try:
            return json.loads(self.raw_body)
        except ValueError as error:
            raise invalid(f"Invalid input JSON on line 1, column 1: {error}") from error

    def inputs(self, body: Json, most: int) -> list[Json]:
        """The inputs of a batch: 1 to `most` objects. Raises: Refused (400)."""
        inputs = body["inputs"]
        if not isinstance(inputs, list) or not all(isinstance(each, dict) and "id" in each for each in inputs):
            raise missing_fields(["inputs[].id"])
        if not inputs:
            raise invalid("The list of inputs must not be empty")
        if len(inputs) > most:
            raise invalid(
                f"The maximum number of inputs supported in a batch request is {most}. Received: {len(inputs)}"
            )
        if not all(isinstance(each["id"], str) for each in inputs):
            raise invalid("Invalid input JSON on line 1, column 1: Cannot deserialize value of type `String` for id")
        return inputs

    def flag(self, name: str) -> bool:
        value = self.query.get(name, "false")
        if value not in ("true", "false"):
            raise invalid(f"Unable to infer value of query parameter {name}: {value}")
        return value == "true"

    def limit(self, default: int, most: int) -> int:
        value = self.query.get("limit", str(default))
        if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= most:
            raise invalid(f"Invalid value for limit: {value}. It must be between 1 and {most}")
        return int(value)

    def object_type(self, name: str) -> ObjectType:
        """Raises: Refused (400)."""
        spelled = self.path[name]
        if spelled not in OBJECT_TYPES:
            raise invalid(f"Unable to infer object type from: {spelled}")
        return OBJECT_TYPES[spelled]

    def number(self, name: str) -> int:
        """Raises: Refused (404), since no id is anything but digits."""
        return as_id(self.path[name])


def as_id(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise not_found()
    return int(text)


def string_list(body: Json, name: str) -> Sequence[str]:
    value = body.get(name) or []
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise invalid(f"Invalid input JSON on line 1, column 1: {name} must be a list of strings")
    return value


def encode(answer: Answer) -> bytes:
    return b"" if answer.body is None else msgspec.json.encode(answer.body)
