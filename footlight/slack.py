"""Slack for this installation: the bot, its carrier and its two ways in, made of the settings."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Final

import structlog
from aiohttp import web

from bot.app import make_bot
from bot.carrier import SlackCarrier
from bot.chart_links import ChartLinks
from bot.desk import Desk
from bot.events import Events
from bot.home import Homes
from bot.permissions import People
from bot.socket_mode import SocketMode
from bot.transport import SlackEndpoint
from bot.web_client import slack_client
from footlight.hubspot import hubspot_search
from footlight.opening import Opened
from footlight.settings import Settings, reveal
from webhooks.problems import malformed
from webhooks.verify import check_slack

log = structlog.get_logger()

HANG_UP_SECONDS: Final = 1.0
DRAIN_SECONDS: Final = 2.0


class Slack:
    """One workspace's Slack. Built inside a running loop; `close` finishes what is under way."""

    def __init__(self, settings: Settings, opened: Opened, token: str) -> None:
        self._client = slack_client(token, settings.slack_base_url)
        secrets = reveal(settings.slack_signing_secret)
        people, charts = People(self._client), chart_links(settings, opened)
        desk = Desk(
            store=opened.store,
            hasher=opened.known_hasher,
            people=people,
            now=utc_now,
            public_url=settings.public_url,
            own_domains=frozenset(settings.footlight_own_domains),
            charts=charts,
            hubspot=hubspot_search(settings, opened),
        )
        self._connections = opened.connections
        self._homes = Homes(opened.store, people, self._client, now=utc_now)
        self._dispatch = make_bot(desk, self._client, self._homes)
        self._events = Events(opened.store, opened.keys, self._dispatch, now=utc_now)
        self._endpoint = SlackEndpoint(self._events, self._dispatch, prove=partial(prove, secrets), malformed=malformed)
        self.carrier = SlackCarrier(self._client, opened.store, people=people, now=utc_now)
        self._app_token = settings.slack_app_token
        self._socket: SocketMode | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._renewing: asyncio.Task[None] | None = None

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """The handler of POST /slack/events."""
        return await self._endpoint.receive(request)

    def resume(self) -> None:
        """Answer what was acknowledged before a restart and is not answered yet; from now on Homes are renewed."""
        self._events.resume()
        self._renewing = asyncio.create_task(self._homes.run())

    def connect(self) -> None:
        """Begin to open the socket, where an app token switches to Socket Mode. Nothing else waits for Slack."""
        if self._app_token is not None:
            app_token = self._app_token.get_secret_value()
            self._socket = SocketMode(self._events, self._dispatch, app_token=app_token, client=self._client)
            self._connecting = asyncio.create_task(self._socket.connect())

    async def why_not(self) -> str | None:
        """Why nothing can come from Slack now; None: it can."""
        return await self._socket.why_not() if self._socket else None

    async def close(self) -> None:
        for task in (self._connecting, self._renewing):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        if self._socket is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._socket.close(), HANG_UP_SECONDS)
        await self._dispatch.drain(DRAIN_SECONDS)
        self._connections.cut()


def utc_now() -> datetime:
    return datetime.now(UTC)


def chart_links(settings: Settings, opened: Opened) -> ChartLinks | None:
    """The addresses of charts; None where Slack cannot fetch them: it does so by https, a sandbox on its machine."""
    is_sandbox = settings.slack_base_url.startswith("http:")
    if not is_sandbox and not settings.public_url.startswith("https:"):
        return None
    return ChartLinks(opened.keys, settings.public_url, utc_now)


def prove(secrets: tuple[str, ...], body: bytes, headers: Mapping[str, str]) -> None:
    """
    Return if Slack signed this just now.

    Raises:
        NotProven
    """
    check_slack(body, headers, secrets=secrets, now=utc_now())


def open_slack(settings: Settings, opened: Opened) -> Slack | None:
    """Slack, where a bot token is set and opted-out people can be recognised."""
    if settings.slack_bot_token is None or opened.hasher is None:
        return None
    return Slack(settings, opened, settings.slack_bot_token.get_secret_value())
