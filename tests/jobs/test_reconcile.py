"""A target group becomes equal to its HubSpot list, whole or not at all, by whatever process and however HubSpot is."""

import asyncio
import itertools
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from jobs.context import Context
from jobs.hubspot.client import open_client
from jobs.hubspot.limiter import InMemory, Limiter
from jobs.hubspot.lists import find_list
from jobs.list_pass import Phase, Progress
from jobs.reconcile import GroupResult, run, sync_groups
from sandbox.hubspot import Crm, HubSpotSandbox
from storage import Session, Store, open_store, privacy, staging, sync_runs, target_groups
from storage.addresses import Address
from storage.companies import Company
from storage.contacts import Contact, ContactId
from storage.owners import owner_names
from storage.target_groups import GroupMember, GroupView, NoSuchGroup
from tests.jobs.portal import TOKEN, Waits, a_context, a_hubspot

LIST = "611"


async def import_list(context: Context, list_id: str = LIST) -> int:
    state = await asyncio.to_thread(find_list, context.hubspot, list_id, now=context.now())
    assert state is not None
    return await context.store.write(target_groups.import_list, state, now=context.now())


async def sync(context: Context, **more: bool) -> GroupResult:
    (result,) = await sync_groups(context, [LIST], **more)  # type: ignore[arg-type]
    return result


def counts(result: GroupResult) -> dict[str, int]:
    names = ("added", "removed", "updated", "unchanged", "failed", "held_back")
    return {name: number for name in names if (number := getattr(result, name))}


def member_ids(session: Session) -> set[str]:
    query = select(ContactId.hubspot_id).join(GroupMember, col(GroupMember.contact_id) == col(ContactId.contact_id))
    return set(session.exec(query.where(col(ContactId.is_present))))


def in_list(crm: Crm) -> set[str]:
    members = crm.hubspot_list(int(LIST)).members
    return {str(each) for each in members if crm.contacts[each].archived_at is None}


def group(session: Session) -> GroupView:
    return target_groups.find_group(session, LIST)


async def test_first_pass(context: Context, crm: Crm) -> None:
    """All members of the list join, with their properties, their company and its name, and their owner's name."""
    await import_list(context)

    result = await sync(context)

    assert counts(result) == {"added": 5}
    assert result.trouble is None
    assert await context.store.read(member_ids) == in_list(crm)

    def card(session: Session) -> tuple[str, str, str]:
        query = select(Contact.name, Contact.owner_id, Company.name)
        query = query.join(Company).join(Address, col(Address.contact_id) == col(Contact.id))
        name, owner_id, company = session.exec(query.where(Address.email == "p1@firma1.example")).one()
        return name, owner_names(session, [owner_id])[owner_id], company

    assert await context.store.read(card) == ("P1 Muster", "Olga Owner", "Musterfirma GmbH")


async def test_second_pass_changes_nothing(context: Context) -> None:
    """A pass over a list that did not change says so, and rewrites nobody."""
    await import_list(context)
    await sync(context)

    assert counts(await sync(context)) == {"unchanged": 5}


async def test_joined_left_and_changed(context: Context, crm: Crm) -> None:
    """Who joined joins, who left leaves, who changed is updated; a deleted member leaves and comes back restored."""
    await import_list(context)
    await sync(context)
    first, second, third, fourth, _, sixth, _ = crm.contacts

    crm.add_to_list(611, [sixth])
    crm.remove_from_list(611, [first])
    crm.change("contacts", second, {"jobtitle": "Head of everything"})
    crm.delete("contacts", third)
    assert counts(await sync(context)) == {"added": 1, "removed": 2, "updated": 1, "unchanged": 2}
    assert await context.store.read(member_ids) == in_list(crm)

    crm.restore("contacts", third)
    assert counts(await sync(context)) == {"added": 1, "unchanged": 4}

    crm.change("contacts", first, {"jobtitle": "Back again"})
    crm.add_to_list(611, [first])
    assert counts(await sync(context)) == {"added": 1, "unchanged": 5}

    merged = crm.merge("contacts", fourth, third).record
    assert merged is not None
    await sync(context)
    assert await context.store.read(member_ids) == in_list(crm)
    assert str(merged.id) in await context.store.read(member_ids)


