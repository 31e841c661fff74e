"""Other people's mail goes through the product as gateways and mail programs send it, while somebody looks."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from itertools import count

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox.mail.gateway import Gateway
from sandbox.mail.mail import Mail
from sandbox.mail.reader import PERSON, Reader
from sandbox.mail.trickle import PAUSES, Fate, Letter, Trickle

KEY = "key"


@dataclass
class Product:
    """Answers with banners, and keeps who asked for what."""

    url: str = ""
    refuses: bool = False
    seen: list[tuple[str, str]] = field(default_factory=list)

    async def sign(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == f"Bearer {KEY}"
        (recipient,) = (await request.json())["recipients"]
        self.seen.append(("signed", recipient))
        if self.refuses:
            return web.json_response({"title": "Try again later"}, status=503)
        urls = {"image_url": f"{self.url}/b/{recipient}", "click_url": f"{self.url}/c/{recipient}", "html": "<a></a>"}
        return web.json_response({"banners": [{"recipient": recipient, **urls}]})

    async def fetched(self, request: web.Request) -> web.Response:
        who = "person" if request.headers["User-Agent"] == PERSON else "scanner"
        self.seen.append((f"{who} {request.path[1]}", request.match_info["token"]))
        return web.Response(status=302, headers={"Location": "/elsewhere"})


@pytest.fixture
async def product() -> AsyncIterator[Product]:
    product, app = Product(), web.Application()
    app.router.add_post("/api/signatures", product.sign)
    app.router.add_get("/{kind:[bc]}/{token}", product.fetched)
    async with TestServer(app) as server:
        product.url = str(server.make_url("")).rstrip("/")
        yield product


class Pauses:
    """Lets the trickle sleep for no time; `on_pause` is called first."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.on_pause: Callable[[], None] = lambda: None

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.on_pause()
        await asyncio.sleep(0)


class Counted(Gateway):
    """Knows how many mails it began to send."""

    begun = 0

    async def send(self, sender: str, recipient: str, subject: str) -> Mail:
        self.begun += 1
        return await super().send(sender, recipient, subject)


def gateway_to(product: Product) -> Counted:
    return Counted(product.url, KEY, count(1).__next__)


def trickle_of(gateway: Gateway, pauses: Pauses, *fates: Fate) -> Trickle:
    def letters() -> Iterator[Letter]:
        for number, fate in enumerate(fates):
            yield Letter("anna@nordwerk.example", f"p{number}@firma.example", "Hello", fate)

    return Trickle(letters(), gateway, Reader(), sleep=pauses.sleep)


async def test_what_becomes_of_a_mail(product: Product) -> None:
    """A mail is signed, then its banner loaded, then clicked, with time between; a scanner follows all at once."""
    pauses = Pauses()
    trickle = trickle_of(gateway_to(product), pauses, "clicked", "opened", "scanned")
    with trickle.watched():
        await trickle.run()

    first, second, third = (f"p{number}@firma.example" for number in range(3))
    assert product.seen[:5] == [
        ("signed", first),
        ("person b", first),
        ("person c", first),
        ("signed", second),
        ("person b", second),
    ]
    assert product.seen[5] == ("signed", third)
    assert set(product.seen[6:]) == {("scanner b", third), ("scanner c", third)}
    assert all(seconds > 1 for seconds in pauses.slept)


async def test_nobody_looks(product: Product) -> None:
    """No mail is written before anybody looks, nor after the last one has gone, nor while it is switched off."""
    gateway, pauses, looking = gateway_to(product), Pauses(), ExitStack()
    trickle = trickle_of(gateway, pauses, *(["opened"] * 50))
    running = asyncio.create_task(trickle.run())
    await _as_far_as_it_goes()
    assert gateway.begun == 0

    looking.enter_context(trickle.watched())
    await between_letters(pauses, product, 4, lambda: setattr(trickle, "is_on", False))
    await _as_far_as_it_goes()
    assert gateway.begun == 2

    trickle.is_on = True
    await between_letters(pauses, product, 8, looking.close)
    await _as_far_as_it_goes()
    assert gateway.begun == 4

    assert not running.done()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def between_letters(pauses: Pauses, product: Product, number: int, act: Callable[[], object]) -> None:
    """Does something when so many requests have come and the next letter is waited for."""
    done = asyncio.Event()

    def look() -> None:
        if len(product.seen) == number and pauses.slept[-1] >= PAUSES[0] and not done.is_set():
            act()
            done.set()

    pauses.on_pause = look
    async with asyncio.timeout(30):
        await done.wait()


async def _as_far_as_it_goes() -> None:
    """No time passes in pauses: what waits for no request goes on at once."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_product_down(product: Product) -> None:
    """A product that gives no banner costs that mail, and no other."""
    product.refuses = True
    pauses = Pauses()
    trickle = trickle_of(gateway_to(product), pauses, "clicked", "opened")

    def recover() -> None:
        product.refuses = product.refuses and len(pauses.slept) < 2

    pauses.on_pause = recover
    with trickle.watched():
        await trickle.run()

    assert product.seen == [
        ("signed", "p0@firma.example"),
        ("signed", "p1@firma.example"),
        ("person b", "p1@firma.example"),
    ]
