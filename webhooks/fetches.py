"""Fetches of banners and links on their way to the disk: waited for, but no longer than a person would."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from itertools import islice
from typing import Final

import structlog
from aiohttp import web

from decisions.human_or_machine import is_prefetch
from storage import Busy, StoreDown
from storage.campaigns import CampaignInForce
from storage.fetch_arrived import Fetched, Untracked
from storage.group_commit import Pending
from storage.tracking import EventKind
from webhooks.edge import EDGE, Edge
from webhooks.tokens import Opened

LONGEST_WAIT_SECONDS: Final = 1.0
RETRY_SECONDS: Final = 1.0
LAST_TRY_SECONDS: Final = 3.0
# About 1 KB each: what a store that hangs or is down may cost us in memory.
MOST_ON_THEIR_WAY: Final = 50_000
MOST_IN_MEMORY: Final = 50_000
RETRIED_AT_ONCE: Final = 500

log = structlog.get_logger()

Way = Pending[Fetched, CampaignInForce | None]


class Fetches:
    """
    Keeps fetches, and tells what to show or to follow.

    A click that is not on disk within a second, because the store is slow or down, is counted and logged as not on
    disk, stays in memory and is written when the store is back; it is lost if memory is full or the process ends
    before. A view is then lost at once. A click whose commit broke off may be kept twice: nobody can tell whether it
    got through.
    """

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        batch = edge.tracker.keep if edge.tracker else Untracked(edge.campaigns).choose
        self._gate = edge.store.gather(batch)
        self._on_their_way = 0
        self._late: set[asyncio.Task[None]] = set()
        self._in_memory: deque[Fetched] = deque()
        self._wake = asyncio.Event()
        self._untold, self._told_at = 0, float("-inf")
        counter = edge.metrics.fetches
        self._on_disk = {kind: counter.labels(kind.name.lower(), "on disk") for kind in EventKind}

    @property
    def in_memory(self) -> int:
        """How many clicks wait for the store to come back."""
        return len(self._in_memory)

    async def keep(self, fetched: Fetched) -> CampaignInForce | None:
        """The campaign for this fetch, None if there is none: as the store says, or from memory if that takes long."""
        if self._in_memory or self._on_their_way >= MOST_ON_THEIR_WAY:
            self._answered_early(fetched)
            self._keep_in_memory(fetched)
            return self._remembered(fetched)
        way = self._gate.put(fetched)
        self._on_their_way += 1
        try:
            campaign = await way.result(LONGEST_WAIT_SECONDS)
        except TimeoutError:
            self._answered_early(fetched)
            self._see_off(way, fetched)
            return self._remembered(fetched)
        except Exception as error:  # noqa: BLE001 - told below; the person lands, whatever is wrong with us
            self._answered_early(fetched)
            self._failed(fetched, error)
            return self._remembered(fetched)
        self._on_their_way -= 1
        self._on_disk[fetched.kind].inc()
        return campaign

    def _see_off(self, way: Way, fetched: Fetched) -> None:
        task = asyncio.create_task(self._learn_the_end(way, fetched))
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def _learn_the_end(self, way: Way, fetched: Fetched) -> None:
        try:
            await way.result()
        except Exception as error:  # noqa: BLE001 - told by _failed
            self._failed(fetched, error)
        else:
            self._on_their_way -= 1
            self._count(fetched, "later on disk")

    def _failed(self, fetched: Fetched, error: Exception) -> None:
        self._on_their_way -= 1
        if isinstance(error, StoreDown | Busy):
            self._keep_in_memory(fetched)
        else:
            self._lose(fetched)
            log.error("a fetch could not be kept", kind=fetched.kind.name, exc_info=error)

    def _keep_in_memory(self, fetched: Fetched) -> None:
        if fetched.kind is not EventKind.CLICK or len(self._in_memory) >= MOST_IN_MEMORY:
            self._lose(fetched)
        else:
            self._in_memory.append(fetched)
            self._wake.set()

    def _lose(self, fetched: Fetched) -> None:
        self._count(fetched, "lost")

    def _count(self, fetched: Fetched, kept: str) -> None:
        self._edge.metrics.fetches.labels(fetched.kind.name.lower(), kept).inc()

    def _answered_early(self, fetched: Fetched) -> None:
        """Counts each, logs once a second."""
        self._count(fetched, "not on disk")
        self._untold += 1
        moment = asyncio.get_running_loop().time()
        if moment - self._told_at >= RETRY_SECONDS:
            log.warning("fetches not on disk", fetches=self._untold, in_memory=self.in_memory)
            self._untold, self._told_at = 0, moment

    def _remembered(self, fetched: Fetched) -> CampaignInForce | None:
        campaigns = self._edge.campaigns
        own = self._edge.tracker.own_domains if self._edge.tracker else frozenset()
        known = campaigns.get_in_force(fetched.campaign_id, fetched.at)
        return known or campaigns.remembered(fetched.named.domain, fetched.at, own=own)

    async def retry(self) -> None:
        """Write what is in memory as soon as the store is back; runs until it is cancelled."""
        while True:
            await self._wake.wait()
            while self._in_memory:
                if not await self._retry_some():
                    await asyncio.sleep(RETRY_SECONDS)
            self._wake.clear()

    async def _retry_some(self) -> bool:
        """Whether the store took the oldest of them."""
        some = list(islice(self._in_memory, RETRIED_AT_ONCE))
        ends = await asyncio.gather(*(self._gate(fetched) for fetched in some), return_exceptions=True)
        still = [fetched for fetched, end in zip(some, ends, strict=True) if isinstance(end, StoreDown | Busy)]
        for fetched, end in zip(some, ends, strict=True):
            self._in_memory.popleft()
            if not isinstance(end, BaseException):
                self._count(fetched, "later on disk")
            elif not isinstance(end, StoreDown | Busy):
                self._lose(fetched)
                log.error("a fetch could not be kept", kind=fetched.kind.name, exc_info=end)
        self._in_memory.extendleft(reversed(still))
        if not still:
            log.info("fetches are on disk after all", fetches=len(some), in_memory=self.in_memory)
        return not still

    async def finish(self) -> None:
        """One last try for what is in memory; what does not get through is lost, and told."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_TRY_SECONDS):
                await asyncio.gather(*self._late)
                while self._in_memory and await self._retry_some():
                    pass
        if lost := len(self._in_memory) + len(self._late):
            log.error("fetches lost: the store took them neither in time nor at the end", fetches=lost)


def as_fetched(request: web.Request, opened: Opened, kind: EventKind) -> Fetched:
    """What the store needs to know of a request whose token opened."""
    headers, edge = request.headers, request.app[EDGE]
    return Fetched(
        kind,
        edge.now(),
        opened.mail_id,
        opened.sender,
        opened.recipient,
        opened.account_domain,
        headers.get("User-Agent"),
        request.method,
        is_prefetch(headers),
        opened.campaign_id,
        edge.scanner_at(request) if edge.scanner_at else None,
    )


FETCHES: Final = web.AppKey("fetches", Fetches)


async def running_fetches(app: web.Application) -> AsyncIterator[None]:
    """Makes the gate for an application, and writes what it still holds in memory at the end."""
    app[FETCHES] = fetches = Fetches(app[EDGE])
    retrying = asyncio.create_task(fetches.retry())
    yield
    retrying.cancel()
    with suppress(asyncio.CancelledError):
        await retrying
    await fetches.finish()
