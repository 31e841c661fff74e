"""A HubSpot portal with a list of customers, and what a job is handed to ask it."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry

from jobs.context import Context
from jobs.deliver import Delivery, Pace
from jobs.hubspot.carrier import HubSpotCarrier
from jobs.hubspot.client import open_client
from jobs.hubspot.limiter import InMemory, Limiter
from sandbox.hubspot import Crm, HubSpotSandbox
from sandbox.hubspot.limits import Limits
from sandbox.hubspot.records import Owner
from storage import Store
from storage.opt_outs import Hasher

TOKEN = "pat-eu1-test"
HASHER = Hasher(b"k" * 32)


@dataclass
class Waits:
    """Waits between tries that take no time, and how long they would have been, in seconds."""

    asked: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)


def a_crm() -> Crm:
    """Seven people, five of them customers (list 611); the first two work for Musterfirma and belong to Olga."""
    crm = Crm()
    crm.owners[77] = Owner(77, 9077, "olga@ours.example", "Olga", "Owner", datetime(2026, 1, 1, tzinfo=UTC))
    for number in range(1, 8):
        person = {"email": f"p{number}@firma{number}.example", "firstname": f"P{number}", "lastname": "Muster"}
        crm.create("contacts", person | ({"hubspot_owner_id": "77"} if number < 3 else {}))
    crm.create("companies", {"name": "Musterfirma GmbH", "domain": "musterfirma.example"})
    people = list(crm.contacts)
    crm.add_to_list(crm.create_list("Customers").id, people[:5])
    for each in people[:2]:
        crm.associate(each, min(crm.companies))
    return crm


def a_hubspot(crm: Crm, portal_id: int = 4711) -> HubSpotSandbox:
    return HubSpotSandbox(crm, token=TOKEN, client_secret="s", portal_id=portal_id, limits=Limits.off())


def a_context(store: Store, hubspot: HubSpotSandbox, waits: Waits) -> Context:
    """What a job of one process is handed."""
    numbers = itertools.count(1)
    # A clock that runs so fast that no limit is ever reached.
    limiter = Limiter(InMemory(lambda: next(numbers) * 100.0), lambda seconds: None)
    client = open_client(TOKEN, hubspot.base_url, limiter, timeout=5.0)
    return Context(
        store, client, HASHER, now=lambda: datetime.now(UTC), new_id=lambda: f"id{next(numbers)}", sleep=waits
    )


@asynccontextmanager
async def delivering(context: Context, now: Callable[[], datetime] | None = None) -> AsyncIterator[None]:
    """What is owed to HubSpot is brought there."""
    pace = Pace(settle=timedelta(0), poll=timedelta(seconds=0.02))
    carriers, registry = {"hubspot": HubSpotCarrier(context)}, CollectorRegistry()
    delivery = Delivery(context.store, carriers, now=now or context.now, registry=registry, pace=pace)
    running = asyncio.ensure_future(delivery.run())
    try:
        yield
    finally:
        await delivery.stop(timedelta(seconds=5))
        await running
