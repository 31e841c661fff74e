"""The sandbox Slack as a running server: the Web API, response URLs, uploads and sockets, and the people who use it."""

import asyncio
import json
import socket
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from time import monotonic
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import web

from sandbox.exchanges import Exchange, OnExchange
from sandbox.slack.call import Call, Json, SlackError, ok, read_arguments
from sandbox.slack.deliveries import Deliveries
from sandbox.slack.faults import Faults
from sandbox.slack.files_api import receive_upload
from sandbox.slack.methods import ALL_SCOPES, METHODS, Method
from sandbox.slack.oauth import OAuth
from sandbox.slack.pace import Pace
from sandbox.slack.replies import refusal, respond
from sandbox.slack.sites import Site, make_site
from sandbox.slack.workspace import Workspace

LARGEST_BODY = 32 * 1024 * 1024
UNAVAILABLE = b"<!DOCTYPE html><html><body><h1>Slack is having trouble</h1></body></html>"
OPEN_CONNECTION = "apps.connections.open"
INSTALLATION = ("oauth.v2.access", "auth.revoke", "apps.uninstall")
Seen = TypeVar("Seen")


class SlackSandbox:
    """
    `async with SlackSandbox(workspace, bot_token=..., signing_secret=...) as slack:` serves on a free port.

    Requests to the app go to `app_url` (can be set later on `deliveries`), or to a connected socket. What people
    do is `slack.people`; `requests` counts calls by method. `file_delay` is in seconds: so long after its upload a
    file cannot be used in a block. `commands` are those of the app's manifest; None: whatever is typed.

    With `client`, the id and secret of the app, it is in no workspace before somebody installs it; further workspaces
    come by `add_workspace`.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        bot_token: str,
        signing_secret: str,
        app_token: str = "xapp-sandbox",  # noqa: S107
        app_url: str | None = None,
        scopes: Iterable[str] = ALL_SCOPES,
        commands: Collection[str] | None = None,
        client: tuple[str, str] | None = None,
        file_delay: float = 0.2,
        port: int = 0,
        on_exchange: OnExchange | None = None,
    ) -> None:
        self.app_token = app_token
        self.scopes = frozenset(scopes)
        self.file_delay = file_delay
        self.faults = Faults()
        self.requests: Counter[str] = Counter()
        """Calls by method, refused ones too."""
        self.on_exchange = on_exchange
        self.deliveries = Deliveries(signing_secret, app_url, on_exchange=on_exchange, now=workspace.now)
        self._commands = commands
        self.bot_token, self.workspace = bot_token, workspace
        self.site = self._site(workspace, bot_token if client is None else None)
        self.people, self.triggers = self.site.people, self.site.triggers
        self.sites = [self.site]
        self.oauth = OAuth(*(client or ("", "")), self.sites)
        self._pace = Pace(self.faults, workspace.now)
        self._port = port
        self._runner: web.AppRunner | None = None

    def add_workspace(self, workspace: Workspace) -> Site:
        """One more, in which the app is not installed."""
        self.sites.append(self._site(workspace, None))
        return self.sites[-1]

    def _site(self, workspace: Workspace, bot_token: str | None) -> Site:
        return make_site(workspace, self.deliveries, lambda: self._root, bot_token=bot_token, commands=self._commands)

    @property
    def base_url(self) -> str:
        """Ends with `/api/`."""
        return f"{self._root}api/"

    @property
    def _root(self) -> str:
        return f"http://127.0.0.1:{self._port}/"

    async def __aenter__(self) -> Self:
        # aiohttp sets TCP_NODELAY on every connection.
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_route("*", "/api/{method}", self._serve)
        app.router.add_post("/respond/{key}", self._respond)
        app.router.add_post("/upload/{file}", self._upload)
        app.router.add_get("/files-pri/{file}/{name:.+}", self._download)
        app.router.add_get("/oauth/v2/authorize", self.oauth.ask)
        app.router.add_post("/oauth/v2/authorize", self.oauth.answer)
        app.router.add_get("/socket", self.deliveries.sockets.serve)
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
        name, started = request.match_info["method"], monotonic()
        self.requests[name] += 1
        arguments: Json = {}
        headers = {"X-OAuth-Scopes": ",".join(sorted(self.scopes))}
        try:
            known = METHODS.get(name) or (
                Method(_nothing, writes=True) if name in (OPEN_CONNECTION, *INSTALLATION) else None
            )
            self._strike(name)
            arguments, warnings = await read_arguments(request, takes_json=known is not None and known.writes)
            body = self._answer(name, known, arguments, request.headers.get("Authorization", ""))
            status, body = self.faults.status_after_doing(name), _with_warnings(body, warnings)
        except SlackError as error:
            status, body = error.status, error.body()
            headers |= {"Retry-After": str(error.retry_after)} if error.retry_after else {}
        await self.faults.wait(name)
        if self.faults.cuts(name):
            self._report(name, request, 0, started, arguments, {})
            return _reset(request)
        self._report(name, request, status, started, arguments, body)
        if status >= 500:
            return web.Response(status=status, body=UNAVAILABLE, content_type="text/html")
        return web.json_response(body, status=status, headers=headers)

    def _strike(self, name: str) -> None:
        """Raises: SlackError, for what the switches say before anything is done."""
        if self.faults.says_too_many(name):
            raise SlackError("ratelimited", status=429, retry_after=self.faults.retry_after)
        if (status := self.faults.next_status(name)) != 200:
            raise SlackError("internal_error", status=status)

    def _answer(self, name: str, known: Method | None, arguments: Json, authorization: str) -> Json:
        if known is None:
            raise SlackError("unknown_method", req_method=name)
        token = authorization.removeprefix("Bearer ").strip() or str(arguments.pop("token", ""))
        if name == OPEN_CONNECTION:
            return self._open_connection(token)
        if name in INSTALLATION:
            return self._change_installation(name, arguments, authorization, token)
        site = self.site if known.public else self._admit(token)
        if code := self.faults.errors.get(name):
            raise SlackError(code)
        call = Call(
            name,
            arguments,
            site.workspace,
            self.scopes,
            site.triggers,
            self.file_delay,
            self._root,
            partial(self._announce, site),
        )
        if known.scopes:
            call.require_scope(*known.scopes)
        self._pace.admit(name, arguments)
        return known.run(call)

    def _change_installation(self, name: str, arguments: Json, authorization: str, token: str) -> Json:
        if name == "oauth.v2.access":
            return self.oauth.access(arguments, authorization)
        change = self.oauth.revoke if name == "auth.revoke" else self.oauth.uninstall
        return change(self._admit(token), arguments)

    def _announce(self, site: Site, event: Json) -> None:
        if self.deliveries.app_url or self.deliveries.sockets:
            site.people.event(event)

    def _admit(self, token: str) -> Site:
        if not token:
            raise SlackError("not_authed")
        if token == self.app_token:
            raise SlackError("not_allowed_token_type")
        site = next((one for one in self.sites if one.bot_token == token), None)
        if site is None and not any(token in one.revoked for one in self.sites):
            raise SlackError("invalid_auth")
        if site is None or self.faults.revoked:
            raise SlackError("token_revoked")
        return site

    def _open_connection(self, token: str) -> Json:
        if not token:
            raise SlackError("not_authed")
        if token == self.bot_token:
            raise SlackError("not_allowed_token_type")
        if token != self.app_token:
            raise SlackError("invalid_auth")
        ticket = self.deliveries.sockets.ticket()
        return ok(url=f"ws://127.0.0.1:{self._port}/socket?ticket={ticket}&app_id=sandbox")

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        started = monotonic()
        try:
            told = json.loads(await request.read())
        except ValueError:
            return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
        if not isinstance(told, dict):
            return web.json_response({"ok": False, "error": "invalid_payload"}, status=400)
        status, body = self._carry_out(request.match_info["key"], told)
        self._report("response_url", request, status, started, told, body or {"ok": True})
        return web.json_response(body, status=status) if body else web.Response(text="ok")

    def _carry_out(self, key: str, told: Json) -> tuple[int, Json | None]:
        site = next((one for one in self.sites if one.response_urls.has(key)), self.site)
        occasion = site.response_urls.use(key)
        if isinstance(occasion, str):
            return 404, {"ok": False, "error": occasion}
        if refused := refusal(self.workspace, told):
            return 400, refused
        try:
            self._pace.admit_message(occasion.channel)
        except SlackError as error:
            return error.status, error.body()
        respond(site.workspace, occasion, told)
        return 200, None

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        if request.content_type == "multipart/form-data":
            field = next(iter((await request.post()).values()), "")
            content = field.file.read() if isinstance(field, web.FileField) else b""
        else:
            content = await request.read()
        told = receive_upload(self.workspace, request.match_info["file"], content)
        self.requests["upload"] += 1
        return web.Response(status=200 if told else 400, text=told or "upload refused")

    async def _download(self, request: web.Request) -> web.StreamResponse:
        """Whoever may not see the file is led to where people sign in, which is no error to HTTP."""
        self.requests["download"] += 1
        team, _, file_id = request.match_info["file"].partition("-")
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        site = next((one for one in self.sites if one.bot_token == token and one.workspace.team.id == team), None)
        file = site.workspace.files.get(file_id) if site and not self.faults.revoked else None
        if file is None or file.content is None or "files:read" not in self.scopes:
            raise web.HTTPFound(f"{self.workspace.team.home_url}?redir=files-pri")
        return web.Response(body=file.content, content_type="application/octet-stream")

    def _report(
        self, about: str, request: web.Request, status: int, started: float, sent: Mapping[str, Any], body: Json
    ) -> None:
        if self.on_exchange is not None:
            took, raw = monotonic() - started, json.dumps(body).encode()
            path, sent_raw = request.rel_url.path, json.dumps(sent, default=str).encode()
            self.on_exchange(Exchange("api", request.method, path, about, status, took, sent_raw, raw))

    async def until(self, seen: Callable[[], Seen], within: float = 30.0) -> Seen:
        """Wait until `seen()` gives something true, and return it; TimeoutError otherwise."""
        deadline = monotonic() + within
        while not (found := seen()):
            if monotonic() > deadline:
                raise TimeoutError("it did not come to be")
            await asyncio.sleep(0.01)
        return found

    def texts(self, channel: str) -> list[str]:
        """What stands in a channel, oldest first."""
        return [message.text for message in self.workspace.messages[channel]]


def _nothing(call: Call) -> Json:
    return ok()


def _with_warnings(body: Json, warnings: list[str]) -> Json:
    if not warnings:
        return body
    told = [*filter(None, str(body.get("warning", "")).split(",")), *warnings]
    metadata = {**body.get("response_metadata", {}), "warnings": told}
    return {**body, "warning": ",".join(told), "response_metadata": metadata}


def _reset(request: web.Request) -> web.Response:
    if isinstance(request.transport, asyncio.Transport):
        request.transport.abort()
    return web.Response()