async def test_pages_and_chunks(context: Context, crm: Crm, hubspot: HubSpotSandbox) -> None:
    """A list of many pages arrives whole: a request per 250 members, and meanwhile one per 100 of their contacts."""
    made = [crm.create("contacts", {"email": f"n{n}@firma.example"}).record for n in range(1200)]
    crm.add_to_list(611, [each.id for each in made if each])
    await import_list(context)
    is_read, was_read = threading.Event(), list[bool]()

    def told(family: str, status: int, seconds: float) -> None:
        if family == "contacts":
            is_read.set()
        elif hubspot.requests["lists.memberships"] == 5 and not was_read:
            was_read.append(is_read.wait(30))  # the last page comes only when a contact was read

    limiter = Limiter(InMemory(itertools.count(step=100).__next__), lambda seconds: None)
    client = open_client(TOKEN, hubspot.base_url, limiter, timeout=40.0, on_request=told)
    steps: list[Progress] = []
    (result,) = await sync_groups(replace(context, hubspot=client), [LIST], on_progress=steps.append)

    assert (counts(result), was_read) == ({"added": 1205}, [True])
    # 5 pages of members, 13 times 100 contacts (1000 + 205), companies of 1000 and 205
    assert result.requests == 5 + 13 + 2
    members = [step.done for step in steps if step.phase is Phase.MEMBERS]
    assert (members, steps[-1].phase) == ([250, 500, 750, 1000, 1205], Phase.EQUAL)


@pytest.mark.parametrize("only", ["lists.memberships", "contacts.batch_read"])
async def test_failure_half_way(context: Context, crm: Crm, hubspot: HubSpotSandbox, only: str) -> None:
    """A pass that breaks off leaves the group as it was and says why; the next one makes good."""
    await import_list(context)
    await sync(context)
    before = await context.store.read(group)
    crm.add_to_list(611, list(crm.contacts))
    made = [crm.create("contacts", {"email": f"n{n}@firma.example"}).record for n in range(300)]
    crm.add_to_list(611, [each.id for each in made if each])
    names = [name for name in hubspot.requests if name.startswith(only[:12])]
    hubspot.faults.only = next(name for name in names if "batch" in name or "member" in name)
    hubspot.faults.next_statuses = [200, *[503] * 20]

    result = await sync(context)

    hubspot.faults.clear()
    assert "HubSpot cannot be reached" in (result.trouble or "")
    now_ = await context.store.read(group)
    assert (now_.size, now_.equal_since) == (5, before.equal_since)
    assert now_.trouble == result.trouble
    (newest, *_) = await context.store.read(sync_runs.newest, now_.id, 1)
    assert newest.outcome.trouble == result.trouble
    assert counts(await sync(context))["added"] == 302
    assert (await context.store.read(group)).trouble is None


async def test_a_blip_is_no_failure(context: Context, hubspot: HubSpotSandbox, waits: Waits) -> None:
    """One bad answer, a broken one or a repeated page, is asked for again after a while."""
    await import_list(context)
    hubspot.faults.only = "lists.memberships"
    hubspot.faults.next_statuses = [502]
    hubspot.faults.truncated = 1

    assert counts(await sync(context)) == {"added": 5}
    assert len(waits.asked) == 2


async def test_goes_on_where_it_stood(context: Context, crm: Crm, hubspot: HubSpotSandbox) -> None:
    """After a blip only the page that failed is asked for again."""
    made = [crm.create("contacts", {"email": f"n{n}@firma.example"}).record for n in range(600)]
    crm.add_to_list(611, [each.id for each in made if each])
    await import_list(context)
    hubspot.faults.only = "lists.memberships"
    hubspot.faults.next_statuses = [200, 200, 502]

    assert counts(await sync(context)) == {"added": 605}
    assert hubspot.requests["lists.memberships"] == 3 + 1


async def test_token_refused(context: Context, hubspot: HubSpotSandbox) -> None:
    """A revoked token is said to be one, with what to do, and nobody leaves."""
    await import_list(context)
    await sync(context)
    hubspot.faults.revoked = True

    result = await sync(context)

    assert "HUBSPOT_ACCESS_TOKEN" in (result.trouble or "")
    assert (await context.store.read(group)).size == 5


@pytest.mark.parametrize("scope", ["crm.lists.read", "crm.objects.contacts.read"])
async def test_scope_missing(context: Context, hubspot: HubSpotSandbox, scope: str) -> None:
    """A missing scope is named, and nobody leaves."""
    await import_list(context)
    await sync(context)
    hubspot.faults.missing_scopes = {scope}

    assert scope in ((await sync(context)).trouble or "")
    assert (await context.store.read(group)).size == 5


