"""The bot behind a real HTTP endpoint, talking to a sandbox Slack, on both databases."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import make_bot
from bot.carrier import SlackCarrier
from bot.chart_links import ChartLinks
from bot.desk import Desk
from bot.dispatch import Dispatch
from bot.events import Events
from bot.homes import Homes
from bot.hubspot_search import HubSpotSearch
from bot.permissions import People
from bot.transport import SlackEndpoint
from bot.web_client import always
from decisions.sealing import Keys
from sandbox.sample_data.workspace import FEED, LEADS, sample_workspace
from sandbox.slack import Message, SlackSandbox
from storage import Store, delivery, portal, subscriptions
from storage.carriers import Sent
from storage.subscriptions import Topic
from tests.storage.people import HASHER, T0
from webhooks.app import LARGEST_BODY, Endpoint, guarded
from webhooks.metrics import Metrics
from webhooks.problems import malformed
from webhooks.verify import check_slack

BOT_TOKEN, APP_TOKEN, SIGNING_SECRET = "xoxb-test", "xapp-test", "a signing secret"
KEYS = Keys.parse("a secret key that is long enough")


def utc_now() -> datetime:
    return datetime.now(UTC)


def prove(body: bytes, headers: Mapping[str, str]) -> None:
    check_slack(body, headers, secrets=[SIGNING_SECRET], now=utc_now())


@dataclass
class Bot:
    """One process of the bot."""

    desk: Desk
    dispatch: Dispatch
    events: Events
    metrics: Metrics
    url: str
    homes: Homes


Start = Callable[[], Any]


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    """Nordwerk's workspace; nobody hears what is said in it until a bot is there."""
    workspace = sample_workspace()
    async with SlackSandbox(
        workspace, bot_token=BOT_TOKEN, signing_secret=SIGNING_SECRET, app_token=APP_TOKEN
    ) as sandbox:
        yield sandbox


@pytest.fixture
def client(slack: SlackSandbox) -> AsyncWebClient:
    return AsyncWebClient(BOT_TOKEN, base_url=slack.base_url, retry_handlers=[])


@asynccontextmanager
async def running_bot(
    store: Store,
    client: AsyncWebClient,
    keys: Keys = KEYS,
    *,
    hubspot: HubSpotSearch | None = None,
    now: Callable[[], datetime] = utc_now,
) -> AsyncIterator[Bot]:
    """A process of the bot in HTTP mode, on a free port."""
    desk = Desk(
        store=store,
        hasher=HASHER,
        people=People(always(client)),
        now=now,
        public_url="https://footlight.ours.de",
        charts=ChartLinks(keys, "https://footlight.ours.de", now),
        hubspot=hubspot,
    )
    dispatch = make_bot(desk, client, homes := Homes(store, desk.people, always(client), now=now, charts=desk.charts))
    events = Events(store, keys, dispatch, now=utc_now, lease=timedelta(seconds=0.2), again=[timedelta(0)])
    receive = SlackEndpoint(events, dispatch, prove=prove, malformed=malformed).receive
    app = web.Application(client_max_size=LARGEST_BODY)
    metrics = Metrics()
    app.router.add_post("/slack/events", guarded(Endpoint("POST", "/slack/events", receive, ""), metrics))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield Bot(desk, dispatch, events, metrics, f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events", homes)
    finally:
        await runner.cleanup()
        await dispatch.drain(5)


@pytest.fixture
async def bot(store: Store, slack: SlackSandbox, client: AsyncWebClient) -> AsyncIterator[Bot]:
    """The bot, to which Slack delivers."""
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(running_bot(store, client))
        slack.deliveries.app_url = running.url
        yield running


@pytest.fixture
def carrier(store: Store, client: AsyncWebClient) -> SlackCarrier:
    """The carrier, with a channel each for leads and feed, and a known portal."""
    store.write_now(subscriptions.subscribe, Topic.LEADS, LEADS, now=T0)
    store.write_now(subscriptions.subscribe, Topic.FEED, FEED, now=T0)
    store.write_now(portal.remember, "4711", now=T0)
    return SlackCarrier(client, store, people=People(always(client)), now=utc_now)


def seen(slack: SlackSandbox, channel: str) -> list[Message]:
    """The messages in a channel, oldest first, those for one person too."""
    return slack.workspace.messages[channel]


async def until_said(slack: SlackSandbox, channel: str, *words: str) -> Message:
    """The last message there, once it holds all these words somewhere."""

    def found() -> Message | None:
        messages = seen(slack, channel)
        whole = f"{messages[-1].text} {messages[-1].blocks}" if messages else ""
        return messages[-1] if messages and all(word in whole for word in words) else None

    message = await slack.until(found)
    assert message is not None
    return message


def buttons(message: Message) -> list[str]:
    """The labels of a message's buttons, in their order."""
    elements = [
        element
        for block in message.blocks
        for element in (*block.get("elements", ()), *([block["accessory"]] if "accessory" in block else ()))
    ]
    return [element["text"]["text"] for element in elements if element["type"] == "button"]


async def deliver_all(store: Store, carrier: SlackCarrier, *channels: str, now: datetime | None = None) -> None:
    """Bring these channels all that they are owed and that is due, one after the other, without waiting in between."""
    for destination in (f"slack:{channel}" for channel in channels):
        for _ in range(2_000):
            at = now or utc_now()
            item = store.write_now(delivery.claim, destination, now=at, lease=timedelta(seconds=20))
            if item is None:
                break
            outcome = await carrier.send(item)
            assert isinstance(outcome, Sent), outcome
            store.write_now(delivery.sent, item, free_at=at, keep=outcome.keep)
