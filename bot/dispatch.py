"""Hands Slack's requests to Bolt, answers as soon as a listener acknowledges, and knows what still runs."""

import asyncio
from collections.abc import Coroutine, Mapping
from enum import StrEnum
from typing import Any, Final, TypeVar

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.installations import NOT_INSTALLED
from bot.payloads import Rubbish

log = structlog.get_logger()

Done = TypeVar("Done")

SLACK_SILENT: Final = 503
"""The status of what could not be answered as Slack gave no answer itself: it may later."""


class Outcome(StrEnum):
    """What became of an event."""

    ANSWERED = "answered"
    SLACK_SILENT = "slack silent"
    FAILED = "failed"


class _Ack(AsyncAck):
    """Bolt's own way to hear of an acknowledgement is to look every 10 ms."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.given = asyncio.Event()

    async def __call__(self, *args: Any, **kwargs: Any) -> BoltResponse:
        response = await super().__call__(*args, **kwargs)
        self.given.set()
        return response


class Dispatch:
    """
    The way from a transport to the listeners.

    Args:
        app: made with `process_before_response`, so that a dispatch ends when its listener has ended.
        given: what listeners may ask for by its name.
    """

    def __init__(self, app: AsyncApp, given: Mapping[str, Any]) -> None:
        self._app = app
        self._given = dict(given)
        self._running: set[asyncio.Task[Any]] = set()

    async def acknowledge(self, payload: dict[str, Any]) -> BoltResponse:
        """
        The answer to a command or interaction; its listener may go on in the background.

        Raises:
            Rubbish: when Bolt cannot read it.
        """
        ack = _Ack()
        listener = self.start(self._run(self._request(payload, ack)))
        given = asyncio.ensure_future(ack.given.wait())
        try:
            await asyncio.wait((listener, given), return_when=asyncio.FIRST_COMPLETED)
        finally:
            given.cancel()
        return ack.response or await listener

    async def answer(self, payload: dict[str, Any], *, comes_again: bool = False) -> Outcome:
        """
        Let a listener answer an event, to its end. What Bolt cannot read needs no answer.

        Args:
            comes_again: where Slack is silent the event will be tried again, so nobody is told of a failure.
        """
        try:
            request = self._request(payload, _Ack(), comes_again=comes_again)
            response = await self._run(request)
        except Rubbish as rubbish:
            log.warning("an event that cannot be read", because=str(rubbish))
            return Outcome.ANSWERED
        if request.context.get(NOT_INSTALLED):
            return Outcome.ANSWERED  # there is nobody left to answer
        # That Slack does not tell whose token it is comes as 200 and an apology, which nobody reads for an event.
        if response.status == SLACK_SILENT or request.context.authorize_result is None:
            return Outcome.SLACK_SILENT
        return Outcome.ANSWERED if response.status == 200 else Outcome.FAILED

    def start(self, work: Coroutine[Any, Any, Done]) -> "asyncio.Task[Done]":
        """Run `work` in the background; `drain` waits for it."""
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def drain(self, within: float) -> None:
        """Wait `within` seconds for what runs; what does not end is cancelled, its events stay unanswered."""
        if not self._running:
            return
        _, late = await asyncio.wait(self._running, timeout=within)
        for task in late:
            task.cancel()
        if late:
            log.warning("conversations cut off by the stop", conversations=len(late))
            await asyncio.wait(late)

    async def _run(self, request: AsyncBoltRequest) -> BoltResponse:
        try:
            return await self._app.async_dispatch(request)
        except Exception as error:  # a listener's errors end in the app's own handler
            raise _unreadable(error) from error

    def _request(self, payload: dict[str, Any], ack: _Ack, *, comes_again: bool = False) -> AsyncBoltRequest:
        context = {**self._given, "ack": ack, "comes_again": comes_again}
        try:
            # In this mode Bolt takes what we have parsed and proven, and does neither again.
            return AsyncBoltRequest(mode="socket_mode", body=payload, context=context)
        except Exception as error:
            raise _unreadable(error) from error


def _unreadable(error: Exception) -> Rubbish:
    """Bolt trusts Slack: it reads nested parts without looking, and fails in any way where they are of another kind."""
    return Rubbish(f"Bolt cannot read it ({type(error).__name__})")
