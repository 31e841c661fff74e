"""Slack's calls to the app: signed over HTTP, or as envelopes over a socket, with Slack's time-outs and retries."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic, time
from typing import Any, Literal
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from sandbox.exchanges import Exchange, OnExchange

ANSWER_WITHIN = 3.0
Kind = Literal["events_api", "interactive", "slash_commands"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the app answered; `status` 0: nothing within three seconds. `body` is JSON, text or None."""

    status: int
    body: Any = None
    seconds: float = 0.0

    @property
    def is_ack(self) -> bool:
        return 200 <= self.status < 300


@dataclass
class Deliveries:
    """
    Delivers to `app_url`, or to a socket while one is connected.

    Events are repeated after `retry_delays` seconds when they are not acknowledged; nothing else is. With
    `duplicate` each event comes twice.
    """

    signing_secret: str
    app_url: str | None = None
    retry_delays: tuple[float, ...] = (0.05, 0.1, 0.2)
    duplicate: bool = False
    on_exchange: OnExchange | None = None
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    now: Callable[[], float] = time
    _acks: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    _session: aiohttp.ClientSession | None = None
    _numbers: int = 0

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        for socket in self.sockets:
            await socket.close()
        if self._session is not None:
            await self._session.close()

    async def settled(self) -> None:
        """Wait until every event is delivered, or given up."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def event(self, payload: dict[str, Any], about: str) -> None:
        """Send an event in the background, with retries."""
        for _ in range(2 if self.duplicate else 1):
            task = asyncio.ensure_future(self._with_retries(payload, about))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _with_retries(self, payload: dict[str, Any], about: str) -> Answer:
        answer = await self.call("events_api", payload, about)
        for number, delay in enumerate(self.retry_delays, 1):
            if answer.is_ack:
                break
            await asyncio.sleep(delay)
            answer = await self.call("events_api", payload, about, retry=number)
        return answer

    async def call(self, kind: Kind, payload: dict[str, Any], about: str, retry: int = 0) -> Answer:
        """One delivery, and what came back."""
        started = monotonic()
        sent = json.dumps(payload).encode()
        if self.sockets:
            status, raw = await self._over_socket(kind, payload, retry)
        elif self.app_url:
            status, raw = await self._over_http(kind, payload, retry)
        else:
            status, raw = 0, b""
        seconds = monotonic() - started
        if self.on_exchange:
            where = "socket" if self.sockets else self.app_url or ""
            self.on_exchange(Exchange("webhook", "POST", where, about, status, seconds, sent, raw, retry))
        return Answer(status, _read(raw), seconds)

    async def _over_http(self, kind: Kind, payload: dict[str, Any], retry: int) -> tuple[int, bytes]:
        assert self.app_url is not None
        if kind == "events_api":
            body, content_type = json.dumps(payload).encode(), "application/json"
        else:
            fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
            body, content_type = urlencode(fields).encode(), "application/x-www-form-urlencoded"
        headers = {"Content-Type": content_type, **self.proof(body)}
        if retry:
            headers |= {"x-slack-retry-num": str(retry), "x-slack-retry-reason": "http_error"}
        self._session = self._session or aiohttp.ClientSession()
        try:
            timeout = aiohttp.ClientTimeout(ANSWER_WITHIN)
            async with self._session.post(self.app_url, data=body, headers=headers, timeout=timeout) as response:
                return response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError):
            return 0, b""

    def proof(self, body: bytes) -> dict[str, str]:
        """The two headers that prove a request."""
        at = str(int(self.now()))
        digest = hmac.new(self.signing_secret.encode(), f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest}"}

    async def _over_socket(self, kind: Kind, payload: dict[str, Any], retry: int) -> tuple[int, bytes]:
        self._numbers += 1
        envelope_id = f"envelope-{self._numbers}"
        envelope = {"envelope_id": envelope_id, "type": kind, "payload": payload, "accepts_response_payload": True}
        if retry:
            envelope |= {"retry_attempt": retry, "retry_reason": "timeout"}
        # Each payload goes to one connection, with no pattern to rely on.
        socket = self.sockets[self._numbers % len(self.sockets)]
        acknowledged = self._acks[envelope_id] = asyncio.get_running_loop().create_future()
        try:
            await socket.send_json(envelope)
            answer = await asyncio.wait_for(acknowledged, ANSWER_WITHIN)
        except (TimeoutError, ConnectionError):
            return 0, b""
        finally:
            del self._acks[envelope_id]
        return 200, json.dumps(answer).encode() if answer else b""

    async def serve_socket(self, socket: web.WebSocketResponse) -> None:
        """Take acknowledgements from a connected app until it hangs up."""
        self.sockets.append(socket)
        hello = {"type": "hello", "num_connections": len(self.sockets), "connection_info": {"app_id": "AFOOTLIGHT"}}
        await socket.send_json({**hello, "debug_info": {"host": "sandbox", "approximate_connection_time": 3600}})
        try:
            async for frame in socket:
                if frame.type is aiohttp.WSMsgType.TEXT:
                    told = json.loads(frame.data)
                    if (waiting := self._acks.get(told.get("envelope_id", ""))) and not waiting.done():
                        waiting.set_result(told.get("payload"))
        finally:
            self.sockets.remove(socket)


def _read(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return raw.decode(errors="replace")
