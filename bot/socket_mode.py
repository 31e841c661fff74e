"""Socket Mode: the same conversations over a web socket that we open, for those whom Slack cannot reach."""

import asyncio
import json
import time
from contextlib import suppress
from typing import Any, Final

import aiohttp
import structlog
from slack_sdk.errors import SlackClientError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.dispatch import Dispatch
from bot.events import Events
from bot.payloads import Rubbish, check_request
from storage import Busy, StoreDown

log = structlog.get_logger()

PING_SECONDS: Final = 10.0
# Sockets have been seen that stay open and go deaf: then no pong comes either.
DEAF_AFTER: Final = 60.0


class SocketMode:
    """A connection that is kept up. Build and start it inside a running loop."""

    def __init__(
        self,
        events: Events,
        dispatch: Dispatch,
        *,
        app_token: str,
        client: AsyncWebClient,
        ping_seconds: float = PING_SECONDS,
        deaf_after: float = DEAF_AFTER,
    ) -> None:
        self._events = events
        self._dispatch = dispatch
        self._socket = SocketModeClient(app_token=app_token, web_client=client, ping_interval=ping_seconds)
        self._socket.socket_mode_request_listeners.append(self._take)
        self._deaf_after = deaf_after
        self._watch: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Connect, and reconnect whenever the socket is gone or deaf; returns when it is up."""
        await self._socket.connect()  # type: ignore[no-untyped-call]
        self._watch = asyncio.ensure_future(self._keep_up())

    async def why_not(self) -> str | None:
        """Why nothing can be received now, None: it can."""
        return None if await self._socket.is_connected() else "the socket to Slack is not connected"

    async def close(self) -> None:
        """Hang up; what was taken is still answered."""
        if self._watch:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch
        await self._socket.close()  # type: ignore[no-untyped-call]

    async def _keep_up(self) -> None:
        while True:
            await asyncio.sleep(self._deaf_after / 4)
            last = self._socket.last_ping_pong_time
            if last is not None and time.time() - last > self._deaf_after:
                await self._connect_anew()

    async def _connect_anew(self) -> None:
        log.warning("the socket to Slack is deaf; connecting anew")
        try:
            await self._socket.connect_to_new_endpoint(force=True)
        except (SlackClientError, aiohttp.ClientError, TimeoutError) as error:
            log.warning("Slack gives no new socket; it is asked again", error=type(error).__name__)

    async def _take(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        """What is not acknowledged comes again: so it is with rubbish and while the store is down."""
        try:
            answer = await self._answer(request)
        except Rubbish as rubbish:
            log.info("an envelope that is nothing of Slack's", because=str(rubbish))
            answer = None
        except (StoreDown, Busy) as error:
            log.warning("a Slack event could not be kept; Slack will send it again", because=str(error))
            return
        await client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id, payload=answer))

    async def _answer(self, request: SocketModeRequest) -> dict[str, Any] | None:
        if request.type == "events_api":
            await self._events.receive(request.payload)
            return None
        check_request(request.payload)
        answer = await self._dispatch.acknowledge(request.payload)
        if not answer.body or not request.accepts_response_payload:
            return None
        is_json = answer.first_headers_without_set_cookie().get("content-type", "").startswith("application/json")
        told: dict[str, Any] = json.loads(answer.body) if is_json else {"text": answer.body}
        return told
