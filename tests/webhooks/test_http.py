"""HTTP as it really comes, octet by octet: every method, old versions, odd targets and headers; never a 500."""

import asyncio
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import open_store
from storage.campaign_changes import create_campaign
from storage.opt_outs import Hasher
from tests.webhooks.conftest import API_KEY, BROWSER, Clock, campaign, make_edge
from webhooks.app import ENDPOINTS, make_app
from webhooks.edge import Edge
from webhooks.tokens import Opened, seal

TARGET = b"https://ours.de/summit?a=1"
NEEDED = b"Host: footlight.ours.de\r\nConnection: close\r\n"
AGENT = b"User-Agent: " + BROWSER.encode() + b"\r\n"


@dataclass
class Server:
    """A web edge in a thread of its own, on SQLite, with a default campaign and a token for one recipient."""

    edge: Edge
    port: int
    token: bytes

    def ask(self, octets: bytes, patience: float = 5.0) -> bytes:
        """What is answered to these octets until the server hangs up, or waits for more."""
        answer = b""
        with socket.create_connection(("127.0.0.1", self.port)) as connection, suppress(OSError):
            connection.settimeout(patience)
            connection.sendall(octets)
            while some := connection.recv(65_536):
                answer += some
        return answer

    def get(self, target: bytes, method: bytes = b"GET", version: bytes = b"HTTP/1.1", more: bytes = b"") -> bytes:
        return self.ask(method + b" " + target + b" " + version + b"\r\n" + NEEDED + (more or AGENT) + b"\r\n")

    @property
    def mistakes(self) -> float:
        """Requests that ended in an error of ours."""
        counted = next(iter(self.edge.metrics.failed.collect()))
        return sum(sample.value for sample in counted.samples if sample.name.endswith("_total"))


@pytest.fixture(scope="module")
def server(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    path = tmp_path_factory.mktemp("http") / "footlight.db"
    shutil.copy(migrated_file, path)
    store, clock = open_store(f"sqlite:///{path}"), Clock()
    new = campaign(is_default=True)
    store.write_now(create_campaign, new, now=clock())
    edge = make_edge(store, clock, Hasher(b"a key of the opt-outs, 32 octets"))
    token = seal(edge.keys, Opened("m" * 12, "anna@ours.de", "max@firma.de", None, None))
    loop, runner = asyncio.new_event_loop(), web.AppRunner(make_app(edge), access_log=None)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(_start(runner), loop).result(10)
    yield Server(edge, runner.addresses[0][1], token.encode())
    asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    store.close_now()


async def _start(runner: web.AppRunner) -> None:
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def field(answer: bytes, name: bytes) -> bytes | None:
    """A header field of an answer."""
    head = answer.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
    return next((value.strip() for key, _, value in (line.partition(b":") for line in head) if key == name), None)


@pytest.mark.parametrize("method", [b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS", b"TRACE"])
@pytest.mark.parametrize("kind", [b"b", b"c"])
def test_other_methods(server: Server, method: bytes, kind: bytes) -> None:
    """Banners and links are for GET and HEAD; another method gets 405 and is told so."""
    answer = server.get(b"/" + kind + b"/" + server.token, method)

    assert (status(answer), field(answer, b"Allow")) == (405, b"GET,HEAD")


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        (b"/c/", b""),
        (b"/c/", b"?utm_source=x&utm_source=y&utm_source"),
        (b"/c/", b"?%00%ff%zz=%&=&&#"),
        (b"/c/", b"?" + b"a" * 4_000),
        (b"http://elsewhere.example/c/", b""),
        (b"https://elsewhere.example:1/c/", b"?a=1"),
    ],
)
@pytest.mark.parametrize("version", [b"HTTP/1.1", b"HTTP/1.0"])
def test_a_link_in_odd_clothes(server: Server, begin: bytes, end: bytes, version: bytes) -> None:
    """A link leads to its target in every version and form of HTTP, whatever a scanner hung on it."""
    for token in (server.token, server.token.replace(b".", b"%2E"), server.token.replace(b"m", b"%6d", 1)):
        answer = server.get(begin + token + end, version=version)
        assert (status(answer), field(answer, b"Location")) == (302, TARGET)
        assert field(answer, b"Cache-Control") == b"no-store"


@pytest.mark.parametrize(
    "token",
    [
        b"",
        b"/",
        b"..",
        b"%00",
        b"%ff%fe",
        b"%zz",
        b"%",
        b"a" * 3_000,
        b"m" * 12 + b".",
        b"%F0%9F%92%A9",
        b"\xc3\xbc",
        b"//x",
    ],
)
@pytest.mark.parametrize("kind", [b"/b/", b"/c/"])
def test_rubbish_for_a_token(server: Server, kind: bytes, token: bytes) -> None:
    """What is no token gets a plain page with 404, never a redirect, or 400 where it is no HTTP."""
    answer = server.get(kind + token)

    assert status(answer) in (404, 400)
    assert field(answer, b"Location") is None


def test_head(server: Server) -> None:
    """HEAD says what GET says, without a body."""
    for kind in (b"/b/", b"/c/"):
        head, whole = (server.get(kind + server.token, method) for method in (b"HEAD", b"GET"))
        assert (status(head), field(head, b"Location")) == (status(whole), field(whole, b"Location"))
        assert head.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    "line",
    [b"If-None-Match: *", b'If-None-Match: W/"a", "b', b"If-None-Match: \xff", b"Range: bytes=9-1", b"Range: x",
     b"If-Modified-Since: yesterday", b"Accept-Encoding: \xff", b"Cookie: " + b"a" * 4_000,
     b"Upgrade: h2c", b"X-Forwarded-For: ' OR 1=1", b"User-Agent: \xed\xa0\x80\xff"],
)  # fmt: skip
def test_odd_headers(server: Server, line: bytes) -> None:
    """Odd headers change nothing for a person who sees a banner and follows it."""
    for kind in (b"/b/", b"/c/"):
        assert status(server.get(kind + server.token, more=line + b"\r\n")) == 302


