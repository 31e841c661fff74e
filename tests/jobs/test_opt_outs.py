"""Opt-outs between HubSpot and here: each way only by choice, once, and never told back as news."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlmodel import select

from jobs.context import Context
from jobs.opt_outs import carry_out_opt_outs
from jobs.reconcile import sync_groups
from sandbox.hubspot import Crm, HubSpotSandbox
from sandbox.hubspot.records import Property
from storage import hubspot_choices, opt_outs, opt_outs_waiting, target_groups
from storage.hubspot_choices import Chosen, HubSpotOption
from storage.hubspot_lists import HubSpotListState
from storage.opt_out_asked import opt_out
from storage.outbox import OutboxItem
from tests.jobs.conftest import Until
from tests.jobs.portal import delivering

PROPERTY = "no_tracking"
Synced = Callable[[], Awaitable[None]]


@pytest.fixture
async def synced(context: Context, crm: Crm) -> Synced:
    """Customers are a group, and a property was chosen both ways; makes the group equal, and does what follows."""
    crm.properties["contacts"][PROPERTY] = Property(PROPERTY, "No tracking", "bool", "booleancheckbox")
    listed = min(crm.lists)
    state = HubSpotListState(str(listed), context.now(), "Customers", "0-1")
    await context.store.write(target_groups.import_list, state, now=context.now())
    for choice in HubSpotOption:
        what = Chosen(PROPERTY, "true")
        await context.store.write(hubspot_choices.choose, choice, what, actor="cli", now=context.now())

    async def sync() -> None:
        (result,) = await sync_groups(context)
        assert result.trouble is None
        await context.store.write(opt_outs_waiting.settle, now=context.now() + timedelta(minutes=1))
        await carry_out_opt_outs(context.store, context.hasher, context.now)

    await sync()
    return sync


def owed(context: Context) -> list[str | None]:
    """Why each item that is owed was not brought yet."""
    return list(context.store.read_now(lambda session: session.exec(select(OutboxItem.trouble))))


def is_out(context: Context, number: int) -> bool:
    email = f"p{number}@firma{number}.example"
    return bool(context.store.read_now(opt_outs.opted_out, [email], context.hasher))


async def test_out_in_hubspot(
    synced: Synced, context: Context, hubspot: HubSpotSandbox, crm: Crm, until: Until
) -> None:
    """Whom the property names in HubSpot is opted out here by the next pass, and HubSpot is told nothing of it."""
    crm.change("contacts", list(crm.contacts)[1], {PROPERTY: "true"})
    await synced()

    assert (is_out(context, 1), is_out(context, 2)) == (False, True)
    async with delivering(context):
        await until(lambda: owed(context) == [])
    await synced()
    assert hubspot.requests["contacts.update"] == 0
    assert (await context.store.read(opt_outs_waiting.all_waiting)) == ()


async def test_out_here(synced: Synced, context: Context, hubspot: HubSpotSandbox, crm: Crm, until: Until) -> None:
    """An opt-out here sets the property in HubSpot, though HubSpot failed first; read back, it is no news."""
    person = next(iter(crm.contacts))
    hubspot.faults.only, hubspot.faults.next_statuses = "contacts.update", [503]
    opted = {"actor": "cli", "hasher": context.hasher, "now": context.now()}
    await context.store.write(opt_out, "p1@firma1.example", **opted)
    async with delivering(context):
        await until(lambda: owed(context) == [])

    assert crm.contacts[person].properties.get(PROPERTY) == "true"
    before = hubspot.requests["contacts.update"]
    await synced()
    assert (hubspot.requests["contacts.update"], owed(context)) == (before, [])
    assert (await context.store.read(opt_outs_waiting.all_waiting)) == ()


async def test_without_the_scope(synced: Synced, context: Context, hubspot: HubSpotSandbox, until: Until) -> None:
    """A token that may not write loses nothing: what is owed waits with the reason, and is tried again later."""
    hubspot.faults.missing_scopes = {"crm.objects.contacts.write"}
    opted = {"actor": "cli", "hasher": context.hasher, "now": context.now()}
    await context.store.write(opt_out, "p1@firma1.example", **opted)
    async with delivering(context):
        await until(lambda: "crm.objects.contacts.write" in str(owed(context)))

    assert len(owed(context)) == 1
