"""What webhooks did not tell: found by search within minutes, and by the nightly pass for certain."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from jobs import full_pass
from jobs.changes import read_changes
from jobs.context import Context
from jobs.hubspot import changes as searched
from jobs.hubspot.lists import find_list
from jobs.hubspot.trouble import BadAnswer, HubSpotDown
from jobs.reconcile import sync_groups
from sandbox.hubspot import Crm, HubSpotSandbox
from storage import Store, full_passes, target_groups
from storage.companies import Company
from storage.contacts import Contact, ContactId, contact_ids
from storage.full_passes import PassView
from storage.owners import Owner


@pytest.fixture(autouse=True)
async def imported(context: Context) -> None:
    """The group of list 611, equal to it, and changes read once."""
    state = await asyncio.to_thread(find_list, context.hubspot, "611", now=context.now())
    assert state is not None
    await context.store.write(target_groups.import_list, state, now=context.now())
    await sync_groups(context)
    await read_changes(context)


async def column(store: Store, field: Any) -> set[Any]:
    return await store.read(lambda session: set(session.exec(select(field))))


async def test_lost_webhooks(context: Context, crm: Crm) -> None:
    """A changed contact, company or owner of ours is read although no webhook told; others are not asked for."""
    people = list(crm.contacts)
    crm.change("contacts", people[0], {"lastname": "Anders"})
    crm.change("contacts", people[6], {"lastname": "Nobody"})
    crm.change("companies", min(crm.companies), {"name": "Neue Firma"})
    crm.owners[77] = crm.owners[77].__class__(77, 9077, "olga@ours.example", "Olga", "New", datetime.now(UTC))

    await read_changes(context)

    assert "P1 Anders" in await column(context.store, Contact.name)
    assert not any("Nobody" in name for name in await column(context.store, Contact.name))
    assert await column(context.store, Company.name) == {"Neue Firma"}
    assert await column(context.store, Owner.name) == {"Olga New"}


async def test_a_merge(context: Context, crm: Crm) -> None:
    """A merge is found by the old ids of the record that it made."""
    first, second, *_ = crm.contacts
    merged = crm.merge("contacts", first, second).record
    assert merged is not None

    await read_changes(context)

    found = await context.store.read(contact_ids, [str(each) for each in (first, second, merged.id)])
    assert len(found) == 3
    assert len(set(found.values())) == 1


async def test_only_what_changed_is_read(context: Context, hubspot: HubSpotSandbox) -> None:
    """Where nothing changed for ten minutes, one search of each kind is all that is asked about records."""
    for record in (*hubspot.crm.contacts.values(), *hubspot.crm.companies.values()):
        record.updated_at -= timedelta(minutes=11)
    before = hubspot.requests.copy()

    await read_changes(context)

    asked = hubspot.requests - before
    assert (asked["contacts.search"], asked["companies.search"]) == (1, 1)
    assert asked["contacts.batch_read"] == asked["companies.batch_read"] == asked["lists.memberships"] == 0


async def test_beyond_the_cap_of_a_search(
    context: Context, crm: Crm, hubspot: HubSpotSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many changed, all are found: each page begins behind the last id, and no cursor is followed."""
    monkeypatch.setattr(searched, "PAGE", 2)
    monkeypatch.setattr("jobs.changes.PAGE", 2)
    for each in list(crm.contacts)[:5]:
        crm.change("contacts", each, {"city": "Ulm"})
    before = hubspot.requests["contacts.search"]

    await read_changes(context)

    cities = [
        one["city"] for one in await context.store.read(lambda session: session.exec(select(Contact.properties)).all())
    ]
    assert cities == ["Ulm"] * 5
    assert hubspot.requests["contacts.search"] - before == 4


async def test_a_broken_walk_is_walked_again(context: Context, crm: Crm, hubspot: HubSpotSandbox) -> None:
    """A search that fails moves nothing: what it would have found is found the next time."""
    crm.change("contacts", min(crm.contacts), {"city": "Ulm"})
    hubspot.faults.only, hubspot.faults.down = "contacts.search", "503"
    with pytest.raises(HubSpotDown):
        await read_changes(context)
    hubspot.faults.clear()

    await read_changes(context)

    told = await context.store.read(lambda session: session.exec(select(Contact.properties)).all())
    assert "Ulm" in [one.get("city") for one in told]


async def test_the_nightly_pass(context: Context, crm: Crm) -> None:
    """A deletion that nothing told of is found, mended and counted; a second pass finds nothing."""
    people = list(crm.contacts)
    crm.delete("contacts", people[0])
    crm.privacy_delete(people[1])

    view = await full_pass.full_pass(context)

    assert (view.contacts, view.drifted, view.deleted) == (5, 2, 2)
    deleted = select(ContactId.hubspot_id).join(Contact).where(col(Contact.deleted_at).is_not(None))
    gone = await context.store.read(lambda session: set(session.exec(deleted)))
    assert gone == {str(people[0]), str(people[1])}
    again = await full_pass.full_pass(context)
    assert (again.contacts, again.drifted, again.deleted) == (5, 0, 0)


async def test_a_pass_goes_on_where_it_stopped(
    context: Context, hubspot: HubSpotSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pass that was cut off is taken up behind the last part that it had done."""
    monkeypatch.setattr(full_pass, "CHUNK", 2)
    hubspot.faults.only, hubspot.faults.next_statuses = "contacts.batch_read", [200, 200] + [503] * 3
    await read_changes(context)
    hubspot.faults.next_statuses = [200, 200] + [503] * 3
    with pytest.raises(HubSpotDown):
        await full_pass.full_pass(context)
    stopped = await context.store.read(full_passes.newest)
    assert stopped is not None
    assert stopped.trouble
    hubspot.faults.clear()

    view = await full_pass.full_pass(context)

    assert view.began_at == stopped.began_at
    assert view.contacts == 5


async def test_too_many_are_gone(context: Context, crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that knows hardly anybody is not believed: nobody counts as deleted."""
    monkeypatch.setattr("decisions.mass_removal.ALWAYS_BELIEVED", 1)
    crm.contacts.clear()

    with pytest.raises(BadAnswer):
        await full_pass.full_pass(context)
    assert await column(context.store, Contact.deleted_at) == {None}


def a_pass(began_at: datetime, *, ended: bool = True) -> PassView:
    return PassView(began_at, began_at if ended else None, 0, 0, 0, 0, 0, None)


@pytest.mark.parametrize(
    ("hour", "last", "due"),
    [
        (2, None, True),
        (12, None, False),
        (2, timedelta(hours=24), True),
        (3, timedelta(hours=1), False),
        (12, timedelta(hours=30), False),
        (12, timedelta(hours=37), True),
    ],
)
def test_when_it_is_due(hour: int, last: timedelta | None, due: bool) -> None:
    """Once a night in the portal's zone; by day only if a night was missed, or a pass was cut off."""
    now = datetime(2026, 11, 25, hour, 30, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)

    assert full_pass.is_due(now, ZoneInfo("Europe/Berlin"), a_pass(now - last) if last else None) == due
    assert full_pass.is_due(now, ZoneInfo("Europe/Berlin"), a_pass(now, ended=False))
