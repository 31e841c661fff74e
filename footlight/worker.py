"""The worker part: hints are applied, jobs run when this process leads, and what is owed is delivered."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
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
from webhooks.edge import Check

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
) -> AsyncIterator[Check]:
    """Work beside the block, and tell whether all parts do; what is under way at its end has `stop_within`."""
    asks_hubspot = settings.hubspot_access_token is not None and opened.hasher is not None
    context = hubspot_context(settings, opened) if asks_hubspot else None
    carriers: dict[str, Carrier] = {}
    if slack:
        carriers["slack"] = slack.carrier
    if context:
        carriers["hubspot"] = HubSpotCarrier(context)
    delivery = Delivery(opened.store, carriers, now=utc_now, registry=registry, pace=Pace(poll=POLL))
    every = timedelta(minutes=settings.footlight_reconcile_minutes)
    months, journal = settings.footlight_retention_months, journal_client(settings, opened.connections)
    means = Means(opened.store, utc_now, context, every, months, journal, opened.hasher)
    schedule = Schedule(jobs(means), Leader(opened.store), registry)
    parts: list[Any] = [delivery, schedule]
    if context:
        parts.append(Apply(context, poll=POLL))
    async with _running(*(part.run() for part in parts)) as why_not:
        try:
            yield Check("worker", why_not)
        finally:
            await asyncio.gather(*(part.stop(stop_within) for part in parts))
            opened.connections.cut()


def utc_now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def _running(*loops: Coroutine[Any, Any, None]) -> AsyncIterator[Callable[[], Awaitable[str | None]]]:
    """Run endless loops beside the block; one that breaks is logged, and the others go on. Gives why not all do."""
    tasks = [asyncio.create_task(_watched(loop)) for loop in loops]

    async def why_not() -> str | None:
        return "a part of the worker broke: its log says why; restart the process" if _any_done(tasks) else None

    try:
        yield why_not
    finally:
        _, late = await asyncio.wait(tasks, timeout=1)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _any_done(tasks: list[asyncio.Task[None]]) -> bool:
    return any(task.done() for task in tasks)


async def _watched(loop: Coroutine[Any, Any, None]) -> None:
    try:
        await loop
    except Exception:
        log.exception("a part of the worker broke; restart the process")
        raise
