"""Retention: what is forgotten when it is old."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from storage import Store, dead_letters, inbox

DEAD_LETTERS: Final = timedelta(days=30)
# Slack sends an event again for minutes; what came is remembered for longer, so that a repeat is known.
SLACK_EVENTS: Final = timedelta(days=1)


async def forget_dead_letters(store: Store, now: Callable[[], datetime]) -> int:
    """Forget dead letters older than 30 days; how many."""
    return await store.write(dead_letters.forget, now() - DEAD_LETTERS)


async def forget_slack_events(store: Store, now: Callable[[], datetime]) -> int:
    """Forget which Slack events came more than a day ago; how many."""
    return await store.write(inbox.forget_slack_events, now() - SLACK_EVENTS)
