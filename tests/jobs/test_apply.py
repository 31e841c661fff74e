"""Hints become what HubSpot holds now, whatever their order and number, and only for whom we are to know."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from jobs.apply import Apply, Became
from jobs.context import Context
from jobs.hubspot.lists import find_list
from jobs.list_pass import Phase, Progress
from jobs.reconcile import sync_groups
from sandbox.hubspot import Crm, HubSpotSandbox
from storage import Session, contacts, dead_letters, inbox, subscriptions, target_groups
from storage.addresses import Address, keep_addresses
from storage.companies import Company
from storage.contacts import Contact, ContactId, ContactState
from storage.hints_answered import ContactsToday, store_today
from storage.inbox import Hint, HintKind, HintTold
from storage.leads import Lead, LeadStage
from storage.outbox import Due, OutboxItem
from storage.subscriptions import Topic
from storage.target_groups import GroupMember
from tests.jobs.conftest import Until
from tests.jobs.portal import Waits, a_context, a_hubspot

LIST = "611"
CONTACT, COMPANY, A_LIST, PRIVACY = HintKind.CONTACT, HintKind.COMPANY, HintKind.LIST, HintKind.PRIVACY_DELETION
Tell = Callable[..., Awaitable[None]]


@pytest.fixture
async def group_id(context: Context) -> int:
    """The group of list 611, equal to it."""
    state = await asyncio.to_thread(find_list, context.hubspot, LIST, now=context.now())
    assert state is not None
    group_id = await context.store.write(target_groups.import_list, state, now=context.now())
    await sync_groups(context)
    return group_id


@pytest.fixture
def apply(context: Context) -> Apply:
    return Apply(context, poll=timedelta(milliseconds=10))


@pytest.fixture
async def running(apply: Apply) -> AsyncIterator[Apply]:
    loop = asyncio.create_task(apply.run())
    yield apply
    await apply.stop(timedelta(seconds=1))
    await loop


@pytest.fixture
def tell(context: Context, running: Apply) -> Tell:
    """Tells hints about one kind of thing, and waits until they are applied."""

    async def tell_and_wait(kind: HintKind, *ids: int | str) -> None:
        await context.store.write(inbox.keep_hints, [HintTold(kind, str(each)) for each in ids], now=context.now())
        running.wake()
        await applied(context)

    return tell_and_wait


async def applied(context: Context) -> None:
    async with asyncio.timeout(20):
        while await context.store.read(inbox.waiting):  # noqa: ASYNC110 - another process might apply them
            await asyncio.sleep(0.01)


def names(session: Session) -> dict[str, str]:
    """Live contacts' names by their present HubSpot id."""
    query = select(ContactId.hubspot_id, Contact.name).join(Contact, col(Contact.id) == col(ContactId.contact_id))
    return dict(session.exec(query.where(col(ContactId.is_present), col(Contact.deleted_at).is_(None))).all())


def member_ids(session: Session) -> set[str]:
    query = select(ContactId.hubspot_id).join(GroupMember, col(GroupMember.contact_id) == col(ContactId.contact_id))
    return set(session.exec(query.where(col(ContactId.is_present))))


def addresses(session: Session) -> set[str]:
    return set(session.exec(select(Address.email)))


async def test_changed(context: Context, crm: Crm, group_id: int, tell: Tell) -> None:
    """What HubSpot holds now is stored, told once or three times."""
    first = min(crm.contacts)
    crm.change("contacts", first, {"firstname": "Maximilian"})

    await tell(CONTACT, first, first, first)

    assert (await context.store.read(names))[str(first)] == "Maximilian Muster"


async def test_deleted_and_restored(context: Context, crm: Crm, group_id: int, tell: Tell) -> None:
    """A deleted contact leaves its groups, a restored one is back in them at once."""
    first = min(crm.contacts)
    crm.delete("contacts", first)
    await tell(CONTACT, first)
    assert str(first) not in await context.store.read(member_ids)
    assert str(first) not in await context.store.read(names)

    crm.restore("contacts", first)
    await tell(CONTACT, first)
    assert str(first) in await context.store.read(member_ids)


