"""The logs: their form, what is kept out of them, and that they stop nobody."""

import asyncio
import io
import json
import logging
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from time import process_time

import pytest
import structlog
from aiohttp import web

from footlight.logging import NeverBlocking, redacted, set_up_logging

NO_HTTP = (
    b"GET / HTTP/1.1\r\n\r\n",  # no Host
    b"\x16\x03\x01\r\n\r\n",  # the beginning of TLS
    b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: many\r\n\r\n",
)
TOKEN = "AbCdEfGhIjKl." + "s3al3d_-" * 12


class Printed(io.StringIO):
    """A stream whose lines can be read once all that waits is written."""

    def text(self) -> str:
        logging.getLogger().handlers[0].flush()
        return self.getvalue()

    def objects(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.text().splitlines()]


@pytest.fixture
def logs_to() -> Iterator[Callable[..., None]]:
    """`set_up_logging`, undone at the end."""
    before, hooks = logging.getLogger().handlers[:], (sys.excepthook, threading.excepthook)
    yield set_up_logging
    sys.excepthook, threading.excepthook = hooks
    logging.captureWarnings(False)
    for handler in logging.getLogger().handlers:
        handler.close()
    logging.getLogger().handlers[:] = before
    structlog.reset_defaults()


@pytest.fixture
def printed(logs_to: Callable[..., None]) -> Printed:
    """What is printed where no terminal is."""
    stream = Printed()
    logs_to(stream, secrets=["our-api-key"])
    return stream


class Terminal(Printed):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_json_where_no_terminal_is(printed: Printed) -> None:
    """A pipe or a file gets one JSON object a line, with level and a UTC time."""
    structlog.get_logger().info("click stored", clicks=3, human=True)

    (line,) = printed.objects()
    assert (line["event"], line["level"], line["clicks"], line["human"]) == ("click stored", "info", 3, True)
    assert str(line["timestamp"]).endswith("Z")


def test_readable_on_a_terminal(logs_to: Callable[..., None]) -> None:
    """A terminal gets lines for people; one may ask for JSON there too."""
    terminal = Terminal()
    logs_to(terminal)
    structlog.get_logger().info("click stored", clicks=3)

    assert "click stored" in terminal.text()
    assert not terminal.text().startswith("{")

    told = Terminal()
    logs_to(told, as_json=True)
    structlog.get_logger().info("click stored")

    assert told.objects()[0]["event"] == "click stored"


def test_libraries_lines_come_the_same_way(printed: Printed) -> None:
    """What a library logs, and what it warns of, has the same form as our own lines."""
    logging.getLogger("some.library").warning("%d retries left for %s", 2, "max@firma.de")
    warnings.warn("old ways of max@firma.de", UserWarning, stacklevel=1)

    library, warning = printed.objects()
    assert (library["event"], library["logger"]) == ("2 retries left for <address>", "some.library")
    assert "old ways of <address>" in str(warning["event"])


@pytest.mark.parametrize(
    "canary",
    [
        "max@firma.de",
        "max.o+news@mail.firma.co.uk",
        "müller@bücher.example",
        "max%40firma.de",
        "anna＠ours.example",
        "a@xn--bcher-kva.xn--p1ai",
        "xoxb-12345-abcDEF",
        "xoxp-1-secret",
        "xoxe.xoxp-1-secret",
        "xapp-1-A1-2-3f",
        "pat-eu1-1111-2222",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "Bearer our.own-key",
        "bearer  our.own-key",
        f"/c/{TOKEN}",
        f"/b/{TOKEN}.gif",
        f"https://f.example.com/p/{TOKEN}?x=1",
        "/c/AbCdEfGhIjKl.mangled",
        TOKEN,
        "postgresql://user:s3cret-pass@host/name",
        "https://hooks.slack.com/commands/T1/2/s3cret",
        "wss://wss-primary.slack.com/link/?ticket=s3cret&app_id=1",
        "our-api-key",
    ],
)
@pytest.mark.parametrize("as_json", [True, False])
def test_canary_is_not_printed(canary: str, as_json: bool, logs_to: Callable[..., None]) -> None:
    """An address, a token or a secret is printed nowhere: not from text, keywords, keys, exceptions or libraries."""
    stream = Printed()
    logs_to(stream, as_json=as_json, secrets=["our-api-key"])
    log = structlog.get_logger()

    log.info(canary)
    log.info(" ".join(["got", canary, "here"]))
    log.info("nested", one=canary, several=[{"who": (canary,)}, {canary: 1}], raw=canary.encode(), obj=Names(canary))
    try:
        raise ValueError(canary) from KeyError(canary)
    except ValueError:
        log.exception("failed")
        logging.getLogger("library").exception("failed for %s", canary)

    assert len(stream.text()) > 400
    for part in secret_parts(canary):
        assert part not in stream.text()


