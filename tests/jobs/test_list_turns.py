"""The job pages only lists that moved, large ones less often, and no contact twice; at night it looks at everything."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from decisions.request_budget import Ask, Day, Report
from jobs.apply import Apply
from jobs.context import Context
from jobs.full_pass import full_pass
from jobs.list_turns import FAILED
from jobs.reconcile import run, sync_groups
from sandbox.hubspot import Crm, HubSpotSandbox
from storage import contact_properties, inbox, sync_runs
from storage.contacts import Contact
from storage.inbox import HintKind, HintTold
from storage.request_budgets import SharedBudget
from tests.jobs.test_reconcile import counts, group, import_list, in_list, member_ids, sync

EVERY = timedelta(minutes=15)


@pytest.fixture(autouse=True)
async def imported(context: Context) -> None:
    """The group of list 611, equal to it."""
    await import_list(context)
    await sync(context)


async def reason(context: Context) -> str | None:
    (newest,) = await context.store.read(sync_runs.newest, (await context.store.read(group)).id, 1)
    return newest.reason


async def test_nothing_moved(context: Context, crm: Crm, hubspot: HubSpotSandbox) -> None:
    """While no list moved, all lists together cost one request; a contact that changed pages nothing."""
    crm.add_to_list(crm.create_list("Partners").id, list(crm.contacts)[:3])
    await import_list(context, "612")
    await sync_groups(context)
    crm.change("contacts", min(crm.contacts), {"city": "Ulm"})
    before = hubspot.requests.copy()

    assert await run(context, EVERY) == []

    asked = hubspot.requests - before
    assert asked - Counter({"account.details": 1}) == Counter({"lists.search": 1})


async def test_what_moved(context: Context, crm: Crm) -> None:
    """Who joined, left or took another's place is seen, and the run says why it was started."""
    people = list(crm.contacts)
    assert await reason(context) == "asked for by hand"

    crm.add_to_list(611, people[5:6])
    assert [counts(each) for each in await run(context, EVERY)] == [{"added": 1, "unchanged": 5}]
    assert await reason(context) == "its size moved"

    crm.remove_from_list(611, people[:1])
    assert [counts(each) for each in await run(context, EVERY)] == [{"removed": 1, "unchanged": 5}]

    crm.remove_from_list(611, people[1:2])
    crm.add_to_list(611, people[6:7])
    assert [counts(each) for each in await run(context, EVERY)] == [{"added": 1, "removed": 1, "unchanged": 4}]
    assert await reason(context) == "members were added"
    assert await context.store.read(member_ids) == in_list(crm)


async def test_what_failed(context: Context, crm: Crm, hubspot: HubSpotSandbox) -> None:
    """A pass that did not go through is made again, though the list has not moved since."""
    hubspot.faults.only, hubspot.faults.truncated = "lists.memberships", 100
    crm.add_to_list(611, list(crm.contacts))
    assert [bool(each.trouble) for each in await run(context, EVERY)] == [True]
    crm.remove_from_list(611, list(crm.contacts)[5:])
    hubspot.faults.clear()
    before = hubspot.requests["lists.memberships"]

    assert [counts(each) for each in await run(context, EVERY)] == [{"unchanged": 5}]

    assert hubspot.requests["lists.memberships"] - before == 1
    assert await reason(context) in (FAILED, "members were added")
    assert await run(context, EVERY) == []


async def test_somebody_is_at_it(context: Context, crm: Crm) -> None:
    """A list that another process pages at this moment is left to it; when that process died, it is not."""
    crm.add_to_list(611, list(crm.contacts)[5:6])
    await context.store.write(sync_runs.begin, (await context.store.read(group)).id, "other", now=context.now())

    assert await run(context, EVERY) == []
    later = replace(context, now=lambda: context.now() + timedelta(seconds=11))
    assert [counts(each) for each in await run(later, EVERY)] == [{"added": 1, "unchanged": 5}]


async def test_a_large_list_rests(context: Context, crm: Crm) -> None:
    """A list that costs too much of the day is paged when its turn comes, however much moves in it."""
    day = Day(200, 200, told_at=0.0)
    await asyncio.to_thread(SharedBudget(context.store, lambda: 0.0).take, Ask("call", Report("a", day=day)))
    crm.add_to_list(611, list(crm.contacts)[5:6])

    # Two requests of the hundred that are half of this day: every 28.8 minutes.
    assert await run(context, EVERY) == []
    later = replace(context, now=lambda: context.now() + timedelta(minutes=30))
    assert [counts(each) for each in await run(later, EVERY)] == [{"added": 1, "unchanged": 5}]


