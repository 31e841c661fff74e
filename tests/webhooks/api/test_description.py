"""The description of the API: true, whole, and held against the running service by a property-based tester."""

import asyncio
from typing import Any

import jsonschema
import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema

from tests.webhooks.api.conftest import MAX
from tests.webhooks.conftest import API_KEY, Served, make_edge
from webhooks.api.table import API

FEW = 5


async def described(served: Served) -> dict[str, Any]:
    """The description as it is served, to whom bears no key too."""
    answer = await served.get("/api/openapi.json")
    assert answer.status == 200
    return answer.json


def fits(description: dict[str, Any], path: str, method: str, status: int, body: Any) -> None:
    """Raises where an answer is not as described."""
    (content,) = description["paths"][path][method]["responses"][str(status)]["content"].values()
    strict = jsonschema.Draft202012Validator(
        content["schema"] | {"components": description["components"]},
        format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
    )
    strict.validate(body)


@pytest.mark.usefixtures("people")
async def test_answers_are_as_described(ask: Any, served: Served) -> None:
    """What really is answered to each endpoint, good and refused, is of the described shape, without a field more."""
    description = await described(served)
    (max_,) = (await ask("POST", "/api/contacts/search", json={"text": MAX})).json["items"]
    bodies = {
        "/api/contacts/search": {"text": "muster"},
        "/api/opt-outs": {"domain": "third.example"},
        "/api/signatures": {"sender": "anna@ours.example", "recipients": [MAX, "nobody"]},
    }
    assert {(one.method, one.path) for one in API} == {
        (method.upper(), path) for path, methods in description["paths"].items() for method in methods
    }
    for one in API:
        path = one.path.replace("{id}", str(max_["id"]))
        answer = await ask(one.method, path, json=bodies.get(one.path))
        assert answer.status == 200, one.path
        fits(description, one.path, one.method.lower(), 200, answer.json)
        refused = await ask(one.method, path, json=bodies.get(one.path), key="wrong")
        fits(description, one.path, one.method.lower(), 401, refused.json)


async def test_nothing_undescribed_is_answered(served: Served) -> None:
    """Every field of every answer is described and required, so that a new one cannot go unnoticed."""
    schemas = (await described(served))["components"]["schemas"]
    answers = {one.answer.__name__ for one in API}

    assert answers <= schemas.keys()
    for name in answers:
        assert set(schemas[name]["required"]) == set(schemas[name]["properties"]), name


async def test_no_address_in_a_url(served: Served) -> None:
    """No parameter of any address takes an e-mail address."""
    description = await described(served)
    parameters = [
        one for methods in description["paths"].values() for op in methods.values() for one in op["parameters"]
    ]

    assert parameters
    assert not [one["name"] for one in parameters if one["schema"].get("format") == "email" or "mail" in one["name"]]


async def test_page(served: Served) -> None:
    """The page for people names every endpoint, and needs neither script nor anything from elsewhere."""
    page = await served.get("/api/docs")
    text = page.body.decode()

    assert page.headers["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert all(f"{one.method} {one.path}" in text for one in API)
    assert "<script" not in text
    assert not [word for word in ("src=", "@import", "http://", "https://") if word in text]


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("examples", [FEW, pytest.param(300, marks=pytest.mark.soak)])
async def test_properties(examples: int, serve: Any, store: Any, clock: Any, hasher: Any) -> None:
    """Whatever the description allows or forbids, the running service does as described, and never fails."""
    served = await serve(make_edge(store, clock, hasher, api_rate=1_000_000))
    description = await described(served)

    assert await asyncio.to_thread(_faults, description, served.url, examples) == []


def _faults(description: dict[str, Any], url: str, examples: int) -> list[str]:
    """What Schemathesis finds with so many examples for each endpoint; with many of them, at all limits too."""
    config = SchemathesisConfig.from_dict(
        {
            "base-url": url,
            "headers": {"Authorization": f"Bearer {API_KEY}"},
            "seed": 1,
            "generation": {"max-examples": examples, "database": "none"},
            "phases": {"coverage": {"enabled": examples > FEW}},
        }
    )
    schema = schemathesis.openapi.from_dict(description, config=config)
    faults = []
    for event in from_schema(schema).execute():
        if recorder := getattr(event, "recorder", None):
            for checks in recorder.checks.values():
                faults += [f"{one.name}: {one.failure_info.failure}" for one in checks if one.failure_info]
    return faults
