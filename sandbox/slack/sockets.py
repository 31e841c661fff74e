"""Socket Mode: tickets, connections, envelopes and their acknowledgements."""

import asyncio
import json
from itertools import count
from typing import Any, Literal

from aiohttp import WSMsgType, web

from sandbox.slack.workspace import APP_ID

MOST_CONNECTIONS = 10
APPROXIMATE_SECONDS = 3_600

Kind = Literal["events_api", "interactive", "slash_commands"]
Reason = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]


class Sockets:
    """The app's connections; true while there is one. A ticket opens one connection."""

    def __init__(self) -> None:
        self._open: list[web.WebSocketResponse] = []
        self._tickets: set[str] = set()
        self._acks: dict[str, asyncio.Future[Any]] = {}
        self._numbers = count(1)

    def __len__(self) -> int:
        return len(self._open)

    def ticket(self) -> str:
        ticket = f"ticket{next(self._numbers):09d}"
        self._tickets.add(ticket)
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """A connection until it ends; without a fresh ticket it is refused."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=401, text="invalid ticket")
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if len(self._open) >= MOST_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        self._open.append(socket)
        try:
            await socket.send_json(self._hello(bool(request.query.get("debug_reconnects"))))
            await self._listen(socket)
        finally:
            if socket in self._open:
                self._open.remove(socket)
        return socket

    def _hello(self, is_short: bool) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self._open),
            "connection_info": {"app_id": APP_ID},
            "debug_info": {
                "host": "sandbox",
                "build_number": 1,
                "approximate_connection_time": 360 if is_short else APPROXIMATE_SECONDS,
            },
        }

    async def _listen(self, socket: web.WebSocketResponse) -> None:
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                continue
            try:
                told = json.loads(frame.data)
            except ValueError:
                continue
            waiting = self._acks.get(told.get("envelope_id", "")) if isinstance(told, dict) else None
            if waiting is not None and not waiting.done():
                waiting.set_result(told.get("payload"))

    async def send(self, kind: Kind, payload: dict[str, Any], retry: int, reason: str, within: float) -> Any:
        """
        Send to one of the connections, with no pattern to rely on; gives the payload of the acknowledgement.

        Raises:
            TimeoutError: not acknowledged `within` so many seconds.
            ConnectionError: the connection broke.
        """
        number = next(self._numbers)
        envelope_id = f"envelope-{number}"
        answers = kind != "events_api"
        envelope = {"envelope_id": envelope_id, "type": kind, "payload": payload, "accepts_response_payload": answers}
        if kind == "events_api":
            envelope |= {"retry_attempt": retry, "retry_reason": reason}
        self._acks[envelope_id] = asyncio.get_running_loop().create_future()
        try:
            await self._open[number % len(self._open)].send_json(envelope)
            return await asyncio.wait_for(self._acks[envelope_id], within)
        finally:
            del self._acks[envelope_id]

    async def disconnect(self, reason: Reason) -> None:
        """Tell every connection that it ends; `warning` leaves it open, as Slack does for about 10 seconds."""
        for socket in list(self._open):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})
            if reason != "warning":
                self._open.remove(socket)
                await socket.close()

    async def close(self) -> None:
        for socket in list(self._open):
            await socket.close()
