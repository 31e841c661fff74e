"""The whole product is killed in the middle of traffic and started again; then everything acknowledged is counted."""

import asyncio
import json
import random
import sqlite3
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import aiohttp
import pytest
from standardwebhooks import Webhook

from sandbox.hubspot import HubSpotSandbox
from sandbox.sample_data import workspace as sample
from sandbox.slack import SlackSandbox
from tests.journeys.conftest import CLICKS_SECRET, Product, until

# A redirect goes after a second at the latest, whether or not its click is on disk: one that took long proves nothing.
SURELY_ON_DISK_SECONDS = 0.9
REPORTED = "Newsletter"
EVENTS_OF_CLICKS = "SELECT a.email, count(*) FROM event e JOIN address a ON a.id = e.address_id WHERE e.kind = 2"
COUNTED_CLICKS = "SELECT a.email, sum(c.clicks + c.machine_clicks) FROM counter c JOIN address a ON a.id = c.address_id"
CONTACTS = "SELECT i.hubspot_id, c.name FROM contact c JOIN contact_id i ON i.contact_id = c.id"
UNANSWERED = "SELECT event_id FROM slack_event WHERE sealed_body IS NOT NULL"


@dataclass
class Traffic:
    """What the world sends, and what of it was acknowledged."""

    product: Product
    hubspot: HubSpotSandbox
    slack: SlackSandbox
    links: dict[str, str]
    sent: Counter[str] = field(default_factory=Counter)
    """Clicks by recipient."""
    acknowledged: Counter[str] = field(default_factory=Counter)
    batches: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    acknowledged_batches: set[str] = field(default_factory=set)
    names: dict[int, str] = field(default_factory=dict)
    """The last names given to contacts in HubSpot."""
    questions: list[asyncio.Task[Any]] = field(default_factory=list)

    async def click(self, recipient: str) -> None:
        """Follow the link in a mail to `recipient`."""
        self.sent[recipient] += 1
        began = monotonic()
        if await self.product.follow(self.links[recipient]) and monotonic() - began < SURELY_ON_DISK_SECONDS:
            self.acknowledged[recipient] += 1

    async def report(self, batch: str) -> dict[str, Any]:
        """Send a batch of clicks as another tool does, the first time or again; what was answered."""
        body = json.dumps(self.batches[batch]).encode()
        now = datetime.now(UTC)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": batch,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(CLICKS_SECRET).sign(batch, now, body.decode()),
        }
        async with self.product.http.post(
            self.product.url + "/webhooks/clicks", data=body, headers=headers
        ) as response:
            answer: dict[str, Any] = await response.json()
            assert response.status == 202, answer
        self.acknowledged_batches.add(batch)
        return answer

    async def report_new(self) -> None:
        """A batch of ten clicks that nobody has seen."""
        batch, people = str(uuid.uuid4()), [f"p{number}@customer{number}.example" for number in range(10)]
        now = datetime.now(UTC).isoformat()
        self.batches[batch] = [
            {"id": f"{batch}-{email}", "occurred_at": now, "recipient": email, "campaign": REPORTED} for email in people
        ]
        await self.report(batch)

    async def rename(self, contact_id: int) -> None:
        """Change a contact in HubSpot, whose webhooks repeat until they are acknowledged."""
        self.names[contact_id] = f"Renamed-{uuid.uuid4().hex[:8]}"
        self.hubspot.change_contact(contact_id, {"lastname": self.names[contact_id]})

    async def ask(self) -> None:
        """Ask the bot in a direct message, whose event Slack repeats until it is acknowledged."""
        self.questions.append(self.slack.people.direct(sample.ANNA, "p1@customer1.example"))

    @asynccontextmanager
    async def flowing(self, *, hands: int) -> AsyncIterator[None]:
        """So many of each kind at once, all the time; who finds nobody there waits until somebody is."""
        over = asyncio.Event()
        clicks = (self._again(over, lambda: self.click(random.choice(list(self.links)))) for _ in range(hands))
        batches = (self._again(over, self.report_new) for _ in range(hands))
        ids = list(self.hubspot.crm.contacts)
        changes = self._again(over, lambda: self.rename(random.choice(ids)), paced=True)
        questions = self._again(over, self.ask, paced=True)
        flowing = [asyncio.create_task(one) for one in (*clicks, *batches, changes, questions)]
        yield
        over.set()
        await asyncio.gather(*flowing)

    async def _again(
        self, over: asyncio.Event, send: Callable[[], Coroutine[Any, Any, None]], *, paced: bool = False
    ) -> None:
        """`paced`: as a click lets some time pass, so that it is no flood."""
        while not over.is_set():
            try:
                await send()
                if paced:
                    await self.click(random.choice(list(self.links)))
            except (aiohttp.ClientError, TimeoutError):
                await until(self._is_there, "the product is there again", within=60)

    async def _is_there(self) -> bool:
        try:
            async with self.product.http.get(self.product.url + "/healthz") as response:
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False


