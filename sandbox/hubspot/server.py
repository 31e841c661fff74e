"""The sandbox HubSpot as a running server: checks each request as HubSpot does, answers, and sends the webhooks."""

import asyncio
import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from time import monotonic
from types import TracebackType
from typing import Self

from aiohttp import web

from sandbox.exchanges import Exchange, OnExchange
from sandbox.hubspot import journal_api
from sandbox.hubspot.call import Answer, Call, encode
from sandbox.hubspot.crm import Crm
from sandbox.hubspot.endpoints import ALL_SCOPES, ENDPOINTS, Endpoint
from sandbox.hubspot.events import Change
from sandbox.hubspot.faults import ConnectionCut, Faults
from sandbox.hubspot.journal import Journal
from sandbox.hubspot.limits import Limits
from sandbox.hubspot.memberships_api import MemberPages
from sandbox.hubspot.records import ObjectType, Record
from sandbox.hubspot.refusals import Refused, not_found, scopes_missing, unauthorized
from sandbox.hubspot.webhooks import Webhooks

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LARGEST_BODY = 10 * 1024 * 1024


class HubSpotSandbox:
    """
    `async with HubSpotSandbox(crm, token=..., client_secret=..., portal_id=...) as hubspot:` serves on a free port.

    Webhooks go to `webhook_url`, those of list workflows to `webhook_url + "/lists?list=ID"`; both can be set
    later on `webhooks`. `search_lag` is in seconds: so long a change is unknown to searches.
    """

    def __init__(
        self,
        crm: Crm,
        *,
        token: str,
        client_secret: str,
        client_id: str = "app-of-the-sandbox",
        portal_id: int,
        webhook_url: str | None = None,
        scopes: Iterable[str] = ALL_SCOPES,
        limits: Limits | None = None,
        time_zone: str = "Europe/Berlin",
        search_lag: float = 0.0,
        port: int = 0,
        on_exchange: OnExchange | None = None,
    ) -> None:
        self.crm = crm
        self.token = token
        self.portal_id = portal_id
        self.scopes = frozenset(scopes)
        self.limits = limits or Limits()
        self.time_zone = time_zone
        self.search_lag = search_lag
        self.faults = Faults()
        self.requests: Counter[str] = Counter()
        """Requests by endpoint name, refused ones too; `unknown` for paths that are none of ours."""
        self.member_pages = MemberPages()
        self.on_exchange = on_exchange
        self.webhooks = Webhooks(client_secret, portal_id, on_exchange=on_exchange)
        self.journal = Journal(client_id, client_secret, portal_id)
        self.send_webhooks_to(webhook_url)
        self._port = port
        self._runner: web.AppRunner | None = None
        self._site: web.SockSite | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def __aenter__(self) -> Self:
        self._runner = web.AppRunner(self._app(), access_log=None)
        await self._runner.setup()
        await self.listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.webhooks.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def listen(self) -> None:
        """Takes connections (again, on the same port after `refuse_connections`)."""
        assert self._runner is not None
        listener = socket.create_server(("127.0.0.1", self._port))
        self._port = listener.getsockname()[1]
        self._site = web.SockSite(self._runner, listener)
        await self._site.start()

    async def refuse_connections(self) -> None:
        """Nobody listens any more; connections that are open are cut."""
        assert self._site is not None
        assert self._runner is not None
        await self._site.stop()
        if self._runner.server is not None:
            await self._runner.server.shutdown(0.0)

    def send_webhooks_to(self, url: str | None) -> None:
        self.webhooks.url = url
        self.webhooks.list_url = None if url is None else url + "/lists?list={list_id}"

    def announce(self, change: Change) -> Change:
        """Sends the webhooks of a change made on `crm`, and keeps it in the journal."""
        self.journal.note(change, self.crm.now())
        self.webhooks.announce(change.app_events, change.list_events)
        return change

    def create_contact(self, properties: Mapping[str, str]) -> Record:
        record = self.announce(self.crm.create("contacts", properties)).record
        assert record is not None
        return record

    def change_contact(self, contact_id: int, properties: Mapping[str, str]) -> Change:
        return self.announce(self.crm.change("contacts", contact_id, properties))

    def change_company(self, company_id: int, properties: Mapping[str, str]) -> Change:
        return self.announce(self.crm.change("companies", company_id, properties))

    def delete(self, record_id: int, object_type: ObjectType = "contacts") -> Change:
        return self.announce(self.crm.delete(object_type, record_id))

    def restore(self, record_id: int, object_type: ObjectType = "contacts") -> Change:
        return self.announce(self.crm.restore(object_type, record_id))

    def merge(self, primary_id: int, loser_id: int, object_type: ObjectType = "contacts") -> Record:
        record = self.announce(self.crm.merge(object_type, primary_id, loser_id)).record
        assert record is not None
        return record

    def privacy_delete(self, contact_id: int) -> Change:
        return self.announce(self.crm.privacy_delete(contact_id))

    def associate(self, contact_id: int, company_id: int, *, primary: bool = False) -> Change:
        return self.announce(self.crm.associate(contact_id, company_id, primary=primary))

    def dissociate(self, contact_id: int, company_id: int) -> Change:
        return self.announce(self.crm.dissociate(contact_id, company_id))

    def add_to_list(self, list_id: int, *record_ids: int) -> Change:
        return self.announce(self.crm.add_to_list(list_id, record_ids))

    def remove_from_list(self, list_id: int, *record_ids: int) -> Change:
        return self.announce(self.crm.remove_from_list(list_id, record_ids))

    def move(self, record_id: int, from_list: int, to_list: int) -> Change:
        return self.announce(self.crm.move(record_id, from_list, to_list))

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=LARGEST_BODY, middlewares=[self._refuse_unknown_paths])
        for endpoint in ENDPOINTS:
            for path, dated in endpoint.paths():
                app.router.add_route(endpoint.method, path, self._serve(endpoint, dated))
        app.router.add_get("/journal-files/{offset}", self._journal_file)
        return app

    async def _journal_file(self, request: web.Request) -> web.StreamResponse:
        """From the storage, which is none of the API: no token, no limits."""
        self.requests["journal file"] += 1
        signature, is_authorized = request.query.get("X-Amz-Signature", ""), "Authorization" in request.headers
        try:
            await self.faults.strike("journal file", search=False)
            body = journal_api.stored(
                self.journal, request.match_info["offset"], signature, authorized=is_authorized, now=self.crm.now()
            )
        except Refused as refused:
            return _respond(refused.status, encode(Answer(refused.body)), {})
        return _respond(200, self.faults.garble("journal file", encode(Answer(body))), {})

    def _serve(self, endpoint: Endpoint, dated: bool) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            started = monotonic()
            self.requests[endpoint.name] += 1
            sent = await request.read()
            headers: dict[str, str] = {}
            try:
                status, answer = await self._answer(endpoint, request, sent, dated)
            except Refused as refused:
                status, answer = refused.status, encode(Answer(refused.body))
                headers.update(refused.headers)
            except ConnectionCut:
                self._report(endpoint.name, request, 0, started, sent, b"")
                return _hang_up(request)
            if not endpoint.is_search and status != 401:
                headers.update(self.limits.headers())
            self._report(endpoint.name, request, status, started, sent, answer)
            return _respond(status, answer, headers)

        return handle

    async def _answer(self, endpoint: Endpoint, request: web.Request, sent: bytes, dated: bool) -> tuple[int, bytes]:
        """Raises: Refused, ConnectionCut."""
        await self.faults.strike(endpoint.name, search=endpoint.is_search)
        self._check_token(request, endpoint.bearer)
        self.limits.spend(search=endpoint.is_search, exempt=endpoint.exempt)
        allowed = self.scopes - self.faults.missing_scopes
        if endpoint.scopes and not allowed.intersection(endpoint.scopes):
            raise scopes_missing(endpoint.scopes)
        wanted = "application/x-www-form-urlencoded" if endpoint.bearer == "nobody" else "application/json"
        if endpoint.method in ("POST", "PUT", "PATCH") and request.content_type != wanted:
            raise Refused(415, "INVALID_CONTENT_TYPE", f"Content-Type {request.content_type} is not supported")
        answer = endpoint.answer(Call(self, request.match_info, request.query, sent, dated))
        return answer.status, self.faults.garble(endpoint.name, encode(answer))

    def _check_token(self, request: web.Request, whose: str) -> None:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        is_right = given == self.token if whose == "portal" else self.journal.knows(given, self.crm.now())
        if whose != "nobody" and (self.faults.revoked or scheme != "Bearer" or not is_right):
            raise unauthorized(credentials_given=scheme == "Bearer")

    def _report(
        self, about: str, request: web.Request, status: int, started: float, sent: bytes, answer: bytes
    ) -> None:
        if self.on_exchange is not None:
            took = monotonic() - started
            self.on_exchange(Exchange("api", request.method, str(request.rel_url), about, status, took, sent, answer))

    @web.middleware
    async def _refuse_unknown_paths(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPMethodNotAllowed as error:
            refused, headers = (
                Refused(405, "METHOD_NOT_ALLOWED", "Method Not Allowed"),
                {"Allow": error.headers["Allow"]},
            )
        except web.HTTPNotFound:
            refused, headers = not_found(), {}
        self.requests["unknown"] += 1
        return _respond(refused.status, encode(Answer(refused.body)), headers)


def _respond(status: int, body: bytes, headers: Mapping[str, str]) -> web.Response:
    if status == 204:
        return web.Response(status=204, headers=headers)
    return web.Response(status=status, body=body, headers={**headers, "Content-Type": "application/json;charset=utf-8"})


def _hang_up(request: web.Request) -> web.Response:
    if isinstance(request.transport, asyncio.Transport):
        request.transport.abort()
    return web.Response()
