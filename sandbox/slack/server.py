"""The sandbox Slack as a running server: the Web API, response URLs and sockets, and the people who use it."""

import asyncio
import json
import socket
from collections import Counter
from collections.abc import Iterable
from time import monotonic
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from sandbox.exchanges import Exchange, OnExchange
from sandbox.slack.block_kit import message_faults
from sandbox.slack.call import Call, Json, SlackError, Triggers
from sandbox.slack.deliveries import Deliveries
from sandbox.slack.faults import Faults
from sandbox.slack.messages_api import shown
from sandbox.slack.methods import ALL_SCOPES, METHODS
from sandbox.slack.people import People
from sandbox.slack.workspace import BOT_USER, Message, Workspace

RESPONSE_URL_USES, RESPONSE_URL_SECONDS = 5, 1_800


class SlackSandbox:
    """
    `async with SlackSandbox(workspace, bot_token=..., signing_secret=...) as slack:` serves on a free port.

    Requests to the app go to `app_url` (can be set later on `deliveries`), or to a connected socket. What people
    do is `slack.people`; `requests` counts calls by method.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        bot_token: str,
        signing_secret: str,
        app_token: str | None = None,
        app_url: str | None = None,
        scopes: Iterable[str] = ALL_SCOPES,
        port: int = 0,
        on_exchange: OnExchange | None = None,
    ) -> None:
        self.workspace = workspace
        self.bot_token = bot_token
        self.app_token = app_token
        self.scopes = frozenset(scopes)
        self.faults = Faults()
        self.requests: Counter[str] = Counter()
        self.on_exchange = on_exchange
        self.deliveries = Deliveries(signing_secret, app_url, on_exchange=on_exchange, now=workspace.now)
        self.triggers = Triggers(workspace)
        self.people = People(workspace, self.deliveries, self.triggers, self._response_url)
        self._responses: dict[str, tuple[str, str, Message | None, float]] = {}
        self._uses: Counter[str] = Counter()
        self._posted_at: dict[str, float] = {}
        self._port = port
        self._runner: web.AppRunner | None = None

    @property
    def base_url(self) -> str:
        """Ends with `/api/`."""
        return f"http://127.0.0.1:{self._port}/api/"

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", self._serve)
        app.router.add_post("/respond/{key}", self._respond)
        app.router.add_get("/socket", self._socket)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        listener = socket.create_server(("127.0.0.1", self._port))
        self._port = listener.getsockname()[1]
        await web.SockSite(self._runner, listener).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.deliveries.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method, started = request.match_info["method"], monotonic()
        self.requests[method] += 1
        arguments: Json = {}
        try:
            await self.faults.wait(method)
            arguments = await _arguments(request)
            status, body, headers = 200, self._answer(method, arguments, request.headers.get("Authorization", "")), {}
        except SlackError as error:
            status, body = error.status, error.body()
            headers = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
        if self.faults.cuts(method):
            assert request.transport is not None
            request.transport.close()
        if self.on_exchange:
            sent, raw = json.dumps(arguments).encode(), json.dumps(body).encode()
            path, seconds = request.rel_url.path, monotonic() - started
            self.on_exchange(Exchange("api", request.method, path, method, status, seconds, sent, raw))
        return web.json_response(body, status=status, headers=headers)

    def _answer(self, method: str, arguments: Json, authorization: str) -> Json:
        if self.faults.says_too_many(method):
            raise SlackError("ratelimited", status=429, retry_after=self.faults.retry_after)
        if (status := self.faults.next_status(method)) != 200:
            raise SlackError("internal_error", status=status)
        token = authorization.removeprefix("Bearer ") or str(arguments.get("token", ""))
        if method == "apps.connections.open":
            return self._open_connection(token)
        known = METHODS.get(method)
        if known is None:
            raise SlackError("unknown_method")
        self._admit(token, known.scope)
        if code := self.faults.errors.get(method):
            raise SlackError(code)
        call = Call(method, arguments, self.workspace, self.faults, self.scopes, self._may_post_now, self.triggers)
        return known.run(call)

    def _admit(self, token: str, scope: str | None) -> None:
        if not token:
            raise SlackError("not_authed")
        if token != self.bot_token:
            raise SlackError("invalid_auth")
        if self.faults.revoked:
            raise SlackError("token_revoked")
        if scope and scope not in self.scopes:
            raise SlackError("missing_scope", messages=[f"needed: {scope}"])

    def _open_connection(self, token: str) -> Json:
        if not self.app_token or token != self.app_token:
            raise SlackError("invalid_auth")
        return {"ok": True, "url": f"ws://127.0.0.1:{self._port}/socket?ticket={self.workspace.new_id('ticket')}"}

    def _may_post_now(self, channel: str) -> bool:
        last, now = self._posted_at.get(channel, 0.0), monotonic()
        if now - last < 1.0:
            return False
        self._posted_at[channel] = now
        return True

    def _response_url(self, channel: str, user: str, message: Message | None) -> str:
        key = self.workspace.new_id("response")
        self._responses[key] = channel, user, message, self.workspace.now()
        return f"http://127.0.0.1:{self._port}/respond/{key}"

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        key = request.match_info["key"]
        told = await request.json()
        if key not in self._responses:
            return web.Response(status=404, text="no_service")
        channel, user, message, made = self._responses[key]
        self._uses[key] += 1
        if self._uses[key] > RESPONSE_URL_USES or self.workspace.now() - made > RESPONSE_URL_SECONDS:
            return web.Response(status=404, text="used_url")
        if faults := message_faults(told.get("blocks") or []):
            return web.json_response({"ok": False, "error": "invalid_blocks", "errors": faults}, status=400)
        self._apply_response(channel, user, message, told)
        return web.Response(text="ok")

    def _apply_response(self, channel: str, user: str, message: Message | None, told: dict[str, Any]) -> None:
        stream = self.workspace.messages[channel]
        if told.get("delete_original"):
            if message in stream:
                stream.remove(message)
        elif told.get("replace_original") and message is not None:
            message.text, message.blocks, message.edited = told.get("text", ""), told.get("blocks") or [], True
        else:
            only_for = None if told.get("response_type") == "in_channel" else user
            self.workspace.post(
                channel, BOT_USER, told.get("text", ""), blocks=told.get("blocks") or [], only_for=only_for
            )

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        await self.deliveries.serve_socket(connection)
        return connection

    async def until(self, seen: Any, within: float = 5.0) -> Any:
        """Wait until `seen()` gives something true, and return it; TimeoutError otherwise."""
        deadline = monotonic() + within
        while not (found := seen()):
            if monotonic() > deadline:
                raise TimeoutError("it did not come to be")
            await asyncio.sleep(0.01)
        return found

    def texts(self, channel: str) -> list[str]:
        """What stands in a channel, oldest first."""
        return [shown(message)["text"] for message in self.workspace.messages[channel]]


async def _arguments(request: web.Request) -> Json:
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            told = await request.json()
        except ValueError:
            raise SlackError("invalid_json") from None
        if not isinstance(told, dict):
            raise SlackError("json_not_object")
        return arguments | told
    return arguments | dict(await request.post())
