"""The worker part: hints are applied, jobs run when this process leads, and what is owed is delivered."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from prometheus_client import CollectorRegistry

from footlight.hubspot import hubspot_context, journal_client
from footlight.opening import Opened
from footlight.settings import Settings
from footlight.slack import Slack
from jobs.apply import Apply
from jobs.deliver import Delivery, Pace
from jobs.hubspot.carrier import HubSpotCarrier
from jobs.leader import Leader
from jobs.schedule import Means, Schedule, jobs
from storage.carriers import Carrier

log = structlog.get_logger()

# What happens is to be seen within two seconds, also where another process wrote it.
POLL: Final = timedelta(milliseconds=250)


@asynccontextmanager
async def working(
    settings: Settings,
    opened: Opened,
    slack: Slack | None,
    registry: CollectorRegistry,
    *,
    stop_within: timedelta,
) -> AsyncIterator[None]:
    """Work beside the block; at its end what is under way may finish `stop_within` that time."""
    asks_hubspot = settings.hubspot_access_token is not None and opened.hasher is not None
    context = hubspot_context(settings, opened) if asks_hubspot else None
    carriers: dict[str, Carrier] = {}
    if slack:
        carriers["slack"] = slack.carrier
    if context:
        carriers["hubspot"] = HubSpotCarrier(context)
    delivery = Delivery(opened.store, carriers, now=utc_now, registry=registry, pace=Pace(poll=POLL))
    every = timedelta(minutes=settings.footlight_reconcile_minutes)
    months, journal = settings.footlight_retention_months, journal_client(settings)
    means = Means(opened.store, utc_now, context, every, months, journal)
    schedule = Schedule(jobs(means), Leader(opened.store), registry)
    parts: list[Any] = [delivery, schedule]
    if context:
        parts.append(Apply(context, poll=POLL))
    async with _running(*(part.run() for part in parts)):
        try:
            yield
        finally:
            await asyncio.gather(*(part.stop(stop_within) for part in parts))


def utc_now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def _running(*loops: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run endless loops beside the block; one that breaks is logged, and the others go on."""
    tasks = [asyncio.create_task(_watched(loop)) for loop in loops]
    try:
        yield
    finally:
        _, late = await asyncio.wait(tasks, timeout=1)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _watched(loop: Coroutine[Any, Any, None]) -> None:
    try:
        await loop
    except Exception:
        log.exception("a part of the worker broke; restart the process")
        raise