@pytest.fixture
async def traffic(product: Product, hubspot: HubSpotSandbox, slack: SlackSandbox) -> Traffic:
    """
    The running product with forty contacts, and mails to four strangers.

    The list of the contacts is deleted again, so that only webhooks tell of changes, and no pass makes up for them.
    """
    await product.show("Fair", "https://nordwerk.example/fair", is_default=True)
    await product.do("groups", "import", "Customers")
    hubspot.crm.delete_list(next(iter(hubspot.crm.lists)))
    await product.start()
    strangers = [f"stranger-{number}@elsewhere.example" for number in range(4)]
    return Traffic(product, hubspot, slack, {email: await product.link(email) for email in strangers})


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # over many kills, on either kind
@pytest.mark.timeout(240)
async def test_nothing_acknowledged_is_lost(traffic: Traffic) -> None:
    """One kill: every click, batch, webhook and Slack event that was acknowledged is there after the restart, once."""
    product = traffic.product
    async with traffic.flowing(hands=2):
        await until(lambda: min(traffic.acknowledged[one] for one in traffic.links) >= 5, "clicks flow")
        await until(lambda: len(traffic.acknowledged_batches) >= 5, "batches flow")
        await product.kill()
        await product.start()
        before = traffic.acknowledged.total()
        await until(lambda: traffic.acknowledged.total() > before, "clicks flow again")
    await hold_all(traffic)


@pytest.mark.soak
@pytest.mark.timeout(400)
async def test_nothing_acknowledged_is_lost_over_many_kills(traffic: Traffic) -> None:
    """Killed again and again, whole or in part, at any moment, the product loses nothing and tells of no lead twice."""
    product = traffic.product
    # So that some die between a message that stands in the channel and knowing that it does.
    traffic.slack.faults.only, traffic.slack.faults.slow = "chat.postMessage", 0.5
    async with traffic.flowing(hands=8):
        for number in range(6):
            newcomer = f"newcomer-{number}@elsewhere.example"
            traffic.links[newcomer] = await product.link(newcomer)
            moment = monotonic() + random.uniform(0.1, 3.0)
            await until(lambda moment=moment: monotonic() >= moment, "the moment to kill")  # type: ignore[misc]
            parts = random.sample(product.parts, random.randint(1, len(product.parts)))
            await product.kill(*parts)
            await product.start(*parts)
    await hold_all(traffic)


async def hold_all(traffic: Traffic) -> None:
    """Wait until what was acknowledged had its effect, stop, and count."""
    await traffic.hubspot.webhooks.settled()
    assert traffic.hubspot.webhooks.undelivered == []
    answers = await asyncio.gather(*traffic.questions)
    asked = sum(answer.is_ack for answer in answers)
    for batch in set(traffic.batches) - traffic.acknowledged_batches:
        await traffic.report(batch)
    await effects(traffic, asked)
    again = [await traffic.report(batch) for batch in traffic.batches]
    statuses = await traffic.product.stop()

    assert set(statuses.values()) == {0}
    assert sum(answer["accepted"] for answer in again) == 0
    await hold_counts(traffic)
    hold_integrity(traffic.product)


async def effects(traffic: Traffic, asked: int) -> None:
    """
    The effects in HubSpot's mirror and in Slack.

    What a killed process had in its hands is another's when its lease ends: ten seconds for hints, twenty for messages.
    """
    names = {str(id_): name for id_, name in traffic.names.items()}
    product, messages = traffic.product, traffic.slack.workspace.messages

    async def are_equal() -> bool:
        return (await pairs(product, CONTACTS)).items() >= names.items()

    async def are_answered() -> bool:
        return not await product.rows(UNANSWERED)

    await until(are_equal, "the contacts equal HubSpot's", within=90)
    await until(are_answered, "Slack's events are answered", within=60)
    direct = messages[traffic.slack.workspace.direct(sample.ANNA).id]
    assert sum(message.user != sample.ANNA for message in direct) >= asked
    # A click that is doubted waits 45 seconds for its alert.
    await until(lambda: set(posted(messages[sample.LEADS], traffic.links)) == set(traffic.links), "leads", within=150)
    assert set(posted(messages[sample.LEADS], traffic.links).values()) == {1}


def posted(messages: Iterable[Any], emails: Iterable[str]) -> Counter[str]:
    """How many messages name each of these people."""
    return Counter(email for message in messages for email in emails if email in message.text)


async def hold_counts(traffic: Traffic) -> None:
    """Counters equal events; there is each acknowledged click, none that was not sent, and each reported one once."""
    product, group = traffic.product, " GROUP BY a.email"
    events = await pairs(product, EVENTS_OF_CLICKS + group)
    assert await pairs(product, COUNTED_CLICKS + group) == events
    for email, acknowledged in traffic.acknowledged.items():
        assert acknowledged <= events[email] <= traffic.sent[email], email
    reported = Counter(event["recipient"] for batch in traffic.batches.values() for event in batch)
    assert {email: events[email] for email in reported} == reported


def hold_integrity(product: Product) -> None:
    """SQLite's own check of the file; PostgreSQL's server was never killed."""
    if product.database_url.startswith("sqlite:"):
        connection = sqlite3.connect(product.database_url.removeprefix("sqlite:///"))
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.close()


async def pairs(product: Product, query: str) -> dict[str, Any]:
    """The rows of a query for two columns."""
    return dict(await product.rows(query))