async def test_hints_about_a_large_list_wait(
    context: Context, crm: Crm, hubspot: HubSpotSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often a webhook tells that a large list changed, it is paged when its turn comes."""
    monkeypatch.setattr("jobs.list_turns.LARGE", 5)
    day = Day(200, 200, told_at=0.0)
    await asyncio.to_thread(SharedBudget(context.store, lambda: 0.0).take, Ask("call", Report("a", day=day)))
    crm.add_to_list(611, list(crm.contacts)[5:6])
    before = hubspot.requests["lists.memberships"]

    async def tell(context: Context) -> None:
        await context.store.write(inbox.keep_hints, [HintTold(HintKind.LIST, "611")], now=context.now())
        apply = Apply(context)
        await apply.apply_due()
        await apply.stop(timedelta(seconds=20))

    await tell(context)
    assert hubspot.requests["lists.memberships"] == before
    await tell(replace(context, now=lambda: context.now() + timedelta(minutes=30)))

    assert hubspot.requests["lists.memberships"] == before + 1
    assert await reason(context) == "a webhook told that it changed"


async def test_shared_contacts_are_read_once(context: Context, crm: Crm, hubspot: HubSpotSandbox) -> None:
    """Of lists that share contacts each contact is read once, and again only after it changed."""
    made = [crm.create("contacts", {"email": f"n{n}@firma.example"}).record for n in range(1500)]
    ids = [each.id for each in made if each]
    crm.add_to_list(crm.create_list("Most").id, ids[:1200])
    crm.add_to_list(crm.create_list("Others").id, ids[300:])
    for list_id in ("612", "613"):
        await import_list(context, list_id)
    before = hubspot.requests.copy()

    results = await sync_groups(context, ["612", "613"])

    assert [counts(each) for each in results] == [{"added": 1200}, {"added": 1200}]
    asked = hubspot.requests - before
    assert (asked["lists.memberships"], asked["contacts.batch_read"]) == (10, 15)
    assert asked["associations.batch_read"] == 3

    for each in ids[500:530]:
        crm.change("contacts", each, {"lastname": "Anders"})
    before = hubspot.requests.copy()
    results = await sync_groups(context, ["612", "613"])

    assert [counts(each) for each in results] == [{"updated": 30, "unchanged": 1170}] * 2
    asked = hubspot.requests - before
    assert (asked["lists.memberships"], asked["contacts.batch_read"]) == (10, 1)


async def test_search_refused(context: Context, crm: Crm, hubspot: HubSpotSandbox) -> None:
    """Where HubSpot does not tell what changed, a sync asked for by hand reads everybody."""
    crm.change("contacts", min(crm.contacts), {"lastname": "Anders"})
    hubspot.faults.only, hubspot.faults.down = "contacts.search", "503"

    assert counts(await sync(context)) == {"updated": 1, "unchanged": 4}


async def test_another_property(context: Context, crm: Crm, hubspot: HubSpotSandbox) -> None:
    """Once the admin chose another property, the next round reads everybody again, each once, though nothing moved."""
    crm.add_to_list(crm.create_list("Partners").id, list(crm.contacts)[:3])
    await import_list(context, "612")
    await sync_groups(context)
    crm.contacts[min(crm.contacts)].properties["city"] = "Ulm"  # long ago, so that no search finds it

    await context.store.write(contact_properties.choose, "city", actor="cli", now=context.now())
    before = hubspot.requests["contacts.batch_read"]
    assert [each.trouble for each in await run(context, EVERY)] == [None, None]

    assert hubspot.requests["contacts.batch_read"] == before + 1
    cities = await context.store.read(lambda session: session.exec(select(Contact.properties)).all())
    assert "Ulm" in [each.get("city") for each in cities]
    assert await run(context, EVERY) == []


async def test_at_night(context: Context, crm: Crm, hubspot: HubSpotSandbox) -> None:
    """The nightly pass pages every list, and reports those whose members moved unseen or whose size is another."""
    last = max(crm.hubspot_list(611).members, key=crm.hubspot_list(611).members.__getitem__)
    joined_at = crm.hubspot_list(611).members[last]
    first, *_, sixth, _ = crm.contacts
    crm.remove_from_list(611, [first])
    crm.add_to_list(611, [sixth])
    crm.hubspot_list(611).members[sixth] = joined_at  # so that neither size nor times tell
    assert await run(context, EVERY) == []

    view = await full_pass(context)

    assert (view.lists, view.lists_drifted, view.lists_unequal) == (1, 1, 0)
    assert await context.store.read(member_ids) == in_list(crm)
    view = await full_pass(context)
    assert (view.lists, view.lists_drifted) == (1, 0)
    assert await reason(context) == "the nightly comparison"