async def test_merged(context: Context, crm: Crm, group_id: int, tell: Tell) -> None:
    """Two contacts merged in HubSpot are one, under the new id, with both addresses and in their groups."""
    first, second, *_ = crm.contacts
    merged = crm.merge("contacts", first, second).record
    assert merged is not None

    await tell(CONTACT, second, merged.id, first)

    def leads_to(session: Session) -> set[int]:
        return set(contacts.contact_ids(session, [str(first), str(second), str(merged.id)]).values())

    assert len(await context.store.read(leads_to)) == 1
    assert await context.store.read(member_ids) == {str(each) for each in crm.hubspot_list(611).members}


async def test_joined_and_left_a_list(context: Context, crm: Crm, group_id: int, tell: Tell) -> None:
    """A hint that names a contact also puts it into the groups of its lists, and out of the others."""
    first, *_, last = crm.contacts
    crm.add_to_list(611, [last])
    crm.remove_from_list(611, [first])

    await tell(CONTACT, first, last)

    members = await context.store.read(member_ids)
    assert (str(last) in members, str(first) in members) == (True, False)


async def test_unknown_people_are_not_kept(context: Context, crm: Crm, group_id: int, tell: Tell) -> None:
    """Of a contact that is in no imported list and no lead, nothing is stored."""
    last = list(crm.contacts)[-1]

    await tell(CONTACT, last)

    assert f"p{len(crm.contacts)}@firma{len(crm.contacts)}.example" not in await context.store.read(addresses)


async def test_lead_becomes_contact(context: Context, crm: Crm, tell: Tell) -> None:
    """A contact whose address is a lead's is kept, in a list or not, and the lead has become a contact."""
    last = list(crm.contacts)[-1]
    await context.store.write(make_lead, "p7@firma7.example", now=context.now())

    await tell(CONTACT, last)

    assert str(last) in await context.store.read(names)

    def stages(session: Session) -> list[LeadStage]:
        return list(session.exec(select(Lead.stage)))

    assert await context.store.read(stages) == [LeadStage.CONTACT]


def make_lead(session: Session, email: str, *, now: datetime) -> None:
    (known,) = keep_addresses(session, [email], now=now).values()
    session.add(Lead(address_id=known.id, since=now, changed_at=now))


async def test_company(context: Context, crm: Crm, group_id: int, tell: Tell) -> None:
    """A company that contacts name follows HubSpot, through a merge too; one that nobody names is not kept."""
    company = min(crm.companies)
    other = crm.create("companies", {"name": "Nobody's"}).record
    assert other is not None
    crm.change("companies", company, {"name": "Musterfirma AG"})
    await tell(COMPANY, company, other.id)
    assert await context.store.read(company_names) == {"Musterfirma AG"}

    merged = crm.merge("companies", company, other.id).record
    assert merged is not None
    crm.change("companies", merged.id, {"name": "Muster Holding"})
    await tell(COMPANY, company, other.id, merged.id)
    assert await context.store.read(company_names) == {"Muster Holding"}


def company_names(session: Session) -> set[str]:
    """Names of companies that contacts belong to."""
    return set(session.exec(select(Company.name).join(Contact, col(Contact.company_id) == col(Company.hubspot_id))))


async def test_new_company_of_a_contact(context: Context, crm: Crm, group_id: int, tell: Tell) -> None:
    """A contact that changed its company shows the new one by name."""
    third = list(crm.contacts)[2]
    acme = crm.create("companies", {"name": "Acme Inc.", "domain": "acme.example"}).record
    assert acme is not None
    crm.associate(third, acme.id)

    await tell(CONTACT, third)

    async with asyncio.timeout(30):
        while "Acme Inc." not in await context.store.read(company_names):  # noqa: ASYNC110 - read after the hint
            await asyncio.sleep(0.01)


async def test_list_hint(context: Context, crm: Crm, hubspot: HubSpotSandbox, group_id: int, tell: Tell) -> None:
    """A hint about a list starts a pass for its group; one about a list that nobody imported does nothing."""
    crm.add_to_list(611, list(crm.contacts))
    crm.remove_from_list(611, [min(crm.contacts)])
    other = crm.create_list("Partners")

    await tell(A_LIST, LIST, other.id)

    assert await context.store.read(member_ids) == {str(each) for each in crm.hubspot_list(611).members}


