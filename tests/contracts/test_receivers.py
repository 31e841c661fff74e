"""What every receiver of machines' requests does with missing, forged, stale, huge, repeated and misdirected ones."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest

from storage import open_store
from tests.webhooks.conftest import (
    API_KEY,
    WORKFLOW_SECRET,
    Served,
    hubspot_v2,
    hubspot_v3,
    make_edge,
    standard_webhook,
)

LISTS = "/webhooks/hubspot/lists?list=611"
PROOFS_OF_LISTS = ("hubspot_secrets", "workflow_secrets")
LIMIT = 1_000_000
NOWHERE = ("sqlite:////nowhere/at/all.db", "postgresql://nobody@127.0.0.1:1/nothing")


@dataclass(frozen=True)
class Receiver:
    """A receiver, its least valid body, and how a body is proven. `timed`: the proof holds for five minutes."""

    path: str
    body: Any
    accepted: int
    prove: Callable[[bytes, datetime], dict[str, str]]
    forge: Callable[[bytes, datetime], dict[str, str]]
    timed: bool = True
    covers_body: bool = True
    off: tuple[str, ...] = ()
    off_status: int = 503


RECEIVERS = (
    Receiver(
        "/webhooks/hubspot",
        [{"eventId": 1, "portalId": 4711, "subscriptionType": "contact.creation", "objectId": 501}],
        204,
        lambda body, at: hubspot_v3("/webhooks/hubspot", body, at),
        lambda body, at: hubspot_v3("/webhooks/hubspot", body, at, secret="another"),
        off=("hubspot_secrets",),
    ),
    Receiver(
        LISTS,
        {"hs_object_id": 501},
        204,
        lambda body, at: hubspot_v3(LISTS, body, at),
        lambda body, at: hubspot_v3("/webhooks/hubspot/lists?list=612", body, at),
        off=PROOFS_OF_LISTS,
    ),
    Receiver(
        LISTS,
        {"hs_object_id": 501},
        204,
        lambda body, at: hubspot_v2(LISTS, body),
        lambda body, at: hubspot_v2("/webhooks/hubspot/lists", body),
        timed=False,
        off=PROOFS_OF_LISTS,
    ),
    Receiver(
        LISTS,
        {"hs_object_id": 501},
        204,
        lambda body, at: {"X-Workflow-Secret": WORKFLOW_SECRET},
        lambda body, at: {"X-Workflow-Secret": "another"},
        timed=False,
        off=PROOFS_OF_LISTS,
        covers_body=False,
    ),
    Receiver(
        "/webhooks/clicks",
        {"id": "evt_1", "occurred_at": "2026-11-24T09:30:00Z", "recipient": "max@firma.de", "campaign": "Summit"},
        202,
        standard_webhook,
        lambda body, at: standard_webhook(body, at, secret="whsec_" + "x" * 32),
        off=("click_secrets",),
    ),
    Receiver(
        "/api/signatures",
        {"sender": "anna@ours.de", "recipients": ["max@firma.de"]},
        200,
        lambda body, at: {"Authorization": f"Bearer {API_KEY}"},
        lambda body, at: {"Authorization": "Bearer another"},
        timed=False,
        covers_body=False,
        off=("api_keys",),
        off_status=404,
    ),
)
every = pytest.mark.parametrize("to", RECEIVERS, ids=lambda to: f"{to.path}{'' if to.timed else ' untimed'}")
timed = pytest.mark.parametrize("to", [to for to in RECEIVERS if to.timed], ids=lambda to: to.path)


@pytest.fixture
async def storeless(serve, clock, hasher) -> AsyncIterator[Served]:
    """A web edge whose store cannot be reached: what is refused anyway must not ask it."""
    store = open_store(NOWHERE[0])
    yield await serve(make_edge(store, clock, hasher))
    await store.close()


async def send(served: Served, to: Receiver, body: bytes | None = None, method: str = "POST", **headers: str) -> Any:
    body = json.dumps(to.body).encode() if body is None else body
    return await served.ask(method, to.path, data=body, headers={"Content-Type": "application/json"} | headers)


def body_of(to: Receiver) -> bytes:
    return json.dumps(to.body).encode()


@every
async def test_accepted(to, served, clock):
    """The least valid request is accepted, and once more when it comes twice."""
    for _ in range(2):
        answer = await send(served, to, **to.prove(body_of(to), clock()))

        assert answer.status == to.accepted


@every
async def test_missing(to, storeless):
    """Without a proof: 401, and the reason."""
    answer = await send(storeless, to)

    assert answer.status == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["status"] == 401


@every
async def test_forged(to, storeless, clock):
    """A proof made with another secret, or for another request: 401."""
    assert (await send(storeless, to, **to.forge(body_of(to), clock()))).status == 401


@every
@pytest.mark.parametrize("change", [lambda body: body + b" ", lambda body: body.replace(b"5", b"6", 1) or b"x"])
async def test_changed_body(change, to, storeless, clock):
    """A proof for another body: 401, where the proof covers the body."""
    if not to.covers_body:
        pytest.skip("a key or a shared secret covers no body")
    headers = to.prove(body_of(to), clock())

    assert (await send(storeless, to, change(body_of(to)) + b"\n", **headers)).status == 401


@timed
@pytest.mark.parametrize("away", [timedelta(seconds=-301), timedelta(seconds=302), timedelta(days=-9000)])
async def test_stale(away, to, storeless, clock):
    """A proof of more than five minutes ago, or of the future: 401."""
    assert (await send(storeless, to, **to.prove(body_of(to), clock() + away))).status == 401


@every
async def test_rubbish_for_a_proof(to, storeless, clock):
    """Whatever stands in the headers of a proof: 401, never an error of ours."""
    right = to.prove(body_of(to), clock())
    for header, garbage in product(right, ("é", "v1,", "=", "9" * 400, "-1", "NaN", "1e9", "٣")):
        headers = right | {header: garbage}
        answer = await send(storeless, to, **headers)

        assert answer.status == 401, (header, garbage)


@every
async def test_huge(to, storeless, clock):
    """Above 1 MB: 413 before the proof is looked at, whether or not the length is told."""
    huge = b" " * (LIMIT + 1)

    async def in_parts():
        for _ in range(0, len(huge), 65_536):
            yield huge[:65_536]

    assert (await send(storeless, to, huge)).status == 413
    answer = await storeless.ask("POST", to.path, data=in_parts(), headers={"Content-Type": "application/json"})
    assert answer.status == 413


@every
async def test_just_below_the_limit(to, served, clock):
    """A body of 1 MB is read."""
    padded = body_of(to).ljust(LIMIT)

    assert (await send(served, to, padded, **to.prove(padded, clock()))).status == to.accepted


@every
async def test_another_method(to, storeless):
    """Another method: 405, and which one is right."""
    for method in ("GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"):
        answer = await send(storeless, to, b"", method=method)

        assert answer.status == 405
        assert answer.headers["Allow"] == "POST"


RUBBISH = (
    b"",
    b"{",
    b"null",
    b"\xff\xfe",
    b'"text"',
    b"[1, 2",
    b"NaN",
    b"[" * 90_000,
    b"{" + b'"a":{' * 50_000,
    b'{"a": 1' + b"0" * 9_000 + b"}",
    b"\xef\xbb\xbf[]",
    b'["\\ud800"',
    b"\x00",
)


def is_text(octets: bytes) -> bool:
    try:
        octets.decode()
    except UnicodeDecodeError:
        return False
    return True


@every
async def test_proven_rubbish(to, served, clock):
    """What is proven and still cannot be read: 400; where the address alone says enough, it is accepted."""
    for rubbish in RUBBISH:
        answer = await send(served, to, rubbish, **to.prove(rubbish, clock()))

        # What is not UTF-8 cannot have been signed by Standard Webhooks, which signs text.
        status = 401 if to.path == "/webhooks/clicks" and not is_text(rubbish) else 400
        assert answer.status == (204 if to.path == LISTS else status), rubbish[:20]


@every
async def test_spoilt_compression(to, storeless, clock):
    """A body that is not compressed as it says: 400."""
    answer = await send(storeless, to, b"no gzip", **{"Content-Encoding": "gzip"}, **to.prove(b"no gzip", clock()))

    assert answer.status == 400


@every
@pytest.mark.parametrize("url", NOWHERE, ids=lambda url: url.partition(":")[0])
async def test_store_down(url, to, serve, clock, hasher):
    """While nothing can be kept: 503 and when to try again, never a 4xx that would be taken for final."""
    store = open_store(url)
    served = await serve(make_edge(store, clock, hasher))
    answer = await send(served, to, **to.prove(body_of(to), clock()))
    await store.close()

    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0


@every
async def test_switched_off(to, serve, store, clock, hasher):
    """Without its setting an endpoint says that it is off, and which setting is missing."""
    served = await serve(make_edge(store, clock, hasher, **dict.fromkeys(to.off, ())))
    answer = await send(served, to, **to.prove(body_of(to), clock()))

    assert answer.status == to.off_status
    assert "set " in answer.json["detail"]
