"""Fold what was recorded of people who came to be counted only in groups: their group was set so, or they joined it."""

from collections.abc import Callable
from datetime import datetime

import structlog

from storage import Store, events_folded

log = structlog.get_logger()


async def fold_events(store: Store, now: Callable[[], datetime]) -> int:
    """Fold all of it, some addresses a transaction; of how many addresses."""
    folded = 0
    while address_ids := await store.read(events_folded.recorded):
        await store.write(events_folded.fold, address_ids, now=now())
        folded += len(address_ids)
    if folded:
        log.info("what was recorded of people is counted only in groups now", addresses=folded)
    return folded
