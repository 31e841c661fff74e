"""Retention: what is forgotten when it is old."""

from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from storage import Store, dead_letters, events_thinned, inbox

log = structlog.get_logger()

DEAD_LETTERS: Final = timedelta(days=30)
# Slack sends an event again for minutes; what came is remembered for longer, so that a repeat is known.
SLACK_EVENTS: Final = timedelta(days=1)
AGENTS: Final = timedelta(days=30)


async def forget_dead_letters(store: Store, now: Callable[[], datetime]) -> int:
    """Forget dead letters older than 30 days; how many."""
    return await store.write(dead_letters.forget, now() - DEAD_LETTERS)


async def forget_slack_events(store: Store, now: Callable[[], datetime]) -> int:
    """Forget which Slack events came more than a day ago; how many."""
    return await store.write(inbox.forget_slack_events, now() - SLACK_EVENTS)


async def forget_agents(store: Store, now: Callable[[], datetime]) -> int:
    """Keep only the family of agents older than 30 days; of how many views and clicks."""
    before, forgotten, next_id = now() - AGENTS, 0, 0
    while True:
        stretch = await store.read(events_thinned.look_for_agents, next_id, before)
        if stretch.old:
            forgotten += await store.write(events_thinned.forget_agents, stretch.old)
        if stretch.next_id is None:
            return forgotten
        next_id = stretch.next_id


async def thin_events(store: Store, now: Callable[[], datetime], months: int) -> int:
    """Fold views and clicks that are so many months old into totals that name nobody; how many."""
    before, thinned, next_id = months_before(now(), months), 0, 0
    while True:
        stretch = await store.read(events_thinned.look, next_id, before)
        if stretch.old:
            thinned += await store.write(events_thinned.thin, stretch.old)
        if stretch.next_id is None:
            break
        next_id = stretch.next_id
    while await store.write(events_thinned.forget_activities, before):
        pass
    if thinned:
        log.info("old views and clicks are in the totals now", events=thinned, months=months)
    return thinned


def months_before(moment: datetime, months: int) -> datetime:
    """The same day and hour so many months earlier; where that month is shorter, on its last day. UTC."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    if year < 1:
        return datetime.min.replace(tzinfo=UTC)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