class Names:
    """A value whose own text names somebody."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"Names({self.name})"


def secret_parts(canary: str) -> list[str]:
    """What of a canary must not be seen; a host or a path that says nothing may be."""
    marks = ("s3cret-pass", "s3cret", "our.own-key", "s3al3d", "mangled")
    return [mark for mark in marks if mark in canary][:1] or [canary]


def test_what_is_harmless_stays() -> None:
    """Words, ids, times, versions, decorators and paths are left as they are."""
    text = "2 clicks of address 17 at 2026-11-25T09:30:00Z, /webhooks/clicks, @app.route, a.b.c, patience, 1.30.0, /c/x"

    assert redacted(text) == text


@pytest.mark.parametrize("length", [50, 1_000_000])
@pytest.mark.parametrize("piece", ["a", "a@", "a%40", "x.y@z", "xoxb-", "/c/", "://", "Bearer ", "A1_."])
def test_hostile_text_costs_no_time(piece: str, length: int) -> None:
    """No text, however long and odd, keeps the service from working."""
    began = process_time()
    redacted(piece * (length // len(piece)))

    assert process_time() - began < 5


async def test_bad_requests_leave_no_line(printed: Printed) -> None:
    """A stranger who sends no HTTP is answered with 400 and costs no line; a mistake of ours keeps its traceback."""

    async def mistake(_: web.Request) -> web.Response:
        raise LookupError("ours")

    app = web.Application()
    app.router.add_get("/", mistake)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]

    refused = [await asked(port, junk) for junk in NO_HTTP]
    failed = await asked(port, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    await runner.cleanup()

    assert [answer.split()[1] for answer in refused] == [b"400"] * 3
    assert failed.split()[1] == b"500"
    (line,) = (line for line in printed.objects() if line["level"] == "error")
    assert "LookupError" in str(line["exception"])


async def asked(port: int, octets: bytes) -> bytes:
    """What a server answers to these octets."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(octets)
    answer = await reader.read()
    writer.close()
    return answer


def test_bolt_prints_no_bodies(printed: Printed) -> None:
    """slack_bolt logs the body of a forged request, at a level that it copies from the root logger."""
    from slack_bolt.middleware.request_verification.async_request_verification import AsyncRequestVerification

    AsyncRequestVerification("secret")._debug_log_error("v0=forged", "1", "the body")

    assert printed.text() == ""


def test_slack_away_is_a_line(printed: Printed) -> None:
    """While Slack cannot be reached by socket, each try costs one line, without a traceback."""
    try:
        raise TimeoutError
    except TimeoutError:
        logging.getLogger("slack_sdk.socket_mode.aiohttp").exception("Failed to connect; Retrying...")

    (line,) = printed.objects()
    assert (line["event"], "exception" in line) == ("Failed to connect; Retrying...", False)


@pytest.mark.parametrize("crash", ["crash()", "Thread(target=crash).start()"])
def test_crash_names_nobody(crash: str) -> None:
    """A mistake that stops a process or a thread is logged like everything else, before the process ends."""
    program = f"""
from threading import Thread
from footlight.logging import set_up_logging
def crash():
    raise ValueError("max@firma" + ".de")
set_up_logging()
{crash}
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    (line,) = ended.stderr.splitlines()
    assert json.loads(line)["level"] == "critical"
    assert "ValueError: <address>" in json.loads(line)["exception"]


def test_a_value_that_cannot_be_printed(printed: Printed) -> None:
    """A line that cannot be made is told by its place, without its values, and hurts nobody."""
    log_with(logging.getLogger().handlers[0]).warning("%d clicks", "max@firma.de")

    assert "could not be made: test_logging.py:" in str(printed.objects()[0]["event"])
    assert "max" not in printed.text()


def test_nobody_reads() -> None:
    """A pipe that nobody reads stops no one; the lines that found no room are counted."""
    reading, writing = os.pipe()
    with os.fdopen(reading) as reader, os.fdopen(writing, "w") as writer:
        handler = NeverBlocking(writer, longest_queue=20)  # less than what a pipe holds, so that it can be emptied
        log = log_with(handler)
        for _ in range(1_000):
            log.warning("x" * 1_000)

        written = lost = 0
        while written + lost < 1_000:
            told = reader.readline()
            written, lost = (written, lost + int(told.split()[0])) if "lost" in told else (written + 1, lost)
        handler.flush()
        handler.close()

    assert lost > 0
    assert written + lost == 1_000


def log_with(handler: logging.Handler) -> logging.Logger:
    """A logger that no one else listens to."""
    log = logging.getLogger(f"alone.{id(handler)}")
    log.propagate = False
    log.addHandler(handler)
    return log
