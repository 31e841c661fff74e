"""Apply: hints from the inbox become the present state of what they name, asked of HubSpot and stored."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Final

import structlog

from decisions.retries import Failure, GiveUp, Later, next_attempt, retry_after
from jobs.context import Context
from jobs.hint_kinds import Hints, about_companies, about_contacts, about_privacy_deletions
from jobs.hubspot.trouble import HubSpotTrouble, ScopeMissing, TokenRefused
from jobs.list_turns import rest_before
from jobs.reconcile import Wish, make_equal
from storage import Busy, StoreDown, inbox, target_groups
from storage.inbox import ClaimedHint, HintKind
from storage.portal import OtherPortal

log = structlog.get_logger()

AT_A_TIME: Final = 100  # contacts of one batch read
# So long after a process died, another one deals with what it had in its hands.
LEASE: Final = timedelta(seconds=10)
HEARTBEAT: Final = LEASE / 3
POLL: Final = timedelta(seconds=1)
# Until somebody gave a token that works, or the scope that lacks.
PAUSE: Final = timedelta(minutes=1)
# What fails so often for a reason of its own will never be dealt with.
MOST_ATTEMPTS: Final = 8
TOLD_BY_A_WEBHOOK: Final = Wish("a webhook told that it changed", reads_changes=False)


class Became(StrEnum):
    """What became of a round."""

    APPLIED = "applied"
    NOTHING = "nothing was due"
    REFUSED = "refused"


class Apply:
    """Applies hints as they become due; any number of processes may."""

    def __init__(self, context: Context, *, poll: timedelta = POLL) -> None:
        self._context = context
        self._poll = poll
        self._woken = asyncio.Event()
        self._stopping = asyncio.Event()
        self._portal_is_known = False
        self._passes: dict[str, asyncio.Task[None]] = {}
        self._one_pass = asyncio.Lock()
        self._round: asyncio.Task[Became] | None = None
        self._apply: Final[dict[HintKind, Callable[[Hints], Awaitable[None]]]] = {
            HintKind.CONTACT: partial(about_contacts, context),
            HintKind.COMPANY: partial(about_companies, context),
            HintKind.PRIVACY_DELETION: partial(about_privacy_deletions, context),
            HintKind.LIST: self._lists,
        }

    def wake(self) -> None:
        """Hints came: look at once."""
        self._woken.set()

    async def run(self) -> None:
        """Apply hints until `stop`."""
        while not self._stopping.is_set():
            self._woken.clear()
            self._round = asyncio.create_task(self.apply_due())
            await asyncio.wait([self._round])
            if self._round.cancelled():
                return
            await self._rest(self._round.result())

    async def stop(self, within: timedelta) -> None:
        """Take no more; what is under way may end `within` this time, else its hints are applied later."""
        self._stopping.set()
        self._woken.set()
        under_way = [task for task in (self._round, *self._passes.values()) if task is not None and not task.done()]
        if under_way:
            _, late = await asyncio.wait(under_way, timeout=within.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def apply_due(self) -> Became:
        """One round: claim hints that are due, and deal with each. Passes over lists go on after it."""
        store, now = self._context.store, self._context.now()
        try:
            hints = await store.write(inbox.claim, AT_A_TIME, now=now, lease=LEASE)
            by_kind = {kind: [hint for hint in hints if hint.kind is kind] for kind in self._apply}
            async with self._held(hints):
                for kind, some in by_kind.items():
                    if some and not await self._try(self._apply[kind], some):
                        return Became.REFUSED
        except (StoreDown, Busy) as error:
            log.warning("hints not applied for now", error=str(error))
            return Became.NOTHING
        return Became.APPLIED if hints else Became.NOTHING

    @asynccontextmanager
    async def _held(self, hints: Hints) -> AsyncIterator[None]:
        """Who waits for HubSpot is not dead: the lease lasts as long as the block."""
        beating = asyncio.create_task(self._beat(hints))
        try:
            yield
        finally:
            beating.cancel()
            with suppress(asyncio.CancelledError):
                await beating

    async def _beat(self, hints: Hints) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT.total_seconds())
            with suppress(StoreDown, Busy):
                await self._context.store.write(inbox.renew, hints, self._context.now() + LEASE)

    async def _rest(self, became: Became) -> None:
        if became is Became.NOTHING:
            await _first_of(self._woken, self._poll)
        if became is Became.REFUSED:
            await _first_of(self._stopping, PAUSE)

    async def _try(self, apply: Callable[[Hints], Awaitable[None]], hints: Hints) -> bool:
        """False: all work with HubSpot must wait until somebody acts; the hints are kept."""
        try:
            await self._check_portal()
            await apply(hints)
        except (TokenRefused, OtherPortal, ScopeMissing) as refused:
            log.warning("HubSpot refuses us, hints are kept", kind=hints[0].kind, because=str(refused))
            await self._later(hints, str(refused), PAUSE)
            return isinstance(refused, ScopeMissing)
        except (StoreDown, Busy):
            raise
        except HubSpotTrouble as trouble:
            await self._one_by_one(apply, hints, Failure(str(trouble), wait=trouble.wait), is_theirs=trouble.lasting)
        except Exception as error:
            log.exception("hints not applied", kind=hints[0].kind, hints=len(hints))
            await self._one_by_one(apply, hints, Failure(f"it broke: {type(error).__name__}"), is_theirs=True)
        return True

    async def _one_by_one(
        self, apply: Callable[[Hints], Awaitable[None]], hints: Hints, failure: Failure, *, is_theirs: bool
    ) -> None:
        """Later; but what `is_theirs`, a hint's own fault, is found by trying each, and is given up in the end."""
        if is_theirs and len(hints) > 1:
            for hint in hints:
                await self._try(apply, [hint])
            return
        attempt = 1 + max(hint.attempts for hint in hints)
        match next_attempt(attempt, failure, most=MOST_ATTEMPTS if is_theirs else None):
            case Later(after=after, because=because):
                await self._later(hints, because, after)
            case GiveUp(because=because):
                await self._context.store.write(inbox.bury, hints, because, now=self._context.now())

    async def _later(self, hints: Hints, because: str, after: timedelta) -> None:
        await self._context.store.write(inbox.failed, hints, because, self._context.now() + after)

    async def _check_portal(self) -> None:
        if not self._portal_is_known:
            await self._context.check_portal()
            self._portal_is_known = True

    async def _lists(self, hints: Hints) -> None:
        """Each gets a pass, which may take long: other hints do not wait for it."""
        for hint in hints:
            if hint.object_id not in self._passes:
                task = asyncio.create_task(self._pass(hint))
                self._passes[hint.object_id] = task
                task.add_done_callback(partial(self._passed, hint.object_id))

    def _passed(self, list_id: str, ended: asyncio.Task[None]) -> None:
        del self._passes[list_id]
        if not ended.cancelled() and (error := ended.exception()):
            told = "a pass after a hint broke; the hint is applied again later"
            log.error(told, list_id=list_id, error=type(error).__name__)

    async def _pass(self, hint: ClaimedHint) -> None:
        store = self._context.store
        try:
            async with self._held([hint]), self._one_pass:
                mirrors = await store.read(target_groups.mirrors)
                if group := next((each for each in mirrors if each.hubspot_list_id == hint.object_id), None):
                    rest = await store.read(rest_before, mirrors, group, self._context.now())
                    if rest > timedelta(0):
                        return await self._later([hint], "so large a list is not paged again so soon", rest)
                    (result,) = await make_equal(self._context, [hint.object_id], TOLD_BY_A_WEBHOOK)
                    if result.trouble:
                        return await self._later([hint], result.trouble, retry_after(hint.attempts + 1))
                await store.write(inbox.applied, [hint])
        except (StoreDown, Busy) as error:
            log.warning("hint about a list not applied for now", error=str(error))


async def _first_of(event: asyncio.Event, time: timedelta) -> None:
    """Wait for `event`, but no longer than `time`."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), time.total_seconds())
