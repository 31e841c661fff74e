"""Slack for this installation: the bot, its carrier and its two ways in, made of the settings."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final

import structlog

from bot.app import make_bot
from bot.carrier import SlackCarrier
from bot.chart_links import ChartLinks
from bot.desk import Desk
from bot.events import Events
from bot.homes import Homes
from bot.install import Install
from bot.installations import InstallationStore, StateStore, authorize_by, client_of_each
from bot.manifest import bot_scopes
from bot.permissions import People
from bot.socket_mode import SocketMode
from bot.transport import SlackEndpoint
from bot.web_client import always, slack_client, whose_token
from bot.workspace_carriers import WorkspaceCarriers
from footlight.hubspot import hubspot_search
from footlight.opening import Opened
from footlight.settings import Settings, reveal
from storage import Busy, StoreDown, workspaces
from storage.carriers import Carrier
from webhooks.edge import Handler
from webhooks.problems import malformed
from webhooks.verify import check_slack

log = structlog.get_logger()

HANG_UP_SECONDS: Final = 1.0
DRAIN_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class SlackHandlers:
    """What the web edge hands on to the bot; None: it does not come by HTTP."""

    events: Handler | None = None
    install: Handler | None = None
    oauth_redirect: Handler | None = None


class Slack:
    """
    Slack, in one workspace or in several. Built inside a running loop; `close` finishes what is under way.

    Args:
        token: None: each workspace's own.
    """

    def __init__(self, settings: Settings, opened: Opened, token: str | None, now: Callable[[], datetime]) -> None:
        self._client = slack_client(token, settings.slack_base_url)
        self._store = opened.store
        each = None if token else client_of_each(opened.store, opened.keys, settings.slack_base_url)
        client_of = each or always(self._client)
        installed = InstallationStore(opened.store, opened.keys, now=now)
        secrets = reveal(settings.slack_signing_secret)
        people, charts = People(client_of), chart_links(settings, opened)
        desk = Desk(
            store=opened.store,
            hasher=opened.known_hasher,
            people=people,
            now=now,
            public_url=settings.public_url,
            own_domains=frozenset(settings.footlight_own_domains),
            charts=charts,
            hubspot=hubspot_search(settings, opened),
            client_of=each,
        )
        self._connections = opened.connections
        self._homes = Homes(opened.store, people, client_of, now=now, charts=charts)
        authorize = authorize_by(installed) if each else None
        self._dispatch = make_bot(desk, self._client, self._homes, authorize=authorize)
        self._events = Events(opened.store, opened.keys, self._dispatch, now=now)
        self._endpoint = SlackEndpoint(self._events, self._dispatch, prove=partial(prove, secrets), malformed=malformed)
        carrier = partial(SlackCarrier, store=opened.store, people=people, now=now, charts=charts)
        self.carrier: Carrier = WorkspaceCarriers(each, carrier) if each else carrier(self._client)
        self._install = _install(settings, opened, installed) if each else None
        self._app_token = settings.slack_app_token
        self._socket: SocketMode | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._renewing: asyncio.Task[None] | None = None
        self._meeting: asyncio.Task[None] | None = None

    @property
    def handlers(self) -> SlackHandlers:
        """What comes by HTTP."""
        return SlackHandlers(
            events=None if self._app_token else self._endpoint.receive,
            install=self._install.offer if self._install else None,
            oauth_redirect=self._install.come_back if self._install else None,
        )

    def resume(self) -> None:
        """Answer what was acknowledged before a restart and is not answered yet; from now on Homes are renewed."""
        self._events.resume()
        self._renewing = asyncio.create_task(self._homes.run())
        if not self._install:
            self._meeting = asyncio.create_task(self._meet_workspace())

    def connect(self) -> None:
        """Begin to open the socket, where an app token switches to Socket Mode. Nothing else waits for Slack."""
        if self._app_token is not None:
            app_token = self._app_token.get_secret_value()
            self._socket = SocketMode(self._events, self._dispatch, app_token=app_token, client=self._client)
            self._connecting = asyncio.create_task(self._socket.connect())

    async def _meet_workspace(self) -> None:
        """Keep whose token it is, so that ids mean the same when there are several workspaces."""
        try:
            if whose := await whose_token(self._client):
                await self._store.write(workspaces.begin, *whose, now=utc_now())
        except (StoreDown, Busy) as error:
            log.info("the workspace is not noted before the next start", because=str(error))

    async def why_not(self) -> str | None:
        """Why nothing can come from Slack now; None: it can."""
        return await self._socket.why_not() if self._socket else None

    async def close(self) -> None:
        for task in (self._connecting, self._renewing, self._meeting):
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


def open_slack(settings: Settings, opened: Opened, *, now: Callable[[], datetime] = utc_now) -> Slack | None:
    """Slack, where a bot token is set or workspaces are invited, and opted-out people can be recognised."""
    token = settings.slack_bot_token
    if opened.hasher is None or (token is None and not settings.has_several_workspaces):
        return None
    return Slack(settings, opened, token.get_secret_value() if token else None, now)


def _install(settings: Settings, opened: Opened, installed: InstallationStore) -> Install:
    secret = settings.slack_client_secret
    return Install(
        installed,
        StateStore(opened.store, now=utc_now),
        slack_client(None, settings.slack_base_url),
        client_id=settings.slack_client_id or "",
        client_secret=secret.get_secret_value() if secret else "",
        scopes=bot_scopes(),
        public_url=settings.public_url,
    )
