"""Reading ahead: records are read, thousands at the same time, while it still becomes known who else is to be."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final

from jobs.hubspot.contacts import CHUNK

# So many chunks are read at the same time, each by several requests: enough for HubSpot's highest limit where an answer
# takes half a second.
AT_ONCE: Final = 4

Read = Callable[[Sequence[str]], Awaitable[None]]


class ReadAhead:
    """Gathers ids to chunks and has them read; when `AT_ONCE` chunks are being read, the next one waits."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._gathered: list[str] = []
        self._at_work: set[asyncio.Future[None]] = set()

    async def add(self, ids: Sequence[str]) -> None:
        """
        These are to be read too.

        Raises:
            The trouble that reading earlier ones had.
        """
        self._gathered += ids
        while len(self._gathered) >= CHUNK:
            await self._begin(self._gathered[:CHUNK])
            del self._gathered[:CHUNK]

    async def finish(self) -> None:
        """All are read. Raises: the first trouble, if there was any."""
        if self._gathered:
            await self._begin(self._gathered)
        while self._at_work:
            await self._one_ended()

    async def stop(self, *, at_once: bool) -> None:
        """Nobody is at work any more, whatever became of it."""
        for each in self._at_work if at_once else ():
            each.cancel()
        await asyncio.gather(*self._at_work, return_exceptions=True)

    async def _begin(self, ids: Sequence[str]) -> None:
        if len(self._at_work) >= AT_ONCE:
            await self._one_ended()
        self._at_work.add(asyncio.ensure_future(self._read(ids)))

    async def _one_ended(self) -> None:
        ended, self._at_work = await asyncio.wait(self._at_work, return_when=asyncio.FIRST_COMPLETED)
        troubles = [trouble for each in ended if (trouble := each.exception())]
        if troubles:
            raise troubles[0]


@asynccontextmanager
async def reading_ahead(read: Read) -> AsyncIterator[ReadAhead]:
    """All that was added is read at the end. Who leaves by trouble waits for what is being read, as it is stored."""
    ahead, at_once = ReadAhead(read), False
    try:
        yield ahead
        await ahead.finish()
    except asyncio.CancelledError:
        at_once = True
        raise
    finally:
        await ahead.stop(at_once=at_once)
