"""Slack's events: on disk before they are acknowledged, answered once, and after a restart if they were not."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import structlog

from bot.dispatch import Dispatch
from bot.payloads import check_event
from decisions.sealing import CannotOpen, Keys, open_bytes, seal_bytes
from storage import Store, inbox

log = structlog.get_logger()

TOO_LATE: Final = timedelta(minutes=10)
# Whoever received an event answers it; younger ones may be under way in another process.
UNDER_WAY: Final = timedelta(seconds=5)
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
        under_way: timedelta = UNDER_WAY,
    ) -> None:
        self._store = store
        self._keys = keys
        self._dispatch = dispatch
        self._now = now
        self._under_way = under_way

    async def receive(self, payload: dict[str, Any]) -> bool:
        """
        Keep an event, then answer it in the background; False when it was here before. Returns when it is on disk.

        Raises:
            Rubbish: when it is no event.
            StoreDown, Busy: Slack must send it again.
        """
        told = check_event(payload)
        event = told.event
        # One message that several events tell of is answered once.
        channel, ts = (event.channel, event.ts) if event.type in _MESSAGES else (None, None)
        if not isinstance(channel, str) or ts is None:
            channel, ts = None, None
        body = seal_bytes(self._keys, msgspec.json.encode(payload), PURPOSE, bound_to=told.event_id.encode())
        is_new = await self._store.write(inbox.keep_slack_event, told.event_id, channel, ts, body, self._now())
        if is_new:
            self._dispatch.start(self._answer(told.event_id, payload))
        return is_new

    def resume(self) -> None:
        """Answer in the background what a process that died left unanswered, unless it is older than ten minutes."""
        self._dispatch.start(self._resume())

    async def _resume(self) -> None:
        started = self._now()
        await asyncio.sleep(self._under_way.total_seconds())
        dropped = await self._store.write(inbox.drop_older, started - TOO_LATE)
        left = await self._store.read(inbox.unanswered, started - TOO_LATE)
        mine = [event for event in left if event.received_at <= started]
        if dropped or mine:
            log.info("events left by a stopped process", answered=len(mine), too_late=dropped)
        for event in mine:
            try:
                body = open_bytes(self._keys, event.sealed_body, PURPOSE, bound_to=event.event_id.encode())
            except CannotOpen:
                log.warning("an event was sealed with a key that is gone", event_id=event.event_id)
                continue
            await self._answer(event.event_id, msgspec.json.decode(body))

    async def _answer(self, event_id: str, payload: dict[str, Any]) -> None:
        if await self._dispatch.answer(payload):
            await self._store.write(inbox.answered, event_id, now=self._now())
        else:
            log.warning("an event could not be answered, and is tried again at the next start", event_id=event_id)
