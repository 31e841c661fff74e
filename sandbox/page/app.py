"""The demo page as a server: shows by GET and changes by POST alone, with or without script."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiohttp import web
from multidict import MultiDict

from sandbox.hubspot import HubSpotSandbox
from sandbox.mail.inbox import Inbox
from sandbox.mail.mail import Mail
from sandbox.mail.trickle import Trickle
from sandbox.page import layout
from sandbox.page.acts import REFUSED, Act, Acts, Form
from sandbox.page.hubspot_pane import hubspot_pane
from sandbox.page.inbox_pane import inbox_pane
from sandbox.page.place import Place, is_number
from sandbox.page.slack_pane import HOME, App, slack_pane
from sandbox.page.switches import Switches
from sandbox.page.tour import Tour
from sandbox.page.wire import Wire
from sandbox.slack import SlackSandbox
from sandbox.slack.modal_files import LARGEST, put_file

ANSWER_SHOWN_WITHIN: Final = 2.0
"""Seconds that a form without script waits for what follows from it."""
LARGEST_FORM: Final = LARGEST + 1_000_000
STILL_HERE_EVERY: Final = 2.0
"""Seconds between two words to a page where nothing happens; a page that is gone is found out by them."""


class DemoPage:
    """
    `async with DemoPage(hubspot, slack, inbox, trickle, wire, senders, app) as page:` serves on `page.url`.

    Args:
        trickle: goes on while the page is looked at.
        senders: the employees who write mails.
        app: what Slack offers of the app.
    """

    def __init__(
        self,
        hubspot: HubSpotSandbox,
        slack: SlackSandbox,
        inbox: Inbox,
        trickle: Trickle,
        wire: Wire,
        senders: Sequence[str],
        app: App,
        *,
        port: int = 0,
    ) -> None:
        self._hubspot, self._slack, self._inbox, self._trickle, self._wire = hubspot, slack, inbox, trickle, wire
        self._senders, self._app, self._port = senders, app, port
        self._switches, self._tour = Switches(hubspot, slack, inbox, trickle), Tour()
        self._acts = Acts(hubspot, slack, inbox, self._switches, app.shortcut)
        self._runner: web.AppRunner | None = None
        self._opened: Mail | None = None
        self._flowing: asyncio.Task[None] | None = None
        hubspot.on_exchange = hubspot.webhooks.on_exchange = wire.heard_hubspot
        slack.on_exchange = slack.deliveries.on_exchange = wire.heard_slack
        wire.on_story = self._tour.saw

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=LARGEST_FORM)
        app.router.add_get("/", self._show)
        app.router.add_get("/style.css", self._style)
        app.router.add_get("/live.js", self._script)
        app.router.add_get("/live", self._live)
        app.router.add_get("/slack/file/{id}", self._file)
        app.router.add_get("/landing/{path:.*}", self._land)
        for path, act in self._acts.by_path.items():
            app.router.add_post(path, self._handler(act))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        listener = socket.create_server(("127.0.0.1", self._port))
        self._port = listener.getsockname()[1]
        await web.SockSite(self._runner, listener).start()
        self._flowing = asyncio.create_task(self._trickle.run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._flowing is not None:
            self._flowing.cancel()
            with suppress(asyncio.CancelledError):
                await self._flowing
        if self._runner is not None:
            await self._runner.cleanup()

    async def _show(self, request: web.Request) -> web.Response:
        place, zone = self._at_home(Place.read(request.query)), _zone_of(request)
        await self._acts.fill_selects(place.user)
        panes = (
            hubspot_pane(self._hubspot.crm, place)
            + slack_pane(self._slack.workspace, place, self._app, zone)
            + inbox_pane(self._inbox, self._hubspot.crm, self._senders, place, zone)
        )
        self._opened = (self._inbox.find(int(place.mail)) if is_number(place.mail) else None) or self._opened
        notice = request.query.get("notice", "")[:300]
        html = layout.page(panes, self._switches.all(), self._tour, self._wire, place, notice, zone)
        return web.Response(text=html, content_type="text/html", headers={"Cache-Control": "no-store"})

    def _at_home(self, place: Place) -> Place:
        people = [one.id for one in self._slack.workspace.users.values() if not one.is_bot]
        user = place.user if place.user in people else people[0]
        channel = place.channel if place.channel in (*self._slack.workspace.channels, HOME) else ""
        return Place(
            **{**place.as_fields(), "user": user, "channel": channel or next(iter(self._slack.workspace.channels))}
        )

    def _handler(self, act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            posted = await request.post()
            form = MultiDict((name, value) for name, value in posted.items() if isinstance(value, str))
            place, before = self._at_home(Place.read(form)), self._wire.last
            try:
                self._put_files(posted, form, place.user)
                there = await act(form, place)
            except REFUSED as error:
                told = quote(str(error)[:200] or type(error).__name__)
                raise web.HTTPSeeOther(f"{place.url()}&notice={told}") from error
            self._wire.changed()
            if "X-Live" not in request.headers:
                await self._wire.answered(before, within=ANSWER_SHOWN_WITHIN)
            raise web.HTTPSeeOther(there.url())

        return handle

    def _put_files(self, posted: Mapping[str, object], form: Form, user: str) -> None:
        """Files go to Slack when they are chosen; the form names them."""
        for name, file in posted.items():
            if isinstance(file, web.FileField) and file.filename:
                form.add(name, put_file(self._slack.workspace, user, file.filename, file.file.read()))

    async def _land(self, request: web.Request) -> web.Response:
        """Where a banner leads. Footlight tells nobody who clicked; most likely it was the mail shown last."""
        path = request.match_info["path"]
        self._wire.heard_click(self._opened, f"/landing/{path}")
        is_stored = self._opened is None or not self._wire.names.is_opted_out(self._opened.recipient)
        return web.Response(text=layout.landing(path, is_stored=is_stored), content_type="text/html")

    async def _file(self, request: web.Request) -> web.Response:
        file = self._slack.workspace.files.get(request.match_info["id"])
        if file is None or file.content is None:
            raise web.HTTPNotFound
        # An upload is whatever the app sent: it is shown as a picture or not at all.
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        return web.Response(body=file.content, content_type="image/png", headers=headers)

    async def _style(self, request: web.Request) -> web.Response:
        return web.Response(text=layout.style(), content_type="text/css")

    async def _script(self, request: web.Request) -> web.Response:
        return web.Response(text=layout.script(), content_type="text/javascript")

    async def _live(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: a line whenever the page may have something new to show."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        version = self._wire.version
        word = f"data: {version}\n\n"
        with self._trickle.watched(), suppress(ConnectionError):
            while True:
                await response.write(word.encode())
                try:
                    await asyncio.wait_for(self._wire.newer_than(version), STILL_HERE_EVERY)
                except TimeoutError:
                    word = ": still here\n\n"
                    continue
                await asyncio.sleep(0.05)  # several steps in a row are one look
                version = self._wire.version
                word = f"data: {version}\n\n"
        return response


def _zone_of(request: web.Request) -> ZoneInfo | None:
    """The visitor's time zone, which the script tells."""
    told = request.cookies.get("zone", "")
    try:
        return ZoneInfo(told) if told else None
    except (ZoneInfoNotFoundError, ValueError):
        return None
