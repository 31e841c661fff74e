"""The application: its table of endpoints, and rubbish that is no request at all."""

import asyncio
import re

import pytest
from aiohttp import web

from storage import open_store
from tests.webhooks.conftest import make_edge
from webhooks.app import ENDPOINTS
from webhooks.edge import Check


@pytest.fixture
async def alone(serve, clock, hasher):
    """A web edge without a store."""
    return await serve(make_edge(open_store("sqlite:////nowhere/at/all.db"), clock, hasher))


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.path)
async def test_other_methods(endpoint, alone):
    """Each endpoint answers its own method, and says which when it is asked by another."""
    path = re.sub(r"{.*}", "1", endpoint.path)
    answer = await alone.ask("DELETE", path)

    assert answer.status == 405
    assert endpoint.method in answer.headers["Allow"]


@pytest.mark.parametrize("path", ["/", "/webhooks", "/webhooks/hubspot/", "/api/", "/c", "/../x", "/%2e%2e/"])
async def test_no_such_address(path, alone):
    """Anything else: 404."""
    assert (await alone.get(path)).status == 404


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01",
        b"rubbish\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost\r\n\r\n",
        b"GET /c/x HTTP/1.1\r\n\r\n",
        b"GET /c/\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /c/" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /c/x HTTP/1.1\r\nHost: x\r\nUser-Agent: \xff\xfe\x80\r\nIf-None-Match: \xff\r\n\r\n",
        b"POST /webhooks/hubspot HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /webhooks/hubspot HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /webhooks/clicks HTTP/1.1\r\nHost: x\r\nContent-Type: \xff;;=\r\nContent-Length: 0\r\n\r\n",
    ],
    ids=["TLS", "rubbish", "bad header", "no host", "bad path", "long path", "bad octets", "length", "chunks", "type"],
)
async def test_no_request_at_all(sent, alone, capsys):
    """What is no HTTP gets a 4xx or a closed door; the next caller is served, and nothing of ours failed."""
    port = int(alone.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    writer.write_eof()
    answer = await asyncio.wait_for(reader.read(), 30)
    writer.close()

    assert not answer or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4"))
    assert (await alone.get("/healthz")).status == 200
    assert b"footlight_failed_total{" not in (await alone.get("/metrics")).body


async def test_what_nobody_expected(serve, store, clock, hasher):
    """An error of ours is answered without a word of the request or of itself, counted and logged."""

    async def broken(request: web.Request) -> web.Response:
        raise ZeroDivisionError(await request.text())

    served = await serve(make_edge(store, clock, hasher, slack_events=broken))
    answer = await served.ask("POST", "/slack/events", data=b"a secret")

    assert answer.status == 500
    assert b"secret" not in answer.body
    assert b'footlight_failed_total{endpoint="/slack/events"} 1.0' in (await served.get("/metrics")).body


async def test_slack_goes_to_the_bot(serve, store, clock, hasher, alone):
    """Slack's requests reach the handler that was handed in; without one the address says why."""

    async def bot(request: web.Request) -> web.Response:
        return web.Response(text="from the bot")

    served = await serve(make_edge(store, clock, hasher, slack_events=bot))

    assert (await served.ask("POST", "/slack/events")).body == b"from the bot"
    assert (await alone.ask("POST", "/slack/events")).status == 404


async def test_ready(serve, store, clock, hasher):
    """Ready when every check is well; a check that is not, or does not answer, gives its reason."""

    async def well() -> None:
        return None

    async def ill() -> str:
        return "run `footlight migrate`"

    good = await (await serve(make_edge(store, clock, hasher, checks=(Check("schema", well),)))).get("/readyz")
    bad = await (await serve(make_edge(store, clock, hasher, checks=(Check("schema", ill),)))).get("/readyz")

    assert (good.status, good.json) == (200, {"ready": True, "checks": {"store": "ok", "schema": "ok"}})
    assert (bad.status, bad.json["checks"]) == (503, {"store": "ok", "schema": "run `footlight migrate`"})
