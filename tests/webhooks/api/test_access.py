"""Access to the API: keys, scopes, limits, and every refusal as problem details."""

from datetime import timedelta
from typing import Any

import pytest

from storage import Session, Store, api_keys
from storage.api_keys import ApiKey, KeyRefused, NoSuchKey, Scope
from tests.webhooks.conftest import API_KEY, Clock, make_edge

READ = (("GET", "/api/feed"), ("GET", "/api/leads"), ("GET", "/api/contacts/1"), ("POST", "/api/contacts/search"))


async def test_scopes(ask: Any, make_key: Any) -> None:
    """A key opens what its scopes say and nothing else: 403 names the scope that it lacks."""
    reader, gateway = make_key("dashboard", Scope.READ), make_key("gateway", Scope.SIGNATURES)
    body = {"sender": "anna@ours.example", "recipients": ["max@firma.example"]}

    assert (await ask("GET", "/api/feed", key=reader)).status == 200
    assert (await ask("POST", "/api/signatures", key=gateway, json=body)).status == 200
    for refused, scope in (
        (await ask("POST", "/api/signatures", key=reader, json=body), "signatures"),
        (await ask("POST", "/api/opt-outs", key=reader, json={"domain": "firma.example"}), "opt-outs"),
        (await ask("GET", "/api/feed", key=gateway), "read"),
    ):
        assert (refused.status, f"scope {scope}" in refused.json["detail"]) == (403, True)


async def test_revoked(ask: Any, store: Store, clock: Clock, make_key: Any) -> None:
    """A revoked key opens nothing from the next request on, its name is free again, and only hashes are kept."""
    key = make_key("Dashboard", Scope.READ)
    with pytest.raises(KeyRefused, match="revoke it"):
        make_key("dashboard", Scope.READ)
    assert (await ask("GET", "/api/feed", key=key)).status == 200
    store.write_now(api_keys.revoke, "DASHBOARD", actor="cli", now=clock())

    assert (await ask("GET", "/api/feed", key=key)).status == 401
    assert (await ask("GET", "/api/feed", key=make_key("dashboard", Scope.READ))).status == 200
    with pytest.raises(NoSuchKey, match="footlight keys list"):
        store.write_now(api_keys.revoke, "nobody", actor="cli", now=clock())

    def kept(session: Session) -> list[str]:
        return [repr(session.get_one(ApiKey, one.id).model_dump()) for one in api_keys.all_keys(session)]

    assert [key in row for row in store.read_now(kept)] == [False, False]


@pytest.mark.parametrize("given", [None, "wrong", "fl_wrong", "fl_é", "fl_" + "x" * 5_000, ""])
@pytest.mark.parametrize(("method", "path"), READ)
async def test_no_right_key(given: str | None, method: str, path: str, ask: Any) -> None:
    """Without a right key: 401, whatever is asked, and how to bear one."""
    answer = await ask(method, path, key=given)

    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_off_until_there_is_a_key(serve: Any, store: Store, clock: Clock, hasher: Any, make_key: Any) -> None:
    """Without any key the API is off and says how to switch it on; a key that is made switches it on at once."""
    served = await serve(make_edge(store, clock, hasher, api_keys=()))
    off = await served.ask("GET", "/api/feed", headers={"Authorization": f"Bearer {API_KEY}"})
    key = make_key("dashboard", Scope.READ)
    on = await served.ask("GET", "/api/feed", headers={"Authorization": f"Bearer {key}"})
    wrong = await served.ask("GET", "/api/feed", headers={"Authorization": f"Bearer {API_KEY}"})

    assert (off.status, on.status, wrong.status) == (404, 200, 401)
    assert "footlight keys create" in off.json["detail"]


async def test_rate(serve: Any, store: Store, clock: Clock, hasher: Any, make_key: Any) -> None:
    """Each key may ask so often a minute; then 429, and when to come again; others and mails are not in its way."""
    served = await serve(make_edge(store, clock, hasher, api_rate=2))

    async def ask(key: str) -> Any:
        return await served.ask("GET", "/api/leads", headers={"Authorization": f"Bearer {key}"})

    one, other = make_key("one", Scope.READ), make_key("other", Scope.READ)
    assert [(await ask(one)).status for _ in range(2)] == [200, 200]
    refused = await ask(one)
    assert (refused.status, refused.headers["Retry-After"]) == (429, "30")
    assert (await ask(other)).status == 200
    signed = [await served.signatures(sender="anna@ours.example", recipients=[]) for _ in range(5)]
    assert {answer.status for answer in signed} == {200}

    clock.moment += timedelta(seconds=30)
    assert [(await ask(one)).status for _ in range(2)] == [200, 429]


