"""Erased bytes: what erased people left in the database's files, removed again and again until nothing remains."""

import asyncio

import structlog

from storage import Store, erased_bytes
from storage.database import forget_bytes

log = structlog.get_logger()


async def forget_erased_bytes(store: Store) -> bool:
    """True: nothing is owed any more. False while a reader holds the log; the next run tries again."""
    up_to = await store.read(erased_bytes.owed_up_to)
    if up_to is None:
        return True
    if not await asyncio.to_thread(forget_bytes, store.engine):
        log.info("bytes of erased people remain in the log, as somebody reads it")
        return False
    await store.write(erased_bytes.forgotten, up_to)
    return True
