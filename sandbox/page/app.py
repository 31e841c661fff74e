"""The demo page as a server: shows by GET and changes by POST alone, with or without script."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

from aiohttp import web
from multidict import MultiDict

from sandbox.hubspot import HubSpotSandbox
from sandbox.hubspot.crm import AddressBlocked, AddressTaken, NoSuchRecord
from sandbox.hubspot.writing import BadProperties
from sandbox.page import layout
from sandbox.page.hubspot_pane import hubspot_pane
from sandbox.page.inbox import Inbox, NoBanner
from sandbox.page.inbox_pane import inbox_pane
from sandbox.page.place import Place
from sandbox.page.slack_pane import slack_pane
from sandbox.page.wire import Wire
from sandbox.slack import Modal, SlackSandbox
from sandbox.slack.inputs import Values, typed_values
from sandbox.slack.people import NotThere
from sandbox.slack.workspace import BOT_USER

Form = MultiDict[str]
Act = Callable[[Form, Place], Awaitable[Place]]
SHORTCUT: Final = "look_up"
SUBJECTS: Final = ("Our meeting on Thursday", "The offer you asked for", "Minutes of today's call", "A short question")
REFUSED: Final = (AddressBlocked, AddressTaken, BadProperties, NoSuchRecord, NotThere, NoBanner, KeyError, ValueError)


class DemoPage:
    """
    `async with DemoPage(hubspot, slack, inbox, wire, senders) as page:` serves on `page.url`.

    Args:
        senders: the employees who write mails.
        shortcut: the callback id of the app's message shortcut.
    """

    def __init__(
        self,
        hubspot: HubSpotSandbox,
        slack: SlackSandbox,
        inbox: Inbox,
        wire: Wire,
        senders: Sequence[str],
        *,
        shortcut: str = SHORTCUT,
        port: int = 0,
    ) -> None:
        self._hubspot, self._slack, self._inbox, self._wire = hubspot, slack, inbox, wire
        self._senders, self._shortcut, self._port = senders, shortcut, port
        self._runner: web.AppRunner | None = None
        hubspot.on_exchange = hubspot.webhooks.on_exchange = wire.heard_hubspot
        slack.on_exchange = slack.deliveries.on_exchange = wire.heard_slack
        self._actions: dict[str, Act] = {
            "/hubspot/add": self._add,
            "/hubspot/remove": self._remove,
            "/hubspot/change": self._change,
            "/hubspot/delete": self._delete,
            "/hubspot/privacy-delete": self._privacy_delete,
            "/slack/say": self._say,
            "/slack/press": self._press,
            "/slack/submit": self._submit,
            "/slack/close": self._close,
            "/slack/shortcut": self._use_shortcut,
            "/inbox/write": self._write,
            "/inbox/scan": self._scan,
            "/switch": self._switch,
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/", self._show)
        app.router.add_get("/style.css", self._style)
        app.router.add_get("/live.js", self._script)
        app.router.add_get("/live", self._live)
        app.router.add_get("/landing/{path:.*}", self._land)
        for path, act in self._actions.items():
            app.router.add_post(path, self._handler(act))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        listener = socket.create_server(("127.0.0.1", self._port))
        self._port = listener.getsockname()[1]
        await web.SockSite(self._runner, listener).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._inbox.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _show(self, request: web.Request) -> web.Response:
        place = self._at_home(Place.read(request.query))
        panes = (
            hubspot_pane(self._hubspot.crm, place)
            + slack_pane(self._slack.workspace, place)
            + inbox_pane(self._inbox, self._hubspot.crm, self._senders, place)
        )
        notice = request.query.get("notice", "")[:300]
        html = layout.page(panes, layout.switches_of(self._switches()), self._wire, place, notice)
        return web.Response(text=html, content_type="text/html", headers={"Cache-Control": "no-store"})

    def _at_home(self, place: Place) -> Place:
        people = [one.id for one in self._slack.workspace.users.values() if not one.is_bot]
        user = place.user if place.user in people else people[0]
        channel = place.channel if place.channel in self._slack.workspace.channels else ""
        return Place(
            **{**place.as_fields(), "user": user, "channel": channel or next(iter(self._slack.workspace.channels))}
        )

    def _handler(
        self, act: Callable[[Form, Place], Awaitable[Place]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            posted = await request.post()
            form = MultiDict((name, str(value)) for name, value in posted.items())
            place = self._at_home(Place.read(form))
            try:
                there = await act(form, place)
            except REFUSED as error:
                told = quote(str(error)[:200] or type(error).__name__)
                raise web.HTTPSeeOther(f"{place.url()}&notice={told}") from error
            self._wire.changed()
            raise web.HTTPSeeOther(there.url())

        return handle

    async def _add(self, form: Form, place: Place) -> Place:
        self._hubspot.add_to_list(int(form["list"]), int(form["record"]))
        return place

    async def _remove(self, form: Form, place: Place) -> Place:
        self._hubspot.remove_from_list(int(form["list"]), int(form["record"]))
        return place

    async def _change(self, form: Form, place: Place) -> Place:
        prefix = "property."
        changed = {name.removeprefix(prefix): value.strip() for name, value in form.items() if name.startswith(prefix)}
        self._hubspot.change_contact(int(form["record"]), changed)
        return place

    async def _delete(self, form: Form, place: Place) -> Place:
        self._hubspot.delete(int(form["record"]))
        return replace(place, contact="")

    async def _privacy_delete(self, form: Form, place: Place) -> Place:
        self._hubspot.privacy_delete(int(form["record"]))
        return replace(place, contact="")

    async def _say(self, form: Form, place: Place) -> Place:
        text, channel = form["text"].strip(), form["into"]
        text = text.replace("@Footlight", f"<@{BOT_USER}>")
        command, _, rest = text.partition(" ")
        if command.startswith("/"):
            await self._slack.people.command(place.user, channel, command, rest.strip())
        elif text:
            self._slack.people.say(place.user, channel, text)
        return place

    async def _press(self, form: Form, place: Place) -> Place:
        action, value = form["action_id"], form.get("value") or None
        option = form.getall("option") if "option" in form else None
        people = self._slack.people
        if view_id := form.get("view_id"):
            await people.press_in_view(place.user, view_id, action, value, option=option)
        else:
            await people.press(place.user, form["message_channel"], form["ts"], action, value, option=option)
        return place

    async def _submit(self, form: Form, place: Place) -> Place:
        modal = self._slack.workspace.modal(form["view_id"])
        if modal is None:
            raise NotThere("that dialog is closed already")
        await self._slack.people.submit(place.user, modal.id, _typed_into(modal, form))
        return place

    async def _close(self, form: Form, place: Place) -> Place:
        await self._slack.people.close(place.user, form["view_id"])
        return place

    async def _use_shortcut(self, form: Form, place: Place) -> Place:
        await self._slack.people.message_shortcut(place.user, form["message_channel"], form["ts"], self._shortcut)
        return place

    async def _write(self, form: Form, place: Place) -> Place:
        subject = SUBJECTS[len(self._inbox.mails) % len(SUBJECTS)]
        (mail,) = await self._inbox.write(form["sender"], [form["recipient"]], subject)
        return replace(place, mail=str(mail.id))

    async def _scan(self, form: Form, place: Place) -> Place:
        if mail := self._inbox.find(int(place.mail or 0)):
            await self._inbox.scan(mail)
        return place

    def _switches(self) -> dict[str, tuple[str, bool]]:
        return {
            "slack_429": ("Slack answers 429", self._slack.faults.too_many != 0),
            "hubspot_down": ("HubSpot is down", self._hubspot.faults.down is not None),
            "scanner": ("A mail scanner follows every link", self._inbox.scanner_reads),
        }

    async def _switch(self, form: Form, place: Place) -> Place:
        name = form["switch"]
        _, is_on = self._switches()[name]
        if name == "slack_429":
            self._slack.faults.too_many = 0 if is_on else -1
        elif name == "hubspot_down":
            self._hubspot.faults.down = None if is_on else "503"
        else:
            self._inbox.scanner_reads = not is_on
        return place

    async def _land(self, request: web.Request) -> web.Response:
        self._wire.note("Browser", "GET /c/… → 302 → the campaign's page", 200, 0)
        path = request.match_info["path"]
        return web.Response(text=layout.landing(path), content_type="text/html")

    async def _style(self, request: web.Request) -> web.Response:
        return web.Response(text=layout.style(), content_type="text/css")

    async def _script(self, request: web.Request) -> web.Response:
        return web.Response(text=layout.script(), content_type="text/javascript")

    async def _live(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: a line whenever the page may have something new to show."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        try:
            while True:
                await response.write(f"data: {self._wire.version}\n\n".encode())
                await self._wire.wait()
                await asyncio.sleep(0.05)  # several steps in a row are one look
        except ConnectionError:
            return response


def _typed_into(modal: Modal, form: Form) -> Values:
    return typed_values(modal.view["blocks"], {name: form.getall(name) for name in form})