async def test_privacy_deletion(context: Context, crm: Crm, group_id: int, tell: Tell) -> None:
    """A person whom HubSpot has forgotten is forgotten, and is never stored again."""
    first = min(crm.contacts)
    crm.privacy_delete(first)

    await tell(PRIVACY, first)

    assert "p1@firma1.example" not in await context.store.read(addresses)
    again = crm.create("contacts", {"email": "p1@firma1.example"}).record
    assert again is not None
    crm.add_to_list(611, [again.id])
    await tell(CONTACT, again.id)
    assert "p1@firma1.example" not in await context.store.read(addresses)


async def test_privacy_deletion_of_the_living(context: Context, crm: Crm, group_id: int, tell: Tell) -> None:
    """A privacy deletion of somebody whom HubSpot still holds erases nobody: a dead letter, and the admin is told."""
    first = str(min(crm.contacts))
    await context.store.write(subscriptions.subscribe, Topic.ADMIN, "C1", now=context.now())
    await context.store.write(contacts.hide, first, context.now())

    await tell(PRIVACY, first)

    (letter,) = await context.store.read(dead_letters.newest, 5)
    assert (letter.kind, letter.ids) == ("privacy_deletion", (first,))

    def told(session: Session) -> tuple[list[str], list[datetime | None]]:
        subjects = session.exec(select(OutboxItem.subject).where(OutboxItem.kind == Due.ADMIN_TOLD)).all()
        hidden = session.exec(select(Contact.hidden_at).join(ContactId).where(ContactId.hubspot_id == first)).all()
        return list(subjects), list(hidden)

    assert await context.store.read(told) == ([f"still_in_hubspot:{first}"], [None])


async def test_privacy_deletion_from_the_bin(context: Context, crm: Crm, group_id: int, apply: Apply) -> None:
    """While the record is in HubSpot's bin the person stays hidden, and is looked for again."""
    first = str(min(crm.contacts))
    crm.delete("contacts", int(first))
    await keep(context, PRIVACY, first)

    await apply.apply_due()
    assert await context.store.read(waiting_hints) == [(first, 1)]
    assert "p1@firma1.example" in await context.store.read(addresses)

    crm.privacy_delete(int(first))
    await context.store.write(make_due)
    await apply.apply_due()
    assert await context.store.read(waiting_hints) == []
    assert "p1@firma1.example" not in await context.store.read(addresses)


async def keep(context: Context, kind: HintKind, *ids: str) -> None:
    await context.store.write(inbox.keep_hints, [HintTold(kind, each) for each in ids], now=context.now())


def waiting_hints(session: Session) -> list[tuple[str, int]]:
    return list(session.exec(select(Hint.object_id, Hint.attempts).order_by(col(Hint.object_id))).all())


def make_due(session: Session) -> None:
    for hint in session.exec(select(Hint)):
        hint.due_at, hint.leased_until = datetime(2020, 1, 1, tzinfo=UTC), None


async def test_token_refused(context: Context, hubspot: HubSpotSandbox, crm: Crm, group_id: int, apply: Apply) -> None:
    """A revoked token stops the work and loses no hint; with a good one they are applied."""
    first = min(crm.contacts)
    crm.change("contacts", first, {"firstname": "Later"})
    hubspot.faults.revoked = True
    await keep(context, CONTACT, str(first))

    assert await apply.apply_due() is Became.REFUSED
    assert await context.store.read(waiting_hints) == [(str(first), 1)]

    hubspot.faults.clear()
    await context.store.write(make_due)
    assert await apply.apply_due() is Became.APPLIED
    assert (await context.store.read(names))[str(first)] == "Later Muster"


async def test_another_portal(context: Context, crm: Crm, group_id: int, waits: Waits) -> None:
    """A token of another portal stops the work before anything is stored."""
    first = str(min(crm.contacts))
    crm.change("contacts", int(first), {"firstname": "Stranger"})
    await keep(context, CONTACT, first)
    async with a_hubspot(crm, portal_id=9999) as other:
        assert await Apply(a_context(context.store, other, waits)).apply_due() is Became.REFUSED

    assert await context.store.read(waiting_hints) == [(first, 1)]
    assert (await context.store.read(names))[first] == "P1 Muster"


