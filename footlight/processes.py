"""The processes: who runs what. `run` is everything in one; `web`, `worker` and `bot` are the parts."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from bot.chart_links import DrawnCharts
from footlight.listening import Sockets, listening, local_url
from footlight.opening import Opened, open_all
from footlight.settings import Settings
from footlight.slack import SlackHandlers, chart_links, open_slack
from footlight.web import make_edge, served, warming_up
from storage import api_keys, subscriptions, workspaces
from storage.subscriptions import Topic
from webhooks.app import make_app
from webhooks.edge import Check, utc_now
from webhooks.health import health_app
from webhooks.metrics import Metrics

log = structlog.get_logger()

# Worker and endpoints stop at the same time, then Slack, which takes up to three more, then the store: within ten.
STOP_WITHIN: Final = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a process does."""

    web: bool = False
    worker: bool = False
    bot: bool = False


RUN: Final = Parts(web=True, worker=True, bot=True)
WEB: Final = Parts(web=True)
WORKER: Final = Parts(worker=True)
BOT: Final = Parts(bot=True)


async def serve(
    settings: Settings,
    parts: Parts,
    *,
    stop: asyncio.Event,
    started: Callable[[str | None], object] = lambda _: None,
) -> None:
    """
    Run the parts until `stop`, which holds while they still start, too; then end within ten seconds.

    Args:
        started: told when all parts run, with the address on which this process answers, if it does.

    Raises:
        BadSettings, SchemaOld, SchemaTooNew, StoreDown, CannotListen
    """
    running, told = asyncio.create_task(_run(settings, parts, started)), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((running, told), return_when=asyncio.FIRST_COMPLETED)
    finally:
        told.cancel()
        if running.cancel():
            log.info("stopping")
        with suppress(asyncio.CancelledError):
            await running
    log.info("stopped")


async def _run(settings: Settings, parts: Parts, started: Callable[[str | None], object]) -> None:
    """Run the parts until this is cancelled."""
    async with AsyncExitStack() as stack:
        sockets = stack.enter_context(_listening(settings, parts))
        opened = await asyncio.to_thread(open_all, settings)
        stack.push_async_callback(opened.store.close)
        await _subscribe(settings, opened)
        address = local_url(sockets) if sockets else None
        await _start(stack, _reached(settings, parts, address), parts, opened, sockets)
        await _tell_what_is_off(settings, opened)
        if parts == BOT and not settings.slack_app_token:
            log.info(
                "waiting: SLACK_APP_TOKEN is not set, so Slack comes over HTTP, and footlight web does the bot's work"
            )
        log.info("listening" if address else "working", address=address)
        started(address)
        await asyncio.Event().wait()


def _reached(settings: Settings, parts: Parts, address: str | None) -> Settings:
    """Without a public URL, the one that works on this machine is the address that was really bound."""
    if not parts.web or settings.footlight_public_url:
        return settings
    return settings.model_copy(update={"footlight_public_url": address})


def _listening(settings: Settings, parts: Parts) -> AbstractContextManager[Sockets]:
    host, port = settings.footlight_host, settings.footlight_metrics_port
    if parts.web:
        return listening(host, settings.port, setting="PORT")
    return nullcontext(()) if port is None else listening(host, port, setting="FOOTLIGHT_METRICS_PORT")


async def _start(stack: AsyncExitStack, settings: Settings, parts: Parts, opened: Opened, sockets: Sockets) -> None:
    slack, metrics, checks = open_slack(settings, opened), Metrics(), [_tracking(opened)]
    if slack:
        stack.push_async_callback(slack.close)
    at_once = await stack.enter_async_context(_ending_at_once())
    if parts.worker:
        from footlight.worker import working

        work = working(settings, opened, slack, metrics.registry, stop_within=STOP_WITHIN)
        checks.append(await at_once().enter_async_context(work))
    if parts.bot and slack:
        slack.connect()
        checks.append(Check("slack", slack.why_not))
    if sockets:
        handlers = slack.handlers if slack else SlackHandlers()
        charts = DrawnCharts(opened.keys, utc_now)
        edge = make_edge(settings, opened, metrics, charts=charts, slack=handlers, checks=tuple(checks))
        app = make_app(edge) if parts.web else health_app(edge)
        await at_once().enter_async_context(served(app, sockets))
        if parts.web and slack and chart_links(settings, opened):
            await at_once().enter_async_context(warming_up(charts))
    if slack and _hears_slack(settings, parts):
        slack.resume()


@asynccontextmanager
async def _ending_at_once() -> AsyncIterator[Callable[[], AsyncExitStack]]:
    """Gives stacks for the block, which at its end are all unwound at the same time."""
    stacks: list[AsyncExitStack] = []

    def one_more() -> AsyncExitStack:
        stacks.append(AsyncExitStack())
        return stacks[-1]

    try:
        yield one_more
    finally:
        await asyncio.gather(*(stack.aclose() for stack in stacks))


def _hears_slack(settings: Settings, parts: Parts) -> bool:
    """Who receives Slack's events answers those that a stopped process left; two would answer them twice."""
    return parts.bot if settings.slack_app_token else parts.web


def _tracking(opened: Opened) -> Check:
    async def why_not() -> str | None:
        return opened.why_not_tracked

    return Check("tracking", why_not)


async def _subscribe(settings: Settings, opened: Opened) -> None:
    """The channels of the settings, which are the first workspace's, are the first subscriptions."""
    channels = {
        Topic.LEADS: settings.footlight_leads_channel,
        Topic.FEED: settings.footlight_feed_channel,
        Topic.ADMIN: settings.footlight_admin_channel,
    }
    if settings.has_several_workspaces and await opened.store.read(workspaces.has_first_ended):
        return
    for topic, channel in channels.items():
        if channel:
            await opened.store.write(subscriptions.subscribe, topic, channel, now=datetime.now(UTC))


async def _tell_what_is_off(settings: Settings, opened: Opened) -> None:
    has_key = bool(settings.footlight_api_key) or await opened.store.read(api_keys.are_there_any)
    off = {
        "HubSpot: set HUBSPOT_ACCESS_TOKEN": settings.hubspot_access_token,
        "HubSpot's webhooks: set HUBSPOT_CLIENT_SECRET": settings.hubspot_client_secret,
        "Slack: set SLACK_BOT_TOKEN": settings.slack_bot_token or settings.has_several_workspaces,
        "the API: make a key with footlight keys create, or set FOOTLIGHT_API_KEY": has_key,
        "clicks of other tools: set FOOTLIGHT_CLICKS_SECRET": settings.footlight_clicks_secret,
    }
    for what, is_set in off.items():
        if not is_set:
            log.info("off", what=what)
    if opened.why_not_tracked:
        log.error("nothing is tracked", because=opened.why_not_tracked)