async def test_without_names_of_owners(context: Context, hubspot: HubSpotSandbox) -> None:
    """Without the scope for owners the group still becomes equal."""
    await import_list(context)
    hubspot.faults.missing_scopes = {"crm.objects.owners.read"}

    assert counts(await sync(context)) == {"added": 5}


async def test_list_deleted(context: Context, crm: Crm) -> None:
    """When the list is deleted in HubSpot, its group keeps its members and says so."""
    await import_list(context)
    await sync(context)
    crm.delete_list(611)

    assert "was deleted in HubSpot" in ((await sync(context)).trouble or "")
    assert (await context.store.read(group)).size == 5


async def test_empty_answer(context: Context, crm: Crm, hubspot: HubSpotSandbox) -> None:
    """A list that suddenly names nobody although it has a size empties no group; one that was emptied does."""
    await import_list(context)
    await sync(context)
    hubspot.faults.empty_lists = {611}
    assert "lists nobody" in ((await sync(context)).trouble or "")
    assert (await context.store.read(group)).size == 5

    hubspot.faults.clear()
    crm.remove_from_list(611, list(crm.contacts))
    assert counts(await sync(context)) == {"removed": 5}


async def test_mass_removal(context: Context, crm: Crm) -> None:
    """When more than half and more than 50 would leave, the group waits for a word, and with it they leave."""
    made = [crm.create("contacts", {"email": f"n{n}@firma.example"}).record for n in range(60)]
    crm.add_to_list(611, [each.id for each in made if each])
    await import_list(context)
    await sync(context)
    crm.remove_from_list(611, [each.id for each in made if each])

    assert "--accept-removals" in ((await sync(context)).trouble or "")
    assert (await context.store.read(group)).size == 65
    assert counts(await sync(context, accept_removals=True)) == {"removed": 60, "unchanged": 5}


async def test_erased_are_held_back(context: Context, crm: Crm) -> None:
    """An erased member is counted and never stored again, by HubSpot id or, made anew in HubSpot, by address."""
    await import_list(context)
    await sync(context)
    erase = {"actor": "cli", "hasher": context.hasher, "now": context.now()}
    await context.store.write(privacy.erase, "p1@firma1.example", **erase)  # type: ignore[arg-type]

    assert counts(await sync(context)) == {"unchanged": 4, "held_back": 1}

    crm.privacy_delete(next(iter(crm.contacts)))
    anew = crm.create("contacts", {"email": "p1@firma1.example"}).record
    assert anew is not None
    crm.add_to_list(611, [anew.id])
    assert counts(await sync(context)) == {"unchanged": 4, "held_back": 1}
    assert (await context.store.read(group)).held_back == 1

    def addresses(session: Session) -> set[str]:
        return set(session.exec(select(Address.email)))

    assert "p1@firma1.example" not in await context.store.read(addresses)


async def test_erased_are_not_asked_for(context: Context, crm: Crm, hubspot: HubSpotSandbox) -> None:
    """Of a member who was erased by id, HubSpot is not even asked."""
    first, *others = crm.contacts
    await import_list(context)
    erase = {"actor": "hubspot", "hasher": context.hasher, "now": context.now()}
    await context.store.write(privacy.erase_contact, str(first), **erase)  # type: ignore[arg-type]
    crm.remove_from_list(611, others)

    assert counts(await sync(context)) == {"held_back": 1}
    assert hubspot.requests["contacts.batch_read"] == 0


async def test_another_portal(context: Context, store: Store, crm: Crm, waits: Waits) -> None:
    """A token of another portal changes nothing, and says which portal this database belongs to."""
    await import_list(context)
    await sync(context)
    other = a_hubspot(crm, portal_id=9999)
    crm.remove_from_list(611, [next(iter(crm.contacts))])
    async with other:
        result = await sync(a_context(store, other, waits))

    assert "4711" in (result.trouble or "")
    assert (await store.read(group)).size == 5


@pytest.fixture
def other_process(database_url: str) -> Iterator[Store]:
    store = open_store(database_url)
    yield store
    store.close_now()


async def test_two_processes_take_turns(
    context: Context, other_process: Store, hubspot: HubSpotSandbox, waits: Waits
) -> None:
    """Of two processes that sync a group at once, each makes a pass of its own, one after the other."""
    await import_list(context)
    other = a_context(other_process, hubspot, waits)

    one, two = await asyncio.gather(sync(context), sync(other))

    assert sorted((one.added, two.added)) == [0, 5]
    assert (one.trouble, two.trouble) == (None, None)
    runs = await context.store.read(sync_runs.newest, (await context.store.read(group)).id, 5)
    assert sorted(run.outcome.added for run in runs if run.ended_at) == [0, 5]


