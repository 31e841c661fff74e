"""What the sample mail gateway answers: no mail is lost or waits for Footlight, and none is relayed for strangers."""

import asyncio
import os
import signal
import smtplib
import sys
import time
from contextlib import AsyncExitStack
from ipaddress import ip_network
from typing import Any

import pytest
from aiohttp import web
from mail_gateway.settings import Endpoint

from tests.examples.conftest import ANNA, HOUSE, Gateway, NextHop, serve_app
from tests.examples.test_mail_gateway import bannered, kept, with_end
from tests.webhooks.conftest import API_KEY

MAIL = kept("gmail__reply")
FOLDER = HOUSE / "examples/mail-gateway"


def answering(body: bytes, status: int = 200) -> web.Application:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body, status=status)

    app = web.Application()
    app.router.add_post("/api/signatures", answer)
    return app


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<html>a portal's page</html>", 200),
        (b"{}", 200),
        (b'{"banners": []}', 200),
        (b'{"banners": [{"recipient": "eva@firma.example", "image_url": "", "click_url": "", "html": "x"}]}', 200),
        (b'{"banners": [{"recipient": "max@firma.example", "image_url": 1, "click_url": "", "html": "x"}]}', 200),
        (b'"' + b"x" * 5_000_000 + b'"', 200),
        (b"", 500),
        (b"", 401),
        (b"", 302),
    ],
)
async def test_nonsense_passes_untouched(
    body: bytes, status: int, start: Any, stack: AsyncExitStack, next_hop: NextHop
) -> None:
    """Whatever stands where Footlight should be, the mail goes out as it came."""
    gateway = await start((await serve_app(stack, answering(body, status))).url)
    await gateway.send(MAIL)

    assert [mail for _, _, mail in next_hop.mails] == [MAIL]


async def test_footlight_down(start: Any, next_hop: NextHop) -> None:
    """Where nobody listens, the mail goes out as it came."""
    gateway = await start("http://127.0.0.1:9")
    await gateway.send(MAIL)

    assert [mail for _, _, mail in next_hop.mails] == [MAIL]


async def test_slow_footlight_costs_three_mails_its_patience(
    start: Any, stack: AsyncExitStack, next_hop: NextHop
) -> None:
    """Who never answers is waited for three times; after that mails pass at once."""
    asked = []
    silent, let_go = web.Application(), asyncio.Event()

    async def never(request: web.Request) -> web.Response:
        asked.append(request)
        await let_go.wait()
        return web.Response()

    silent.router.add_post("/api/signatures", never)
    gateway = await start((await serve_app(stack, silent)).url, patience=0.3)
    for _ in range(3):
        await gateway.send(MAIL)
    began = time.monotonic()
    for _ in range(5):
        await gateway.send(MAIL)

    assert len(asked) == 3
    assert time.monotonic() - began < 5 * 0.3
    assert [mail for _, _, mail in next_hop.mails] == [MAIL] * 8
    let_go.set()


@pytest.mark.parametrize("refusal", ["550 5.1.1 no such user", "450 4.2.0 greylisted"])
async def test_refused_recipient(refusal: str, gateway: Gateway, next_hop: NextHop) -> None:
    """The sender hears of each recipient what the next hop said, and the others get their mail."""
    next_hop.refuses = lambda command, to: refusal if (command, to) == ("RCPT", ("eva@firma.example",)) else None
    refused = await gateway.send(MAIL, "max@firma.example", "eva@firma.example")

    code, _, text = refusal.partition(" ")
    assert refused == {"eva@firma.example": (int(code), text.encode())}
    assert [to for _, to, _ in next_hop.mails] == [("max@firma.example",)]


@pytest.mark.parametrize("refusal", ["554 5.7.1 spam", "451 4.3.0 try later"])
async def test_refused_mail(refusal: str, gateway: Gateway, next_hop: NextHop) -> None:
    """A mail that the next hop refuses is refused to its sender, with the same words."""
    next_hop.refuses = lambda command, _: refusal if command == "DATA" else None
    with pytest.raises(smtplib.SMTPDataError) as told:
        await gateway.send(MAIL)

    assert f"{told.value.smtp_code} {bytes(told.value.smtp_error).decode()}" == refusal  # type: ignore[arg-type]


