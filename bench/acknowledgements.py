"""How soon machines are answered: signed HubSpot batches and Slack events, with and without clicks beside them."""

import asyncio
import hmac
import json
import statistics
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil
from pathlib import Path

import aiohttp

from bench.load import Load, run
from bench.servers import server
from decisions.sealing import Keys
from footlight.opening import open_all
from footlight.settings import Settings
from sandbox.sample_data import workspace as sample
from sandbox.slack import SlackSandbox
from storage.campaign_changes import NewCampaign, create_campaign
from storage.migrate import upgrade
from tests.postgres import running_cluster
from webhooks.tokens import Opened, new_mail_id, seal

COMMAND = [str(Path(".venv/bin/footlight").absolute()), "web"]
SECRET_KEY, CLIENT_SECRET = "bench" * 8, "bench-client-secret"
BOT_TOKEN, SIGNING_SECRET = "xoxb-bench", "bench-signing-secret"
CLICKS_A_SECOND, CONNECTIONS, LINKS = 500, 64, 20_000
EVENTS_A_BATCH = 100
PAUSE_SECONDS = 0.05
# Of each kind, in each half of a round.
ASKED = 25


@dataclass(slots=True)
class Acknowledged:
    """What was asked and where; how long the answers took in milliseconds, alone and beside clicks; other answers."""

    what: str
    store: str
    alone: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)
    errors: int = 0


def percentiles(milliseconds: list[float]) -> tuple[float, float]:
    """The 50th and the 99th."""
    cuts = statistics.quantiles(milliseconds, n=100, method="inclusive")
    return cuts[49], cuts[98]


def measure(folder: Path, *, rounds: int) -> tuple[list[Acknowledged], dict[str, Load]]:
    """On both databases, each round once alone and once beside clicks; with what became of the clicks."""
    told, clicked = [], {}
    for store in ("SQLite", "PostgreSQL"):
        with _database(folder, store) as url:
            rows, clicked[store] = asyncio.run(_measure(folder, store, url, rounds))
            told += rows
    return told, clicked


@contextmanager
def _database(folder: Path, store: str) -> Iterator[str]:
    with ExitStack() as stack:
        if store == "SQLite":
            url = f"sqlite:///{folder}/acknowledgements.db"
        else:
            cluster = stack.enter_context(running_cluster(durable=True))
            cluster.run("CREATE DATABASE bench")
            url = cluster.url("bench")
        upgrade(url)
        opened = open_all(Settings.model_validate({"footlight_database_url": url, "footlight_secret_key": SECRET_KEY}))
        target = "https://target.example/"
        new = NewCampaign(name="Bench", target_url=target, image_url=f"{target}b.png", is_default=True)
        opened.store.write_now(create_campaign, new, now=datetime.now(UTC))
        opened.store.close_now()
        yield url


async def _measure(folder: Path, store: str, url: str, rounds: int) -> tuple[list[Acknowledged], Load]:
    slack = SlackSandbox(sample.sample_workspace(), bot_token=BOT_TOKEN, signing_secret=SIGNING_SECRET)
    hubspot_row = Acknowledged(f"a signed HubSpot batch of {EVENTS_A_BATCH} events", store)
    slack_row = Acknowledged("a Slack event", store)
    paths = folder / f"{store}.links"
    paths.write_text("\n".join(_links()))
    loads = []
    async with slack, aiohttp.ClientSession() as http:
        with ExitStack() as stack:
            started = server(COMMAND, _environment(url, slack), "/healthz", folder)
            base = await asyncio.to_thread(stack.enter_context, started)
            slack.deliveries.app_url = f"{base}/slack/events"
            for _ in range(rounds):
                await _ask(http, base, slack, hubspot_row, slack_row, beside=False)
                clicking = asyncio.create_task(_click(base, paths))
                await asyncio.sleep(0.5)
                await _ask(http, base, slack, hubspot_row, slack_row, beside=True)
                loads.append(await clicking)
    return [hubspot_row, slack_row], loads[-1]


def _environment(url: str, slack: SlackSandbox) -> dict[str, str]:
    return {
        "FOOTLIGHT_DATABASE_URL": url,
        "FOOTLIGHT_SECRET_KEY": SECRET_KEY,
        "HUBSPOT_CLIENT_SECRET": CLIENT_SECRET,
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_BASE_URL": slack.base_url,
    }


async def _click(base: str, paths: Path) -> Load:
    """Somewhat longer than the asking takes; wrk knows whole seconds only."""
    seconds = ceil(2 * ASKED * PAUSE_SECONDS) + 2
    return await asyncio.to_thread(
        run, base, paths, connections=CONNECTIONS, seconds=seconds, per_second=CLICKS_A_SECOND
    )


async def _ask(
    http: aiohttp.ClientSession,
    base: str,
    slack: SlackSandbox,
    hubspot_row: Acknowledged,
    slack_row: Acknowledged,
    *,
    beside: bool,
) -> None:
    for number in range(ASKED):
        for row, (status, milliseconds) in (
            (hubspot_row, await _hubspot_batch(http, base, number)),
            (slack_row, await _slack_event(slack)),
        ):
            (row.beside if beside else row.alone).append(milliseconds)
            row.errors += not 200 <= status < 300
            await asyncio.sleep(PAUSE_SECONDS)


async def _hubspot_batch(http: aiohttp.ClientSession, base: str, number: int) -> tuple[int, float]:
    event = {"portalId": 1, "subscriptionType": "contact.propertyChange", "propertyName": "firstname"}
    batch = [event | {"eventId": each, "objectId": number * EVENTS_A_BATCH + each} for each in range(EVENTS_A_BATCH)]
    body, stamp, url = json.dumps(batch).encode(), str(int(time.time() * 1000)), f"{base}/webhooks/hubspot"
    proof = b64encode(hmac.digest(CLIENT_SECRET.encode(), b"POST" + url.encode() + body + stamp.encode(), "sha256"))
    headers = {"X-HubSpot-Signature-v3": proof.decode(), "X-HubSpot-Request-Timestamp": stamp}
    begun = time.perf_counter()
    async with http.post(url, data=body, headers=headers) as answer:
        await answer.read()
    return answer.status, (time.perf_counter() - begun) * 1000


async def _slack_event(slack: SlackSandbox) -> tuple[int, float]:
    answer = await slack.people.direct(sample.ANNA, "nobody@elsewhere.example")
    return answer.status, answer.seconds * 1000


def _links() -> Iterator[str]:
    keys = Keys.parse(SECRET_KEY)
    for number in range(LINKS):
        recipient = f"p{number}@firma{number % 60}.example"
        content = Opened(
            new_mail_id(datetime.now(UTC)), "anna@ours.example", recipient, None, "https://target.example/"
        )
        yield f"/c/{seal(keys, content)}"