REFUSED = (
    ("GET", "/api/feed?cursor=x", 400),
    ("GET", "/api/feed?cursor=-1", 400),
    ("GET", "/api/feed?cursor=1&cursor=2", 400),
    ("GET", "/api/feed?limit=0", 400),
    ("GET", "/api/feed?limit=1.5", 400),
    ("GET", "/api/feed?limit=", 400),
    ("GET", "/api/feed?contact=9223372036854775808", 400),
    ("GET", "/api/feed?contact=max@firma.example", 400),
    ("GET", "/api/feed?kind=other", 400),
    ("GET", "/api/feed?account=" + "a" * 300, 400),
    ("GET", "/api/feed?account=no%20domain", 400),
    ("GET", "/api/feed?account=%00", 400),
    ("GET", "/api/feed?account=%ff", 400),
    ("GET", "/api/feed?from=yesterday", 400),
    ("GET", "/api/feed?from=5", 400),
    ("GET", "/api/feed?from=2026-11-25T08:00:00", 400),
    ("GET", "/api/feed?nonsense=1", 400),
    ("GET", "/api/campaigns?nonsense=1", 400),
    ("GET", "/api/leads?stage=contactt", 400),
    ("GET", "/api/contacts/0", 400),
    ("GET", "/api/contacts/9223372036854775808", 400),
    ("GET", "/api/contacts/99999999999999999999999999", 400),
    ("GET", "/api/contacts/max@firma.example", 400),
    ("GET", "/api/contacts/1/2", 404),
    ("GET", "/api/nothing", 404),
    ("GET", "/api/contacts/search", 405),
    ("POST", "/api/feed", 405),
    ("DELETE", "/api/contacts/1", 405),
)


@pytest.mark.parametrize(("method", "path", "status"), REFUSED, ids=lambda one: str(one)[:40])
async def test_refused(method: str, path: str, status: int, ask: Any) -> None:
    """What cannot be meant is refused with problem details that say what may stand there, and never what was sent."""
    answer = await ask(method, path)

    assert answer.status == answer.json["status"] == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "max@firma" not in answer.json["detail"]
    assert "nonsense" not in answer.json["detail"]


BODIES = (
    (b"", 400),
    (b"{", 400),
    (b"[]", 400),
    (b"null", 400),
    (b"\xff", 400),
    (b"[" * 100_000, 400),
    (b'{"text": ""}', 400),
    (b'{"text": 5}', 400),
    (b'{"text": "x", "limit": 51}', 400),
    (b'{"text": "x", "limit": 99999999999999999999}', 400),
    (b'{"text": "x", "limit": 1e400}', 400),
    (b'{"text": "x", "secret": 1}', 400),
    (b'{"text": "\\ud800"}', 400),
    (b'{"text": "' + b"x" * 101 + b'"}', 400),
    (b'{"text": "' + b"x" * 1_000_000 + b'"}', 413),
    (b'{"text": "\\u0000"}', 200),
    (b'{"text": "% _ \\" OR 1", "limit": 2.0}', 200),
)


@pytest.mark.parametrize(("body", "status"), BODIES, ids=lambda one: str(one)[:30])
async def test_bodies(body: bytes, status: int, ask: Any) -> None:
    """A body that is no JSON of the shape is refused, a strange text finds nobody; nothing ends in an error of ours."""
    answer = await ask("POST", "/api/contacts/search", data=body, headers={"Content-Type": "application/json"})

    assert answer.status == status
    assert b"secret" not in answer.body


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/json2", ";;", "é"])
async def test_content_type(kind: str, ask: Any) -> None:
    """Another type than JSON: 415."""
    answer = await ask("POST", "/api/contacts/search", data=b'{"text": "x"}', headers={"Content-Type": kind})

    assert answer.status == 415
