"""The description of the API (OpenAPI 3.1), made from its table and its shapes, and served."""

from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any, Final

import msgspec
from aiohttp import web

from webhooks.api.asking import HIGHEST_ID, JSON
from webhooks.api.serving import ApiEndpoint
from webhooks.api.shapes import Refusal
from webhooks.api.table import API
from webhooks.edge import EDGE

Json = dict[str, Any]

REFUSALS: Final = {
    400: "What was asked cannot be read",
    401: "No key, or a wrong one",
    403: "The key has not the scope, or there are no such numbers: they are off, or of too few people",
    404: "Nobody and nothing there",
    413: "More than 1 MB, or too many parts",
    415: "The body is of another type than JSON",
    429: "The key asked too often: `Retry-After` says when to come again",
    503: "The store does not answer: `Retry-After` says when to come again",
}
WITH_A_BODY_ONLY: Final = (415,)
PROBLEM: Final = "application/problem+json"
_REF: Final = "#/components/schemas/{name}"


async def serve_description(request: web.Request) -> web.Response:
    """The description as JSON; open, as it holds nobody's data."""
    described = describe(API, request.app[EDGE].public_url)
    return web.Response(body=msgspec.json.encode(described), content_type=JSON)


def describe(api: Iterable[ApiEndpoint], public_url: str) -> Json:
    """The OpenAPI 3.1 document of these endpoints, which are served below `public_url`."""
    endpoints = tuple(api)
    kinds = [Refusal, *(each for one in endpoints for each in (one.query, one.body, one.answer) if each)]
    schemas, components = msgspec.json.schema_components(kinds, ref_template=_REF)
    schema_of = dict(zip(map(str, kinds), schemas, strict=True))
    queries = {_name(one.query) for one in endpoints}
    paths: Json = {}
    for one in endpoints:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, schema_of, components)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Footlight", "version": version("footlight"), "description": _ABOUT},
        "servers": [{"url": public_url}],
        "paths": paths,
        "components": {
            "schemas": {name: schema for name, schema in components.items() if name not in queries},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": _KEYS}},
        },
    }


_ABOUT: Final = (
    "What Footlight knows, for programs. No address stands in a URL; who opted out or was erased appears nowhere. "
    "Moments are ISO 8601 with offset, answered in UTC."
)
_KEYS: Final = "A key of `footlight keys create`, or FOOTLIGHT_API_KEY, which has all scopes"


def _operation(one: ApiEndpoint, schema_of: Mapping[str, Json], components: Mapping[str, Json]) -> Json:
    operation: Json = {
        "operationId": one.path.removeprefix("/api/").replace("/", "_").replace("-", "_").replace("{id}", "by_id"),
        "summary": one.what_for,
        "description": f"Scope: `{one.scope.value}`",
        "security": [{"key": [one.scope.value]}],
        "parameters": _parameters(one, components[_name(one.query)]),
        "responses": _responses(one, schema_of),
    }
    if one.body is not None:
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": schema_of[str(one.body)]}}}
    return operation


def _parameters(one: ApiEndpoint, query: Json) -> list[Json]:
    found: list[Json] = []
    if one.has_id:
        whole = {"type": "integer", "minimum": 1, "maximum": HIGHEST_ID}
        found.append({"name": "id", "in": "path", "required": True, "schema": whole})
    for name, schema in query.get("properties", {}).items():
        found.append({"name": name, "in": "query", "required": False, "schema": schema})
    return found


def _responses(one: ApiEndpoint, schema_of: Mapping[str, Json]) -> Json:
    refusal = {PROBLEM: {"schema": schema_of[str(Refusal)]}}
    told = {status: words for status, words in REFUSALS.items() if one.body or status not in WITH_A_BODY_ONLY}
    answers: Json = {
        "200": {"description": one.what_for, "content": {JSON: {"schema": schema_of[str(one.answer)]}}},
        **{str(status): {"description": words, "content": dict(refusal)} for status, words in told.items()},
    }
    # A line of more than 8,190 octets is no HTTP to aiohttp, whose own refusal is plain text.
    answers["400"]["content"]["text/plain"] = {"schema": {"type": "string"}}
    return answers


def _name(kind: Any) -> str:
    return str(kind.__name__)