async def test_takes_over_from_the_dead(context: Context, crm: Crm) -> None:
    """What a pass that died half-way had staged does no harm, and its record says that it died."""
    group_id = await import_list(context)
    long_ago = context.now() - timedelta(seconds=11)
    await context.store.write(sync_runs.begin, group_id, "dead", now=long_ago)
    await context.store.write(stage_stale, group_id, str(list(crm.contacts)[6]))

    assert counts(await sync(context)) == {"added": 5}
    _, dead = await context.store.read(sync_runs.newest, group_id, 2)
    assert dead.outcome.trouble == sync_runs.DIED


def stage_stale(session: Session, group_id: int, hubspot_id: str) -> None:
    staging.stage_page(session, group_id, [hubspot_id])


async def test_taken_for_dead(context: Context, crm: Crm) -> None:
    """A pass that was taken for dead while it slept writes nothing any more."""
    group_id = await import_list(context)

    def steal(progress: Progress) -> None:
        if progress.phase is Phase.RECORDS:
            later = context.now() + timedelta(seconds=11)
            context.store.write_now(sync_runs.begin, group_id, "other", now=later)

    (result,) = await sync_groups(context, [LIST], on_progress=steal)

    assert "taken for dead" in (result.trouble or "")
    view = await context.store.read(group)
    assert (view.size, view.trouble) == (0, None)


async def test_no_progress(context: Context, hubspot: HubSpotSandbox) -> None:
    """A pass that makes no progress for as long as our patience lasts gives up, and says so."""
    await import_list(context)
    hubspot.faults.only = "lists.memberships"
    hubspot.faults.slow = 2.0

    result = await sync(replace(context, patience=timedelta(seconds=0.5)))

    assert "no progress" in (result.trouble or "")
    hubspot.faults.clear()
    assert counts(await sync(context)) == {"added": 5}


async def test_unknown_group(context: Context) -> None:
    """To sync a group that is not there is refused by name."""
    with pytest.raises(NoSuchGroup, match="nobody"):
        await sync_groups(context, ["nobody"])


async def test_all_groups(context: Context, crm: Crm, now: datetime) -> None:
    """The job makes every group equal that mirrors a list; one in trouble does not hold up the others."""
    crm.add_to_list(crm.create_list("Partners").id, list(crm.contacts)[:3])
    await import_list(context)
    await import_list(context, "612")
    crm.delete_list(611)

    customers, partners = await run(context, timedelta(minutes=15))

    assert (customers.group, customers.trouble is None) == ("Customers", False)
    assert (partners.group, partners.added, partners.trouble) == ("Partners", 3, None)


async def test_list_of_companies(context: Context, crm: Crm, hubspot: HubSpotSandbox) -> None:
    """A list of companies makes a group of their accounts; a company is read once, and again when it changed."""
    told = ({"name": f"Firma {number}", "domain": f"firma{number}.example"} for number in range(150))
    companies = [record.id for one in told if (record := crm.create("companies", one).record)]
    for each in companies:
        crm.companies[each].updated_at -= timedelta(minutes=11)
    made = crm.create_list("Key accounts", "companies")
    crm.add_to_list(made.id, companies[:120])
    await import_list(context, str(made.id))
    read = hubspot.requests

    (result,) = await sync_groups(context, ["Key accounts"])
    assert (counts(result), result.trouble, read["companies.batch_read"]) == ({"added": 120}, None, 2)

    (result,) = await sync_groups(context, ["Key accounts"])
    assert (counts(result), read["companies.batch_read"]) == ({"unchanged": 120}, 2)

    crm.add_to_list(made.id, companies[120:])
    crm.delete("companies", companies[0])
    crm.change("companies", companies[1], {"name": "Andere Firma"})
    (result,) = await sync_groups(context, ["Key accounts"])
    assert counts(result) == {"added": 30, "removed": 1, "updated": 1, "unchanged": 118}
    assert read["companies.batch_read"] == 2 + 1 + 1  # by search, and who is new

    crm.restore("companies", companies[0])
    (result,) = await sync_groups(context, ["Key accounts"])
    assert counts(result) == {"added": 1, "unchanged": 149}