@pytest.mark.parametrize("target", [b"/c/", b"/webhooks/clicks", b"/nowhere", b"/"])
@pytest.mark.parametrize("expected", [b"200-ok", b"\x80", b"100-continue, \xff"])
def test_expectations(server: Server, target: bytes, expected: bytes) -> None:
    """Whatever else than 100-continue is expected: 417, wherever; it is not repeated."""
    answer = server.get(target, b"POST", more=b"Expect: " + expected + b"\r\n")

    assert status(answer) == 417
    assert expected not in answer


def test_a_proxy_s_request(server: Server) -> None:
    """We are nobody's proxy: CONNECT leads nowhere."""
    assert status(server.get(b"elsewhere.example:443", b"CONNECT")) in (400, 404)


METHODS = st.sampled_from([b"GET", b"HEAD", b"POST", b"OPTIONS", b"TRACE", b"PRI", b"get"]) | st.binary(max_size=6)
PATHS = st.sampled_from([one.path.partition("{")[0].encode() for one in ENDPOINTS])
TEXTS = st.binary(max_size=40) | st.text(alphabet="%/?&=#.;:@*aF0 \x00\xff", max_size=40).map(
    lambda text: text.encode("latin-1")
)
NAMES = st.sampled_from(
    [b"Content-Type", b"Content-Encoding", b"Content-Length", b"Transfer-Encoding", b"Authorization", b"Expect",
     b"If-None-Match", b"X-HubSpot-Signature-v3", b"X-HubSpot-Request-Timestamp", b"X-HubSpot-Signature",
     b"webhook-id", b"webhook-timestamp", b"webhook-signature", b"X-Slack-Signature", b"X-Slack-Request-Timestamp",
     b"User-Agent", b"Purpose", b"Range", b"Upgrade", b"X-Workflow-Secret"]
)  # fmt: skip
VALUES = TEXTS | st.sampled_from(
    [b"application/json", b"application/x-ndjson; charset=utf-16", b"gzip", b"deflate", b"chunked", b"identity", b"0",
     b"-1", b"99999999999999999999", b"nan", b"1e400", b"Bearer " + API_KEY.encode(), b"bytes=0-", b"v2", b"prefetch"]
)  # fmt: skip
BODIES = st.binary(max_size=60) | st.sampled_from(
    [b"{}", b"[]", b"[[[[", b'{"recipients": [1e999], "sender": "\\ud800"}', b"null", b"\x1f\x8b\x08"]
)


@settings(max_examples=max(settings().max_examples * 4, 150))
@given(data=st.data())
def test_never_a_mistake_of_ours(server: Server, data: st.DataObject) -> None:
    """Whatever comes, none is answered with 5xx or counted as an error of ours, and the next request is served."""
    target = data.draw(PATHS) + data.draw(st.sampled_from([b"", server.token])) + data.draw(TEXTS)
    fields = b"".join(
        name + b": " + value + b"\r\n" for name, value in data.draw(st.lists(st.tuples(NAMES, VALUES), max_size=6))
    )
    line = data.draw(METHODS) + b" " + target + b" " + data.draw(st.sampled_from([b"HTTP/1.1", b"HTTP/1.0", b"HTTP/9"]))

    answer = server.ask(line + b"\r\n" + NEEDED + fields + b"\r\n" + data.draw(BODIES), patience=0.2)

    assert not answer or status(answer) < 500, answer[:300]
    assert server.mistakes == 0
    assert status(server.get(b"/healthz")) == 200
