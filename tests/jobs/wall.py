"""A destination to deliver to: a real HTTP server on loopback where messages are pinned up, and its carrier."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from aiohttp import ClientError, ClientSession, web

from decisions.retries import Failure
from jobs.deliver import Pace
from storage.carriers import CannotLook, Lost, NotFound, NotSent, Pause, Sent
from storage.delivery import Item

QUICK = Pace(
    settle=timedelta(0), lease=timedelta(seconds=0.6), limit=timedelta(seconds=0.5), poll=timedelta(milliseconds=10)
)


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Wall:
    """
    What hangs where, in order. `answers` are statuses to give before 200, by destination; 5xx pins up all the same.

    `closed` destinations keep whoever comes waiting: `before` or `after` the message is pinned up.
    """

    pinned: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    keys: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    answers: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    closed: dict[str, str] = field(default_factory=dict)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    readable: bool = True
    at_once: int = 0
    most_at_once: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    inside: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    async def pin(self, request: web.Request) -> web.Response:
        where, told = request.match_info["where"], await request.json()
        self.inside[where] += 1
        self.most_at_once[where] = max(self.most_at_once[where], self.inside[where])
        try:
            return await self._pin(where, told)
        finally:
            self.inside[where] -= 1

    async def _pin(self, where: str, told: dict[str, str]) -> web.Response:
        if self.closed.get(where) == "before":
            await self._wait()
        status = self.answers[where].pop(0) if self.answers[where] else 200
        if status == 200 or status >= 500:
            self.pinned[where].append(told["words"])
            self.keys[where].append(told["key"])
        if self.closed.get(where) == "after":
            await self._wait()
        return web.Response(status=status)

    async def _wait(self) -> None:
        self.arrived.set()
        await self.opened.wait()

    async def show(self, request: web.Request) -> web.Response:
        if not self.readable:
            return web.Response(status=403)
        return web.json_response(self.keys[request.match_info["where"]])

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/{where}", self.pin)
        app.router.add_get("/{where}", self.show)
        return app


@dataclass
class WallCarrier:
    """Brings items to a wall; the words are made when they are sent."""

    http: ClientSession
    url: str
    words: Callable[[Item], str] = lambda item: item.subject
    interval: timedelta = timedelta(0)

    async def send(self, item: Item) -> Sent | NotSent | Lost | Pause:
        told = {"key": item.key, "words": self.words(item)}
        try:
            async with self.http.post(f"{self.url}/{item.destination}", json=told) as answer:
                return _outcome(answer.status)
        except ClientError as error:
            return Lost(type(error).__name__)

    async def find_sent(self, item: Item) -> Sent | NotFound | CannotLook:
        async with self.http.get(f"{self.url}/{item.destination}") as answer:
            if answer.status != 200:
                return CannotLook("may not read the wall")
            return Sent() if item.key in await answer.json() else NotFound()


def _outcome(status: int) -> Sent | NotSent | Lost | Pause:
    if status == 200:
        return Sent()
    if status == 410:
        return Pause("is_archived")
    if status >= 500:
        return Lost("an answer of 500")
    wait = timedelta(milliseconds=50) if status == 429 else None
    return NotSent(Failure(f"refused with {status}", lasting=status == 400, wait=wait))
