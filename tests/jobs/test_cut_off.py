"""A pass that is killed, refused or answered with rubbish costs no page twice, and shows no member before its end."""

import asyncio
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from decisions.list_moved import ListTold
from jobs.context import Context
from jobs.hubspot.client import open_client
from jobs.hubspot.limiter import Limiter
from jobs.hubspot.lists import Page
from jobs.hubspot.trouble import BadAnswer
from jobs.list_walk import stage_page
from jobs.reconcile import sync_groups
from sandbox.exchanges import Exchange
from sandbox.hubspot import Crm, HubSpotSandbox
from sandbox.hubspot.limits import Limits
from sandbox.hubspot.refusals import Refused
from storage import Store, list_walks, open_store, staging
from storage.request_budgets import SharedBudget
from tests.jobs.portal import TOKEN
from tests.jobs.test_reconcile import LIST, counts, group, import_list, in_list, member_ids, sync

MEMBERS, PAGES = 1255, 6
CHILD = """
import asyncio, sys
from types import SimpleNamespace
from jobs.reconcile import sync_groups
from storage import open_store
from tests.jobs.portal import Waits, a_context
asyncio.run(sync_groups(a_context(open_store(sys.argv[1]), SimpleNamespace(base_url=sys.argv[2]), Waits())))
"""


@pytest.fixture(autouse=True)
async def imported(context: Context, crm: Crm) -> None:
    """The group of list 611 with five members, whose list has many more by now."""
    await import_list(context)
    await sync(context)
    made = [crm.create("contacts", {"email": f"n{n}@firma.example"}).record for n in range(MEMBERS - 5)]
    crm.add_to_list(611, [each.id for each in made if each])


@pytest.fixture
def pages(imported: None, hubspot: HubSpotSandbox) -> "Counter[str]":
    """The requests made from now on, by endpoint."""
    hubspot.requests.clear()
    return hubspot.requests


async def test_goes_on_after_a_failure(context: Context, hubspot: HubSpotSandbox, pages: "Counter[str]") -> None:
    """The next pass asks for no page that an earlier one had."""
    hubspot.faults.only, hubspot.faults.next_statuses = "lists.memberships", [200] * 3 + [503] * 3
    assert "cannot be reached" in ((await sync(context)).trouble or "")
    assert (await context.store.read(group)).size == 5

    assert counts(await sync(context)) == {"added": MEMBERS - 5, "unchanged": 5}

    assert pages["lists.memberships"] == PAGES + 3


async def test_begins_anew_when_the_list_moved(
    context: Context, crm: Crm, hubspot: HubSpotSandbox, pages: "Counter[str]"
) -> None:
    """Pages from before and after a change are not mixed: who left a page that was read already is no member."""
    hubspot.faults.only, hubspot.faults.next_statuses = "lists.memberships", [200] * 3 + [503] * 3
    await sync(context)
    crm.remove_from_list(611, list(crm.contacts)[8:9])

    assert counts(await sync(context)) == {"added": MEMBERS - 6, "unchanged": 5}

    assert pages["lists.memberships"] == PAGES + 3 + 3
    assert await context.store.read(member_ids) == in_list(crm)


async def test_a_page_that_names_others_again(context: Context) -> None:
    """A page that only repeats another is refused, although its cursor moves on."""
    group_id = (await context.store.read(group)).id
    await context.store.write(staging.forget_staged, group_id)
    await context.store.write(list_walks.begin, group_id, ListTold(), now=context.now())
    await context.store.write(stage_page, group_id, Page(("1", "2"), "a"))

    with pytest.raises(BadAnswer, match="repeats"):
        await context.store.write(stage_page, group_id, Page(("1", "2"), "b"))


@pytest.mark.parametrize(
    ("database_url", "endpoint", "at"),
    [("sqlite", "lists.memberships", 4), ("postgresql", "contacts.batch_read", 6)],
    indirect=["database_url"],
)
async def test_killed(
    context: Context,
    crm: Crm,
    hubspot: HubSpotSandbox,
    database_url: str,
    pages: "Counter[str]",
    endpoint: str,
    at: int,
) -> None:
    """After a SIGKILL nobody has joined; another process takes over within seconds and asks for the rest alone."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHILD, database_url, hubspot.base_url, env=os.environ | {"PYTHONPATH": "."}
    )

    def kill(exchange: Exchange) -> None:
        if pages[endpoint] == at and child.returncode is None:
            child.send_signal(signal.SIGKILL)

    hubspot.on_exchange = kill
    assert await child.wait() == -signal.SIGKILL
    hubspot.on_exchange = None
    assert (await context.store.read(group)).size == 5
    staged = pages["lists.memberships"]

    later = replace(context, now=lambda: context.now() + timedelta(seconds=11))
    assert counts(await sync(later)) == {"added": MEMBERS - 5, "unchanged": 5}

    # The page whose answer was cut off may have been asked for twice.
    assert PAGES <= pages["lists.memberships"] <= PAGES + 1
    assert staged in (4, PAGES)
    assert await context.store.read(member_ids) == in_list(crm)


@dataclass
class Clock:
    """Seconds that pass only by sleeping, for HubSpot and for all processes."""

    now: float = 1000.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.now += seconds


@pytest.fixture
def other_process(database_url: str) -> Iterator[Store]:
    store = open_store(database_url)
    yield store
    store.close_now()


@pytest.mark.parametrize(("database_url", "others"), [("sqlite", 3), ("postgresql", 0)], indirect=["database_url"])
async def test_no_storm_of_refusals(
    context: Context, crm: Crm, hubspot: HubSpotSandbox, other_process: Store, others: int
) -> None:
    """Two processes that sync at full speed are not refused; beside a tool that calls as well, hardly ever."""
    clock, statuses = Clock(), list[int]()
    crm.add_to_list(crm.create_list("Others").id, [one.id for one in crm.contacts.values()][700:])
    await import_list(context, "612")
    hubspot.limits = Limits(per_ten_seconds=20, clock=clock)

    def process(store: Store) -> Context:
        limiter = Limiter(SharedBudget(store, clock), clock.sleep)
        told = lambda family, status, seconds: statuses.append(status)  # noqa: E731
        return replace(
            context, store=store, hubspot=open_client(TOKEN, hubspot.base_url, limiter, timeout=5.0, on_request=told)
        )

    def another_tool(exchange: Exchange) -> None:
        if others and len(statuses) % others == 0:
            with suppress(Refused):
                hubspot.limits.spend()

    hubspot.on_exchange = another_tool
    one, other = await asyncio.gather(
        sync_groups(process(context.store), [LIST]), sync_groups(process(other_process), ["612"])
    )

    assert [each.trouble for each in (*one, *other)] == [None, None]
    assert statuses.count(429) <= (len(statuses) // 20 if others else 0)
