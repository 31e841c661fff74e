"""The leader: the one worker that runs jobs. Asked before each job, as it may have changed since."""

import asyncio

import structlog

from storage import Store
from storage.leadership import leader_lock

log = structlog.get_logger()


class Leader:
    """Whether this process leads. Another one takes over as soon as this one dies, or gives up the lead."""

    def __init__(self, store: Store) -> None:
        self._lock = leader_lock(store)
        self._asked = asyncio.Lock()
        self._leads = False

    async def leads(self) -> bool:
        """Take the lead if it is free, and tell whether we have it."""
        async with self._asked:
            leads = await asyncio.to_thread(self._lock.hold)
        if leads != self._leads:
            log.info("leading" if leads else "another process leads")
            self._leads = leads
        return leads

    async def resign(self) -> None:
        """Let another process lead."""
        async with self._asked:
            await asyncio.to_thread(self._lock.release)
        self._leads = False
