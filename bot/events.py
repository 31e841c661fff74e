"""Slack's events: on disk before they are acknowledged, answered once, and after a restart if they were not."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import structlog

from bot.dispatch import Dispatch, Outcome
from bot.messages import may_concern_us
from bot.payloads import check_event
from decisions.sealing import CannotOpen, Keys, open_bytes, seal_bytes
from storage import Busy, Store, StoreDown, inbox
from storage.inbox import Unanswered

log = structlog.get_logger()

TOO_LATE: Final = timedelta(minutes=10)
# Whoever received an event answers it, and holds it so long as that takes; so long after a death it is anyone's.
LEASE: Final = timedelta(seconds=10)
# When an event is tried again that Slack let nobody answer (429, 5xx, no answer).
AGAIN: Final = (timedelta(seconds=2), timedelta(seconds=10), timedelta(seconds=30))
PURPOSE: Final = "slack event"
_MESSAGES: Final = ("message", "app_mention")


class Events:
    """The inbox of Slack's events; one for each process that receives any."""

    def __init__(
        self,
        store: Store,
        keys: Keys,
        dispatch: Dispatch,
        *,
        now: Callable[[], datetime],
        lease: timedelta = LEASE,
        again: Sequence[timedelta] = AGAIN,
    ) -> None:
        self._store = store
        self._keys = keys
        self._dispatch = dispatch
        self._now = now
        self._lease = lease
        self._again = again

    async def receive(self, payload: dict[str, Any]) -> bool:
        """
        Keep an event, then answer it in the background; False when it was here before, or is nothing to us. Returns
        when it is on disk.

        Raises:
            Rubbish: when it is no event.
            StoreDown, Busy: Slack must send it again.
        """
        told = check_event(payload)
        event = told.event
        if event.type == "message" and not may_concern_us(payload["event"]):
            return False
        # One message that several events tell of is answered once.
        channel, ts = (event.channel, event.ts) if event.type in _MESSAGES else (None, None)
        if not isinstance(channel, str) or ts is None:
            channel, ts = None, None
        body = seal_bytes(self._keys, msgspec.json.encode(payload), PURPOSE, bound_to=told.event_id.encode())
        is_new = await self._store.write(
            inbox.keep_slack_event, told.event_id, channel, ts, body, now=self._now(), lease=self._lease
        )
        if is_new:
            self._dispatch.start(self._answer_received(told.event_id, payload))
        return is_new

    def resume(self) -> None:
        """Answer in the background what a process that died left unanswered, unless it is older than ten minutes."""
        self._dispatch.start(self._resume())

    async def _resume(self) -> None:
        started = self._now()
        try:
            tried = await self._answer_left(started, ())
            # What was under way in a process that died a moment ago is nobody's only when its lease ran out.
            await asyncio.sleep(self._lease.total_seconds())
            await self._answer_left(started, tried)
        except (StoreDown, Busy) as error:
            log.warning("events left by a stopped process wait for the next start", because=str(error))

    async def _answer_left(self, started: datetime, tried: Collection[str]) -> Collection[str]:
        """Answer what was left before `started` and not `tried`; the ids of it."""
        oldest, now = started - TOO_LATE, self._now()
        dropped = await self._store.write(inbox.drop_older, oldest)
        left = await self._store.write(
            inbox.claim_unanswered, oldest, started, but_not=tried, now=now, lease=self._lease
        )
        if dropped or left:
            log.info("events left by a stopped process", taken=len(left), too_late=dropped)
        ids = [event.event_id for event in left]
        async with self._held(ids):
            for event in left:
                await self._answer_one(event)
        return ids

    async def _answer_one(self, event: Unanswered) -> None:
        try:
            body = open_bytes(self._keys, event.sealed_body, PURPOSE, bound_to=event.event_id.encode())
        except CannotOpen:
            log.warning("an event was sealed with a key that is gone", event_id=event.event_id)
            return
        await self._answer(event.event_id, msgspec.json.decode(body))

    async def _answer_received(self, event_id: str, payload: dict[str, Any]) -> None:
        async with self._held([event_id]):
            await self._answer(event_id, payload)

    async def _answer(self, event_id: str, payload: dict[str, Any]) -> None:
        if await self._outcome(payload) is not Outcome.ANSWERED:
            log.warning("an event could not be answered, and is tried again at the next start", event_id=event_id)
            return
        try:
            await self._store.write(inbox.answered, event_id, now=self._now())
        except (StoreDown, Busy) as error:
            told = "an event is answered, which could not be noted: it may be answered again at the next start"
            log.warning(told, event_id=event_id, because=str(error))

    async def _outcome(self, payload: dict[str, Any]) -> Outcome:
        for wait in self._again:
            outcome = await self._dispatch.answer(payload, comes_again=True)
            if outcome is not Outcome.SLACK_SILENT:
                return outcome
            await asyncio.sleep(wait.total_seconds())
        return await self._dispatch.answer(payload)

    @asynccontextmanager
    async def _held(self, event_ids: Collection[str]) -> AsyncIterator[None]:
        """Who waits for Slack is not dead: the lease lasts as long as the block."""
        beating = asyncio.create_task(self._beat(event_ids))
        try:
            yield
        finally:
            beating.cancel()
            with suppress(asyncio.CancelledError):
                await beating

    async def _beat(self, event_ids: Collection[str]) -> None:
        while event_ids:
            await asyncio.sleep(self._lease.total_seconds() / 3)
            with suppress(StoreDown, Busy):
                await self._store.write(inbox.renew_events, event_ids, self._now() + self._lease)