async def test_retry_sends_only_what_is_missing(gateway: Gateway, next_hop: NextHop) -> None:
    """When one copy of several is refused, the mail stays with the sender; tried again, nobody gets it twice."""
    next_hop.refuses = lambda command, to: (
        "451 4.3.0 later" if (command, to) == ("DATA", ("eva@firma.example",)) else None
    )
    with pytest.raises(smtplib.SMTPDataError):
        await gateway.send(MAIL, "max@firma.example", "eva@firma.example", "jo@acme.example")
    next_hop.refuses = lambda *_: None
    await gateway.send(b"Received: once more\r\n" + MAIL, "max@firma.example", "eva@firma.example", "jo@acme.example")

    assert [to for _, to, _ in next_hop.mails] == [("max@firma.example",), ("jo@acme.example",), ("eva@firma.example",)]
    assert all(len(bannered(mail, "")) == 1 for _, _, mail in next_hop.mails)


async def test_next_hop_down(start: Any, footlight: Any) -> None:
    """Without a next hop the sender keeps its mail: 451, never 250."""
    gateway = await start(footlight.url, next_hop=Endpoint("127.0.0.1", 9))
    with pytest.raises(smtplib.SMTPSenderRefused) as told:
        await gateway.send(MAIL)

    assert told.value.smtp_code == 451


async def test_stranger_is_refused(start: Any, footlight: Any, next_hop: NextHop) -> None:
    """Who is not among the clients can hand in nothing."""
    gateway = await start(footlight.url, clients=(ip_network("10.0.0.0/8"),))
    with pytest.raises(smtplib.SMTPSenderRefused) as told:
        await gateway.send(MAIL)

    assert (told.value.smtp_code, next_hop.mails) == (554, [])


async def test_too_large(start: Any, footlight: Any, next_hop: NextHop) -> None:
    """A mail beyond the limit is refused for good, and the sender told."""
    gateway = await start(footlight.url, largest_mail=10_000)
    with pytest.raises(smtplib.SMTPResponseException) as told:
        await gateway.send(MAIL + b"x" * 10_000)

    assert (told.value.smtp_code, next_hop.mails) == (552, [])


async def test_huge_mail_and_long_lines(gateway: Gateway, next_hop: NextHop) -> None:
    """Ten megabytes of attachments pass with a banner, and a line of 50,000 octets is no reason to refuse."""
    attachment = (b"A" * 76 + b"\r\n") * 130_000
    huge = kept("mixed__attachments").replace(b"--mix--", b"X-Odd\r\n" + attachment + b"--mix--")
    await gateway.send(huge)
    long = kept("plain_only__no_mime") + b"y" * 50_000 + b"\r\n"
    await gateway.send(long)

    assert attachment in next_hop.mails[0][2]
    assert len(bannered(next_hop.mails[0][2], "")) == 1
    assert next_hop.mails[1][2] == long


async def test_html_made_to_be_slow(gateway: Gateway, next_hop: NextHop) -> None:
    """Markup that takes a parser for ever does not hold up its mail."""
    mail = b"From: anna@ours.example\r\nContent-Type: text/html\r\n\r\n<p>a</p>" + b"<!--" * 20_000
    began = time.monotonic()
    await gateway.send(mail)

    assert time.monotonic() - began < 5
    assert next_hop.mails == [(ANNA, ("max@firma.example",), with_end(mail))]


async def test_as_a_process(footlight: Any, next_hop: NextHop) -> None:
    """Started as the README says it takes mails, logs no address, and ends at SIGTERM."""
    settings = {
        "FOOTLIGHT_URL": footlight.url,
        "FOOTLIGHT_API_KEY": API_KEY,
        "GATEWAY_DOMAINS": "ours.example",
        "GATEWAY_LISTEN": "127.0.0.1:0",
        "GATEWAY_NEXT_HOP": "{}:{}".format(*next_hop.endpoint),
    }
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "mail_gateway", cwd=FOLDER, env=os.environ | settings, stderr=pipe
    )
    assert process.stderr is not None
    told = (await process.stderr.readline()).decode()
    await Gateway(Endpoint("127.0.0.1", int(told.rpartition(":")[2]))).send(MAIL)
    process.send_signal(signal.SIGTERM)
    _, logged = await process.communicate()

    assert process.returncode == 0
    assert b"@" not in logged
    assert len(bannered(next_hop.mails[0][2], "")) == 1


async def test_missing_setting_is_named() -> None:
    """Without a setting that it needs, the gateway says which."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "mail_gateway", cwd=FOLDER, env={}, stderr=asyncio.subprocess.PIPE
    )
    _, told = await process.communicate()

    assert (process.returncode, told.decode().strip()) == (1, "mail_gateway: FOOTLIGHT_URL is not set")
