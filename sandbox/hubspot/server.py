"""The sandbox HubSpot as a running server: checks each request as HubSpot does, answers, and sends the webhooks."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Mapping
from time import monotonic
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from sandbox.exchanges import Exchange
from sandbox.hubspot import journal_api
from sandbox.hubspot.call import Answer, Call, encode
from sandbox.hubspot.crm import Crm
from sandbox.hubspot.endpoints import ALL_SCOPES, ENDPOINTS, Endpoint
from sandbox.hubspot.faults import ConnectionCut
from sandbox.hubspot.portal import Portal
from sandbox.hubspot.refusals import Refused, not_found, scopes_missing, unauthorized

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LARGEST_BODY = 10 * 1024 * 1024


class HubSpotSandbox(Portal):
    """
    `async with HubSpotSandbox(crm, token=..., client_secret=..., portal_id=...) as hubspot:` serves on a free port.

    Args:
        portal: as of `Portal`.
    """

    def __init__(self, crm: Crm, *, scopes: Iterable[str] = ALL_SCOPES, port: int = 0, **portal: Any) -> None:
        super().__init__(crm, scopes=scopes, **portal)
        self.port = port
        self._runner: web.AppRunner | None = None
        self._site: web.SockSite | None = None

    async def __aenter__(self) -> Self:
        self._runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=0.5)
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
        listener = socket.create_server(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        self._site = web.SockSite(self._runner, listener)
        await self._site.start()

    async def refuse_connections(self) -> None:
        """Nobody listens any more; connections that are open are cut."""
        assert self._site is not None
        assert self._runner is not None
        await self._site.stop()
        if self._runner.server is not None:
            await self._runner.server.shutdown(0.0)

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
