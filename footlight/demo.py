"""The demo: the whole product against the sandbox HubSpot and Slack, with believable data and a page to play on."""

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
import webbrowser
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, Final

from bot.manifest import socket_mode_manifest
from footlight.cli.printing import console
from footlight.demo_past import Clock, live_the_past
from footlight.embedded import only_one
from footlight.opening import Opened, open_all
from footlight.processes import RUN, serve
from footlight.settings import Settings
from sandbox.hubspot import Crm, HubSpotSandbox, crm_file
from sandbox.hubspot.limits import Limits
from sandbox.mail.gateway import Gateway
from sandbox.mail.inbox import Inbox, kept_mails
from sandbox.mail.reader import Reader
from sandbox.mail.trickle import Trickle
from sandbox.page import DemoPage
from sandbox.page.slack_pane import App
from sandbox.page.telling import Names
from sandbox.page.wire import Wire
from sandbox.sample_data import letters, sample_crm
from sandbox.sample_data import workspace as sample
from sandbox.sample_data.portal import SENDERS
from sandbox.slack import SlackSandbox, Workspace
from storage import opt_out_asked, target_groups

TOKEN, CLIENT_SECRET, PORTAL = "pat-sandbox-0001", "sandbox-client-secret", 4_711_000
BOT_TOKEN, SIGNING_SECRET, API_KEY = "xoxb-sandbox", "sandbox-signing-secret", "sandbox-api-key"
TIME_ZONE: Final = "Europe/Berlin"
SAVE_EVERY_SECONDS: Final = 3.0
STRANGER: Final = "jo.doe@harbour-steel.example"


async def run_demo(folder: Path, *, fresh: bool, port: int, open_page: bool) -> None:
    """
    Run until Ctrl-C or SIGTERM; on another port than asked where that is taken.

    Raises:
        AlreadyRuns: when a demo runs in this folder, whose data then stays as it is.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        tell = stack.enter_context(only_one(str(folder)))  # its lock lies beside the folder
        _prepare(folder, fresh=fresh)
        page = await _start(stack, folder, port, stop)
        tell(page.url)
        console.print(
            f"\n  The demo is at [bold]{page.url}[/bold]   (Ctrl-C ends it; its data stays in {folder})\n",
            soft_wrap=True,
        )
        if open_page and _has_desktop():
            webbrowser.open(page.url)
        await stop.wait()


def _prepare(folder: Path, *, fresh: bool) -> None:
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)


async def _start(stack: AsyncExitStack, folder: Path, port: int, stop: asyncio.Event) -> DemoPage:
    now, clock, app = datetime.now(UTC), Clock(), _app()
    crm_path, slack_path, mails_path = folder / "hubspot.json", folder / "slack.json", folder / "mails.json"
    crm = crm_file.load(crm_path) if crm_path.exists() else sample_crm(now)
    workspace = Workspace.load(slack_path, clock.seconds) if slack_path.exists() else _workspace(clock)
    hubspot, slack = await _sandboxes(stack, crm, workspace, app)
    # Links in mails and the campaigns' targets hold both ports, so the next start takes the same.
    ports = _ports(folder / "ports.json", port)
    settings = _settings(folder, hubspot, slack, ports["product"])
    opened = open_all(settings)
    stack.callback(opened.store.close_now)
    wire = Wire(Names(crm, workspace, lambda address: _is_opted_out(opened, address)), now=clock)
    mails = kept_mails(mails_path)
    reader = Reader(on_fetch=wire.heard_mail)
    new_id = count(max((mail.id for mail in mails), default=0) + 1).__next__
    gateway = Gateway(settings.public_url, API_KEY, new_id, on_fetch=wire.heard_mail)
    inbox = Inbox(gateway, reader, mails)
    trickle = Trickle(letters(crm, Random()), gateway, reader)  # noqa: S311
    page = DemoPage(hubspot, slack, inbox, trickle, wire, SENDERS, app, port=ports["page"])
    await stack.enter_async_context(page)
    if not await opened.store.read(target_groups.all_groups):
        console.print("Importing HubSpot's lists, and a month of clicks ...")
        await live_the_past(settings, opened, clock, page.url)
    await _serve(stack, settings, stop)
    hubspot.send_webhooks_to(f"{settings.public_url}/webhooks/hubspot")
    slack.deliveries.app_url = f"{settings.public_url}/slack/events"
    if not mails:
        await _first_mails(inbox)

    def save() -> None:
        crm_file.save(crm, crm_path)
        workspace.save(slack_path)
        inbox.save(mails_path)

    _save_now_and_then(stack, save)
    return page


async def _sandboxes(
    stack: AsyncExitStack, crm: Crm, workspace: Workspace, app: App
) -> tuple[HubSpotSandbox, SlackSandbox]:
    hubspot = HubSpotSandbox(crm, token=TOKEN, client_secret=CLIENT_SECRET, portal_id=PORTAL, limits=Limits.off())
    workspace.unfurl_domains = frozenset(socket_mode_manifest()["features"]["unfurl_domains"])
    slack = SlackSandbox(workspace, bot_token=BOT_TOKEN, signing_secret=SIGNING_SECRET, commands=app.commands)
    return await stack.enter_async_context(hubspot), await stack.enter_async_context(slack)


def _app() -> App:
    """What Slack would offer of the app, by its manifest."""
    features = socket_mode_manifest()["features"]
    (shortcut,) = features["shortcuts"]
    commands = {one["command"]: one["description"] for one in features["slash_commands"]}
    return App(commands, shortcut["callback_id"], shortcut["name"])


def _is_opted_out(opened: Opened, address: str) -> bool:
    return opened.store.read_now(opt_out_asked.of_address, address, opened.known_hasher) is not None


def _workspace(clock: Clock) -> Workspace:
    """The sample's, but its first user reads English, as the page does."""
    workspace = sample.sample_workspace(clock.seconds)
    workspace.users[sample.ANNA].locale = "en-US"
    return workspace


