"""The web part: the endpoints, served until the process ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from aiohttp import web

from bot.chart_links import DrawnCharts
from decisions.scanner_networks import kept_networks, read_networks_file, together
from footlight.listening import Sockets, serve_on
from footlight.opening import Opened
from footlight.settings import Settings, reveal
from footlight.slack import SlackHandlers
from storage.campaigns import CampaignsInForce
from storage.fetch_arrived import Tracker
from webhooks.client_address import ScannerAt
from webhooks.edge import Check, Edge
from webhooks.metrics import Metrics
from webhooks.verify import read_standard_secrets

FINISH_WITHIN_SECONDS = 2.0
# When a start has settled, and before somebody looks at a card.
WARM_UP_AFTER: Final = timedelta(seconds=10)
_NO_SLACK = SlackHandlers()


def make_edge(
    settings: Settings,
    opened: Opened,
    metrics: Metrics,
    *,
    charts: DrawnCharts,
    slack: SlackHandlers = _NO_SLACK,
    checks: tuple[Check, ...] = (),
) -> Edge:
    """What the endpoints are given."""
    campaigns = CampaignsInForce()
    own = frozenset(settings.footlight_own_domains)
    click_secrets = reveal(settings.footlight_clicks_secret)
    return Edge(
        store=opened.store,
        keys=opened.keys,
        public_url=settings.public_url,
        campaigns=campaigns,
        tracker=Tracker(campaigns, opened.hasher, own) if opened.hasher else None,
        hubspot_secrets=reveal(settings.hubspot_client_secret),
        workflow_secrets=reveal(settings.hubspot_workflow_secret),
        click_secrets=read_standard_secrets(",".join(click_secrets)) if click_secrets else (),
        api_keys=reveal(settings.footlight_api_key),
        api_rate=settings.footlight_api_rate,
        sender_numbers=settings.footlight_sender_numbers,
        time_zone=settings.footlight_timezone,
        slack_events=slack.events,
        slack_install=slack.install,
        slack_oauth_redirect=slack.oauth_redirect,
        scanner_at=_scanner_at(settings),
        draw_chart=charts.png,
        checks=checks,
        metrics=metrics,
    )


def _scanner_at(settings: Settings) -> ScannerAt | None:
    """None where no proxy is trusted: then nobody's address is looked at."""
    if not settings.footlight_trusted_proxies:
        return None
    own = settings.footlight_scanner_networks
    networks = together(read_networks_file(own), kept_networks()) if own else kept_networks()
    return ScannerAt(networks, settings.footlight_trusted_proxies)


@asynccontextmanager
async def served(app: web.Application, sockets: Sockets) -> AsyncIterator[None]:
    """Answer on these beside the block. At its end requests under way are finished."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=FINISH_WITHIN_SECONDS, handle_signals=False)
    await runner.setup()
    try:
        await serve_on(runner, sockets)
        yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def warming_up(charts: DrawnCharts, *, after: timedelta = WARM_UP_AFTER) -> AsyncIterator[None]:
    """Get ready to draw charts, beside the block."""

    async def later() -> None:
        await asyncio.sleep(after.total_seconds())
        await charts.warm_up()

    task = asyncio.create_task(later())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
