"""Slack's calls to the app: signed over HTTP, or as envelopes over a socket, with Slack's time-outs and retries."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic, time
from typing import Any
from urllib.parse import urlencode

import aiohttp

from sandbox.exchanges import Exchange, OnExchange
from sandbox.slack.sockets import Kind, Sockets

ANSWER_WITHIN = 3.0
MOST_REDIRECTS = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What the app answered.

    `status` 0: nothing within three seconds, or no connection; `failure` is then Slack's word for it. `body` is
    JSON, text or None.
    """

    status: int
    body: Any = None
    seconds: float = 0.0
    failure: str = ""
    wants_no_retry: bool = False

    @property
    def is_ack(self) -> bool:
        return 200 <= self.status < 300


@dataclass
class Deliveries:
    """
    Delivers to `app_url`, or to a socket while one is connected.

    Events are repeated after `retry_delays` seconds when they are not acknowledged (the real ones are about 0, 60
    and 300 s); nothing else is. With `duplicate` each event comes twice.
    """

    signing_secret: str
    app_url: str | None = None
    retry_delays: tuple[float, ...] = (0.05, 0.1, 0.2)
    answer_within: float = ANSWER_WITHIN
    duplicate: bool = False
    on_exchange: OnExchange | None = None
    sockets: Sockets = field(default_factory=Sockets)
    now: Callable[[], float] = time
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    _session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Drops what is still to be delivered."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.sockets.close()
        if self._session is not None:
            await self._session.close()

    async def settled(self) -> None:
        """Wait until every event is delivered, or given up."""
        while self._tasks:
            await asyncio.wait(self._tasks)  # `gather` would not give way to the loop when all are done (Python 3.12)

    def event(self, payload: dict[str, Any], about: str) -> asyncio.Task[Answer]:
        """Send an event in the background, with retries; the task tells the last answer."""
        tasks = [asyncio.ensure_future(self._with_retries(payload, about)) for _ in range(2 if self.duplicate else 1)]
        for task in tasks:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return tasks[0]

    async def _with_retries(self, payload: dict[str, Any], about: str) -> Answer:
        answer = await self.call("events_api", payload, about)
        for number, delay in enumerate(self.retry_delays, 1):
            if answer.is_ack or answer.wants_no_retry:
                break
            await asyncio.sleep(delay)
            answer = await self.call("events_api", payload, about, retry=number, reason=answer.failure)
        return answer

    async def verify_url(self, challenge: str = "3eZbrw1aB") -> Answer:
        """What Slack asks when a request URL is entered; a good app echoes the challenge."""
        payload = {"type": "url_verification", "token": "", "challenge": challenge}
        return await self.call("events_api", payload, "url_verification")

    async def call(self, kind: Kind, payload: dict[str, Any], about: str, retry: int = 0, reason: str = "") -> Answer:
        """One delivery, and what came back."""
        started = monotonic()
        where = "socket" if self.sockets else self.app_url or ""
        if self.sockets:
            answer = await self._over_socket(kind, payload, retry, reason)
        elif self.app_url:
            answer = await self._over_http(self.app_url, kind, payload, retry, reason)
        else:
            answer = Answer(0, failure="connection_failed")
        seconds = monotonic() - started
        if self.on_exchange:
            sent, back = json.dumps(payload).encode(), _raw(answer.body)
            self.on_exchange(Exchange("webhook", "POST", where, about, answer.status, seconds, sent, back, retry))
        return Answer(answer.status, answer.body, seconds, answer.failure, answer.wants_no_retry)

    async def _over_http(self, url: str, kind: Kind, payload: dict[str, Any], retry: int, reason: str) -> Answer:
        body, content_type = _encoded(kind, payload)
        headers = {"Content-Type": content_type, "User-Agent": USER_AGENT, **self.proof(body)}
        if retry:
            headers |= {"x-slack-retry-num": str(retry), "x-slack-retry-reason": reason}
        self._session = self._session or aiohttp.ClientSession()
        timeout = aiohttp.ClientTimeout(self.answer_within)
        try:
            async with self._session.post(
                url, data=body, headers=headers, timeout=timeout, max_redirects=MOST_REDIRECTS
            ) as response:
                failure = "" if response.ok else "http_error"
                stop = response.headers.get("x-slack-no-retry") == "1"
                return Answer(response.status, _read(await response.read()), 0.0, failure, stop)
        except TimeoutError:
            return Answer(0, failure="http_timeout")
        except aiohttp.TooManyRedirects:
            return Answer(0, failure="too_many_redirects")
        except aiohttp.ClientError:
            return Answer(0, failure="connection_failed")

    async def _over_socket(self, kind: Kind, payload: dict[str, Any], retry: int, reason: str) -> Answer:
        try:
            answer = await self.sockets.send(kind, payload, retry, reason, self.answer_within)
        except TimeoutError:
            return Answer(0, failure="timeout")
        except ConnectionError:
            return Answer(0, failure="connection_failed")
        return Answer(200, answer)

    def proof(self, body: bytes) -> dict[str, str]:
        """The two headers that prove a request."""
        at = str(int(self.now()))
        digest = hmac.new(self.signing_secret.encode(), f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest}"}


USER_AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"


def _encoded(kind: Kind, payload: dict[str, Any]) -> tuple[bytes, str]:
    if kind == "events_api":
        return json.dumps(payload).encode(), "application/json"
    fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


def _read(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return raw.decode(errors="replace")


def _raw(body: Any) -> bytes:
    if body is None:
        return b""
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()