async def test_hubspot_down(context: Context, hubspot: HubSpotSandbox, crm: Crm, group_id: int, apply: Apply) -> None:
    """While HubSpot is down hints wait, however often that is; nothing is given up."""
    first = str(min(crm.contacts))
    hubspot.faults.down = "503"
    await keep(context, CONTACT, first)
    for _ in range(10):
        await apply.apply_due()
        await context.store.write(make_due)
    assert await context.store.read(waiting_hints) == [(first, 10)]

    hubspot.faults.clear()
    await apply.apply_due()
    assert await context.store.read(waiting_hints) == []


async def test_told_while_it_is_applied(
    context: Context, hubspot: HubSpotSandbox, crm: Crm, group_id: int, apply: Apply
) -> None:
    """What is told again while it is being applied is applied again."""
    first = str(min(crm.contacts))
    await keep(context, CONTACT, first)
    hubspot.faults.slow = 0.2
    asked = hubspot.requests["contacts.batch_read"]
    under_way = asyncio.create_task(apply.apply_due())
    async with asyncio.timeout(30):
        while hubspot.requests["contacts.batch_read"] == asked:  # noqa: ASYNC110 - the sandbox only counts
            await asyncio.sleep(0.01)
    await keep(context, CONTACT, first)
    await under_way

    assert await context.store.read(waiting_hints) == [(first, 0)]


async def test_stops_in_time(
    context: Context, hubspot: HubSpotSandbox, group_id: int, crm: Crm, apply: Apply, until: Until
) -> None:
    """Work that hangs on HubSpot does not hold up the end of the process, and its hints are kept."""
    await keep(context, CONTACT, str(min(crm.contacts)))
    hubspot.faults.slow = 60.0
    hubspot.requests.clear()
    loop = asyncio.create_task(apply.run())
    await until(hubspot.requests.total)

    async with asyncio.timeout(4):  # our own patience with HubSpot would end after five
        await apply.stop(timedelta(milliseconds=50))
        await loop

    assert len(await context.store.read(waiting_hints)) == 1


async def test_left_while_a_pass_reads(context: Context, crm: Crm, group_id: int) -> None:
    """Who left the list after a pass had read that page does not come back by that pass; who joined stays."""
    first, *_, last = crm.contacts

    def meanwhile(progress: Progress) -> None:
        if progress.phase is Phase.MEMBERS:
            crm.remove_from_list(611, [first])
            crm.add_to_list(611, [last])
            asked_at = context.now()
            states = [ContactState(str(each), asked_at) for each in (first, last)]
            today = ContactsToday(asked_at, states, lists={str(first): frozenset(), str(last): frozenset({LIST})})
            context.store.write_now(store_today, today, (), hasher=context.hasher, now=asked_at)

    await sync_groups(context, [LIST], on_progress=meanwhile)

    assert await context.store.read(member_ids) == {str(each) for each in crm.hubspot_list(611).members}


async def test_slow_hubspot_is_no_death(
    context: Context, hubspot: HubSpotSandbox, group_id: int, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hint whose answer takes longer than the lease is not taken by another process meanwhile."""
    monkeypatch.setattr("jobs.apply.LEASE", timedelta(seconds=1))
    monkeypatch.setattr("jobs.apply.HEARTBEAT", timedelta(seconds=0.05))
    known = next(iter(hubspot.crm.contacts))
    await context.store.write(inbox.keep_hints, [HintTold(CONTACT, str(known))], now=context.now())
    hubspot.faults.only, hubspot.faults.slow = "contacts.batch_read", 1.5
    hubspot.requests.clear()

    first, second = asyncio.create_task(Apply(context).apply_due()), Apply(context)
    await until(lambda: hubspot.requests["contacts.batch_read"])
    while not first.done():
        assert await second.apply_due() is Became.NOTHING
        await asyncio.sleep(0.05)

    assert await first is Became.APPLIED
    assert hubspot.requests["contacts.batch_read"] == 1
