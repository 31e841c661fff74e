"""The processes: who runs what. `run` is everything in one; `web`, `worker` and `bot` are the parts."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog

from footlight.opening import Opened, open_all
from footlight.settings import Settings
from footlight.slack import Slack, open_slack
from footlight.web import make_edge, served
from footlight.worker import working
from storage import subscriptions
from storage.subscriptions import Topic
from webhooks.edge import Check
from webhooks.metrics import Metrics

log = structlog.get_logger()

# The parts stop one after the other, and share ten seconds with the web part's two and Slack's two.
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
    stop: asyncio.Event | None = None,
    started: Callable[[str | None], object] = lambda _: None,
) -> None:
    """
    Run the parts until SIGTERM, SIGINT or `stop`; then end within ten seconds.

    Args:
        started: told when all parts run, with the address of the endpoints if this process has them.

    Raises:
        BadSettings, SchemaOld, SchemaTooNew, StoreDown; OSError when the port is taken.
    """
    stop = stop or _stop_at_signals()
    async with AsyncExitStack() as stack:
        opened = open_all(settings)
        stack.push_async_callback(opened.store.close)
        metrics = Metrics()
        await _subscribe(settings, opened)
        address = await _start(stack, settings, parts, opened, metrics)
        _tell_what_is_off(settings, opened)
        if parts == BOT and not settings.slack_app_token:
            log.info(
                "waiting: SLACK_APP_TOKEN is not set, so Slack comes over HTTP, and footlight web does the bot's work"
            )
        started(address)
        await stop.wait()
        log.info("stopping")
    log.info("stopped")


async def _start(
    stack: AsyncExitStack, settings: Settings, parts: Parts, opened: Opened, metrics: Metrics
) -> str | None:
    slack = open_slack(settings, opened)
    if slack:
        stack.push_async_callback(slack.close)
    if parts.worker:
        await stack.enter_async_context(working(settings, opened, slack, metrics.registry, stop_within=STOP_WITHIN))
    if parts.bot and slack:
        await slack.connect()
    address = None
    if parts.web:
        edge = make_edge(
            settings, opened, metrics, slack_events=_http_events(settings, slack), checks=_checks(opened, slack, parts)
        )
        address = await stack.enter_async_context(served(edge, settings.footlight_host, settings.port))
        log.info("listening", address=address)
    if slack and _hears_slack(settings, parts):
        slack.resume()
    return address


def _hears_slack(settings: Settings, parts: Parts) -> bool:
    """Who receives Slack's events answers those that a stopped process left; two would answer them twice."""
    return parts.bot if settings.slack_app_token else parts.web


def _http_events(settings: Settings, slack: Slack | None) -> Any:
    return slack.receive if slack and not settings.slack_app_token else None


def _checks(opened: Opened, slack: Slack | None, parts: Parts) -> tuple[Check, ...]:
    async def why_not_tracked() -> str | None:
        return opened.why_not_tracked

    tracking = Check("tracking", why_not_tracked)
    return (tracking, Check("slack", slack.why_not)) if slack and parts.bot else (tracking,)


async def _subscribe(settings: Settings, opened: Opened) -> None:
    """The channels of the settings are the first subscriptions."""
    channels = {
        Topic.LEADS: settings.footlight_leads_channel,
        Topic.FEED: settings.footlight_feed_channel,
        Topic.ADMIN: settings.footlight_admin_channel,
    }
    for topic, channel in channels.items():
        if channel:
            await opened.store.write(subscriptions.subscribe, topic, channel, now=datetime.now(UTC))


def _tell_what_is_off(settings: Settings, opened: Opened) -> None:
    off = {
        "HubSpot: set HUBSPOT_ACCESS_TOKEN": settings.hubspot_access_token,
        "HubSpot's webhooks: set HUBSPOT_CLIENT_SECRET": settings.hubspot_client_secret,
        "Slack: set SLACK_BOT_TOKEN": settings.slack_bot_token,
        "the API: set FOOTLIGHT_API_KEY": settings.footlight_api_key,
        "clicks of other tools: set FOOTLIGHT_CLICKS_SECRET": settings.footlight_clicks_secret,
    }
    for what, is_set in off.items():
        if not is_set:
            log.info("off", what=what)
    if opened.why_not_tracked:
        log.error("nothing is tracked", because=opened.why_not_tracked)


def _stop_at_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
