"""The page at `/api/docs`: the description of the API for people, without script or anything from elsewhere."""

from collections.abc import Iterable, Mapping
from functools import cache
from html import escape
from typing import Any, Final

import msgspec
from aiohttp import web

from webhooks.api.description import Json, describe
from webhooks.api.table import API
from webhooks.edge import EDGE

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_STYLE: Final = """
body{font:16px/1.5 system-ui,sans-serif;max-width:54em;margin:2em auto;padding:0 1em;color:#1d1c1d;background:#fff}
h2{margin-top:2.5em;border-top:1px solid #ddd;padding-top:1em;font-size:1.15em}h3{font-size:1em}
code,pre{font:14px/1.45 ui-monospace,monospace;background:#f4f4f4;border-radius:4px}code{padding:.1em .3em}
pre{padding:.8em;overflow:auto}table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.3em .8em .3em 0;border-bottom:1px solid #eee;overflow-wrap:anywhere}
"""
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Footlight: the API</title><style>{style}</style></head>
<body><main><h1>Footlight: the API</h1><p>{about}</p>
<p>Every request bears a key: <code>Authorization: Bearer KEY</code>. <code>footlight keys create NAME</code> makes one.
For programs this description is at <a href="openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
<nav aria-label="Endpoints"><ul>{contents}</ul></nav>{endpoints}
<h2 id="refusals">Refusals</h2><p>Problem details (RFC 9457), <code>application/problem+json</code>:</p>{refusals}
</main></body></html>
"""


async def show_docs(request: web.Request) -> web.Response:
    """The page; open, as it holds nobody's data."""
    return web.Response(text=_page(request.app[EDGE].public_url), content_type="text/html", headers=HEADERS)


@cache
def _page(public_url: str) -> str:
    described = describe(API, public_url)
    operations = [
        (method.upper(), path, operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]
    contents = (f'<li><a href="#{op["operationId"]}">{method} {path}</a></li>' for method, path, op in operations)
    sections = (_section(method, path, operation, described) for method, path, operation in operations)
    refusals = ((status, words["description"]) for status, words in _refusals(operations).items())
    return _PAGE.format(
        style=_STYLE,
        about=escape(described["info"]["description"]),
        contents="".join(contents),
        endpoints="".join(sections),
        refusals=_table(("Status", "When"), refusals),
    )


def _refusals(operations: Iterable[tuple[str, str, Json]]) -> Mapping[str, Json]:
    told = {status: words for *_, one in operations for status, words in one["responses"].items() if status != "200"}
    return dict(sorted(told.items()))


def _section(method: str, path: str, operation: Json, described: Json) -> str:
    schemas = described["components"]["schemas"]
    parts = [
        f'<h2 id="{operation["operationId"]}"><code>{method} {escape(path)}</code></h2>',
        f"<p>{escape(operation['summary'])}. Scope: <code>{operation['security'][0]['key'][0]}</code></p>",
    ]
    if parameters := operation["parameters"]:
        rows = (
            (one["name"], _type(one["schema"], schemas), one["schema"].get("description", "")) for one in parameters
        )
        parts.append("<h3>Parameters</h3>" + _table(("Name", "Type", "Meaning"), rows))
    if body := operation.get("requestBody"):
        parts.append("<h3>Body</h3>" + _shape(body["content"]["application/json"]["schema"], schemas))
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
    parts.append("<h3>Answer</h3>" + _shape(answer, schemas))
    return "".join(parts)


def _shape(schema: Json, schemas: Mapping[str, Json]) -> str:
    """A shape with the meaning of its own, then as JSON with a word for each value."""
    about = schemas[_name(schema)].get("description", "")
    example = msgspec.json.format(msgspec.json.encode(_example(schema, schemas)), indent=2).decode()
    return f"<p>{escape(about)}</p><pre>{escape(example)}</pre>"


def _example(schema: Json, schemas: Mapping[str, Json]) -> Any:
    if "$ref" in schema:
        return _example(schemas[_name(schema)], schemas)
    if "anyOf" in schema:
        return _example_of_either(schema["anyOf"], schemas)
    if schema.get("type") == "object" and "properties" in schema:
        return {name: _example(one, schemas) for name, one in schema["properties"].items()}
    if schema.get("type") == "array":
        return [_example(schema.get("items", {}), schemas)]
    return _type(schema, schemas)


def _example_of_either(choices: Iterable[Json], schemas: Mapping[str, Json]) -> Any:
    examples = [_example(one, schemas) for one in choices]
    if all(isinstance(one, str) for one in examples):
        return " or ".join(examples)
    return next(one for one in examples if not isinstance(one, str))


def _type(schema: Json, schemas: Mapping[str, Json]) -> str:
    if "$ref" in schema:
        return _type(schemas[_name(schema)], schemas)
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    told = schema.get("format") or schema.get("type", "any")
    bounds = [f"{word} {schema[key]}" for key, word in (("minimum", "from"), ("maximum", "to")) if key in schema]
    return " ".join([str(told), *bounds])


def _name(schema: Json) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def _table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in headings)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
