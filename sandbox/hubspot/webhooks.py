"""HubSpot's calls to the outside: signed, in batches, with retries, and as disorderly as a test wants them."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from random import Random
from time import monotonic, time
from typing import Any, TypeVar

import aiohttp
import yarl

from sandbox.exchanges import Exchange, OnExchange
from sandbox.hubspot import signatures
from sandbox.hubspot.events import AppEvent, Family, ListEvent
from sandbox.hubspot.workflow_bodies import WorkflowBody, body_of

BATCH = 100
IN_FLIGHT = 10
USER_AGENT = (
    "HubSpot Connect 2.0 (http://dev.hubspot.com/) (namespace: webhooks-nio-http-client)"
    " - WebhooksExecutorDaemon-executor"
)
APP_TIMEOUT, WORKFLOW_TIMEOUT = 5.0, 30.0

T = TypeVar("T")


@dataclass
class Disorder:
    """What delivery may do to events; HubSpot promises neither order nor exactly one copy."""

    duplicate: bool = False
    reorder: bool = False
    drop_next: int = 0
    """So many of the next events are lost for good."""


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A call that was given up."""

    url: str
    body: bytes
    last_status: int


@dataclass
class Webhooks:
    """
    Delivers what is announced, in the background; `settled` waits for the end.

    `url` receives events of the app, `list_url` the calls of list workflows (`{list_id}` is filled in). Without
    an address nothing is sent. `retry_delays` are the seconds before each repetition; HubSpot spreads 10 over 24 h.
    `signs_v3` is off for a legacy private app: then only the older signature is sent.
    """

    client_secret: str
    portal_id: int
    url: str | None = None
    list_url: str | None = None
    app_id: int = 77_001
    families: Sequence[Family] = ("classic",)
    signs_v3: bool = True
    workflow_body: WorkflowBody = "customised"
    workflow_key: tuple[str, str] | None = None
    """Header and value that workflows send instead of a signature."""
    retry_delays: Sequence[float] = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0)
    disorder: Disorder = field(default_factory=Disorder)
    random: Random = field(default_factory=lambda: Random(1))  # noqa: S311
    clock_ms: Callable[[], int] = lambda: int(time() * 1000)
    on_exchange: OnExchange | None = None
    undelivered: list[Undelivered] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._next_event_id = 1
        self._subscriptions: dict[tuple[str, str], int] = {}
        self._calls: set[asyncio.Task[None]] = set()
        self._in_flight = asyncio.Semaphore(IN_FLIGHT)
        self._session: aiohttp.ClientSession | None = None

    def announce(self, app_events: Sequence[AppEvent], list_events: Sequence[ListEvent]) -> None:
        """Starts the delivery and returns at once. Needs a running event loop."""
        if self.url and app_events:
            bodies = self._disordered([self._complete(e, family) for e in app_events for family in self.families])
            for start in range(0, len(bodies), BATCH):
                self._start(self._deliver_app(self.url, bodies[start : start + BATCH]))
        if self.list_url:
            for each in self._disordered(list_events):
                self._start(self._deliver_workflow(self.list_url.format(list_id=each.list_id), each))

    async def settled(self) -> None:
        """Returns when every call was answered or given up."""
        while self._calls:
            await asyncio.wait(self._calls)  # `gather` would not give way to the loop when all are done (Python 3.12)

    async def close(self) -> None:
        """Drops what is still to be delivered."""
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def _complete(self, event: AppEvent, family: Family) -> dict[str, Any]:
        body = event.body(family)
        subscribed = (body["subscriptionType"], body.get("propertyName", ""))
        self._next_event_id += 1
        return {
            "eventId": self._next_event_id,
            "subscriptionId": self._subscriptions.setdefault(subscribed, 4000 + len(self._subscriptions)),
            "portalId": self.portal_id,
            "appId": self.app_id,
            "attemptNumber": 0,
            **body,
        }

    def _disordered(self, events: Sequence[T]) -> list[T]:
        lost = min(self.disorder.drop_next, len(events))
        self.disorder.drop_next -= lost
        left = list(events[lost:]) * (2 if self.disorder.duplicate else 1)
        if self.disorder.reorder:
            self.random.shuffle(left)
        return left

    def _start(self, delivery: Coroutine[Any, Any, None]) -> None:
        call = asyncio.create_task(delivery)
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def _deliver_app(self, url: str, events: list[dict[str, Any]]) -> None:
        """Any 4xx or 5xx, a time-out and no connection are all repeated."""
        status = 0
        body = b""
        for attempt, delay in enumerate((0.0, *self.retry_delays)):
            await asyncio.sleep(delay)
            body = json.dumps([{**each, "attemptNumber": attempt} for each in events]).encode()
            headers = {
                "X-HubSpot-Signature": signatures.v1(self.client_secret, body),
                "X-HubSpot-Signature-Version": "v1",
                **self._v3(url, body),
            }
            about = ", ".join(sorted({each["subscriptionType"] for each in events}))
            status, _ = await self._post(url, body, headers, about, APP_TIMEOUT, attempt)
            if 200 <= status < 400:
                return
        self.undelivered.append(Undelivered(url, body, status))

    async def _deliver_workflow(self, url: str, event: ListEvent) -> None:
        """One record a call. 4xx is not repeated, save 429, whose `Retry-After`, and no other, counts milliseconds."""
        body = json.dumps(body_of(event, self.workflow_body, self.portal_id)).encode()
        headers = dict([self.workflow_key]) if self.workflow_key else self._proofs_of_workflow(url, body)
        status = 0
        for attempt, delay in enumerate((*self.retry_delays, None)):
            status, retry_after_ms = await self._post(url, body, headers, "workflow.list", WORKFLOW_TIMEOUT, attempt)
            if 200 <= status < 400:
                return
            if delay is None or (400 <= status < 500 and status != 429):
                break
            await asyncio.sleep(delay if retry_after_ms is None or status != 429 else retry_after_ms / 1000)
        self.undelivered.append(Undelivered(url, body, status))

    def _proofs_of_workflow(self, url: str, body: bytes) -> dict[str, str]:
        return {
            "X-HubSpot-Signature": signatures.v2(self.client_secret, "POST", url, body),
            "X-HubSpot-Signature-Version": "v2",
            **self._v3(url, body),
        }

    async def _post(
        self,
        url: str,
        body: bytes,
        proof: dict[str, str],
        about: str,
        seconds: float,
        attempt: int,
    ) -> tuple[int, float | None]:
        """The status (0: no answer) and `Retry-After`, if it is a number."""
        headers = {"Content-Type": "application/json", "User-Agent": USER_AGENT, **proof}
        headers["X-HubSpot-Timeout-Millis"] = str(int(seconds * 1000))
        status, answer, retry_after = 0, b"", None
        async with self._in_flight:
            started = monotonic()
            try:
                limit = aiohttp.ClientTimeout(total=seconds)
                async with self._client().post(
                    yarl.URL(url, encoded=True), data=body, headers=headers, timeout=limit, allow_redirects=False
                ) as response:
                    status, answer = response.status, await response.read()
                    retry_after = response.headers.get("Retry-After")
            except (aiohttp.ClientError, TimeoutError) as error:
                answer = str(error).encode()
        if self.on_exchange is not None:
            took = monotonic() - started
            self.on_exchange(Exchange("webhook", "POST", url, about, status, took, body, answer, attempt))
        return status, float(retry_after) if retry_after and retry_after.isdigit() else None

    def _v3(self, url: str, body: bytes) -> dict[str, str]:
        if not self.signs_v3:
            return {}
        now = self.clock_ms()
        return {
            "X-HubSpot-Signature-v3": signatures.v3(self.client_secret, "POST", url, body, now),
            "X-HubSpot-Request-Timestamp": str(now),
        }

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session