def _ports(path: Path, asked: int) -> dict[str, int]:
    """The ports of page and product: those of the last time, as far as they are free; else new ones."""
    kept = json.loads(path.read_text()) if path.exists() else {}
    ports = {
        "page": _free_port(asked or kept.get("page", 0)),
        "product": _free_port(kept.get("product", 0)),
    }
    path.write_text(json.dumps(ports))
    return ports


def _settings(folder: Path, hubspot: HubSpotSandbox, slack: SlackSandbox, port: int) -> Settings:
    """Everything is told, so that neither the environment nor a `.env` with real tokens has a word."""
    told: dict[str, Any] = {
        "footlight_database_url": f"sqlite:///{folder / 'footlight.db'}",
        "footlight_public_url": f"http://127.0.0.1:{port}",
        "footlight_host": "127.0.0.1",
        "port": port,
        "footlight_secret_key": None,
        "footlight_api_key": API_KEY,
        "footlight_clicks_secret": (),
        "footlight_leads_channel": sample.LEADS,
        "footlight_feed_channel": sample.FEED,
        "footlight_admin_channel": None,
        "footlight_own_domains": (),
        "footlight_timezone": TIME_ZONE,
        "footlight_trusted_proxies": (),
        "footlight_retention_months": 24,
        "footlight_reconcile_minutes": 15,
        "hubspot_access_token": TOKEN,
        "hubspot_client_secret": CLIENT_SECRET,
        "hubspot_base_url": hubspot.base_url,
        "slack_bot_token": BOT_TOKEN,
        "slack_signing_secret": SIGNING_SECRET,
        "slack_app_token": None,
        "slack_base_url": slack.base_url,
    }
    return Settings.model_validate(told)


def _free_port(wanted: int = 0) -> int:
    """The wanted port if it is free, else any free one."""
    try:
        with socket.create_server(("127.0.0.1", wanted)) as listener:
            return int(listener.getsockname()[1])
    except OSError:
        return _free_port()


async def _serve(stack: AsyncExitStack, settings: Settings, stop: asyncio.Event) -> None:
    """Start the product, and wait until it answers."""
    started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    product = asyncio.create_task(
        serve(settings, RUN, stop=stop, started=lambda _: started.set_result(None) if not started.done() else None)
    )

    async def finish() -> None:
        stop.set()
        await product

    stack.push_async_callback(finish)
    await asyncio.wait((product, started), return_when=asyncio.FIRST_COMPLETED)
    if product.done():
        await product


async def _first_mails(inbox: Inbox) -> None:
    people = ("max.mustermann@musterfirma.example", STRANGER, "felix.fuchs@musterfirma.example")
    for sender, recipient in zip(SENDERS, people, strict=False):
        await inbox.write(sender, recipient, "The offer you asked for")


def _save_now_and_then(stack: AsyncExitStack, save: Callable[[], None]) -> None:
    """Every few seconds, and at the end."""

    async def go_on() -> None:
        while True:
            await asyncio.sleep(SAVE_EVERY_SECONDS)
            save()

    saving = asyncio.create_task(go_on())
    stack.callback(save)
    stack.callback(saving.cancel)


def _has_desktop() -> bool:
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
