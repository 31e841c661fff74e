"""Clicks are noted on contacts in HubSpot: by choice, once a day and contact, whatever happens on the way."""

import asyncio
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from decisions.human_or_machine import VerdictKind
from jobs.clicks_to_hubspot import note_clicks
from jobs.context import Context
from jobs.hubspot.contacts import read_contacts
from sandbox.hubspot import Crm, HubSpotSandbox
from storage import clicks_to_hubspot, hubspot_choices
from storage.contacts_arrived import store_states
from storage.hubspot_choices import HubSpotOption
from storage.opt_out_asked import opt_out
from storage.outbox import OutboxItem
from storage.tracking import EventKind
from tests.jobs.conftest import Until
from tests.jobs.portal import delivering
from tests.storage.people import T0, fetch

DAY_AFTER = T0 + timedelta(days=1)


@pytest.fixture
async def people(context: Context, crm: Crm) -> list[str]:
    """Contacts of the portal that are held here, by their addresses, and what they clicked; their clicks are noted."""
    ids = [str(each) for each in crm.contacts]
    answers = await asyncio.to_thread(read_contacts, context.hubspot, ids, (), now=datetime(2026, 1, 1, tzinfo=UTC))
    await context.store.write(store_states, answers.found, hasher=context.hasher, now=T0)
    await context.store.write(clicks_to_hubspot.switch_on, T0.date(), actor="cli", now=T0)
    emails = [f"p{number}@firma{number}.example" for number in range(1, 5)]
    for minute in (0, 1, 2):
        fetch(context.store, emails[0], campaign="<b>Fair" if minute else "Catalogue", minute=minute)
    fetch(context.store, emails[1], EventKind.VIEW)
    fetch(context.store, emails[2], verdict=VerdictKind.MACHINE)
    fetch(context.store, emails[3])
    return emails


def delivering_later(context: Context) -> AbstractAsyncContextManager[None]:
    """The day after, where time passes quickly."""
    began = context.now()
    return delivering(context, lambda: DAY_AFTER + 20 * (context.now() - began))


def owed(context: Context) -> int:
    return len(context.store.read_now(lambda session: session.exec(select(OutboxItem.id)).all()))


def notes_on(crm: Crm, place: int) -> list[str]:
    contact_id = list(crm.contacts)[place]
    return [each.properties["hs_note_body"] for each in crm.notes.values() if contact_id in each.contact_ids]


async def test_a_note_a_day(people: list[str], context: Context, crm: Crm, until: Until) -> None:
    """When the day is over, each who clicked gets one note of it, with each campaign; machines and viewers get none."""
    await note_clicks(context.store, lambda: T0 + timedelta(hours=1))
    assert owed(context) == 0
    for _ in range(2):  # a second time there is nothing to note
        await note_clicks(context.store, lambda: DAY_AFTER)
        async with delivering_later(context):
            await until(lambda: owed(context) == 0)

    (note,) = notes_on(crm, 0)
    assert "Footlight, 2026-11-25" in note
    assert "<li>&lt;b&gt;Fair: 2</li><li>Catalogue: 1</li>" in note
    assert [len(notes_on(crm, place)) for place in range(4)] == [1, 0, 0, 1]


async def test_late_clicks(people: list[str], context: Context, crm: Crm, until: Until) -> None:
    """Clicks that come when their day was noted are added to its note, or make it; those before the first day never."""
    moments = iter((DAY_AFTER, DAY_AFTER + timedelta(days=1), DAY_AFTER + timedelta(days=2)))

    async def note_the_day() -> None:
        now = next(moments)
        await note_clicks(context.store, lambda: now)
        began = context.now()
        async with delivering(context, lambda: now + 20 * (context.now() - began)):
            await until(lambda: owed(context) == 0)

    await note_the_day()
    fetch(context.store, people[0], campaign="Catalogue", minute=3)
    fetch(context.store, people[1], campaign="Late", minute=-9)
    fetch(context.store, people[2], campaign="Too early", minute=-24 * 60)
    fetch(context.store, people[3], minute=24 * 60)
    await note_the_day()
    await note_the_day()

    (note,) = notes_on(crm, 0)
    assert "<li>Catalogue: 2</li>" in note
    (note,) = notes_on(crm, 1)
    assert "Footlight, 2026-11-25" in note
    assert [len(notes_on(crm, place)) for place in (2, 3)] == [0, 2]


async def test_off(people: list[str], context: Context, crm: Crm, until: Until) -> None:
    """Switched off nothing is noted, not even what was owed already; who opted out meanwhile gets no note."""
    await note_clicks(context.store, lambda: DAY_AFTER)
    await context.store.write(opt_out, people[0], actor="cli", hasher=context.hasher, now=DAY_AFTER)
    async with delivering_later(context):
        await until(lambda: owed(context) == 0)
    assert [len(notes_on(crm, place)) for place in (0, 3)] == [0, 1]

    await context.store.write(hubspot_choices.switch_off, HubSpotOption.CLICKS, actor="cli", now=DAY_AFTER)
    await note_clicks(context.store, lambda: DAY_AFTER + timedelta(days=9))
    assert owed(context) == 0


@pytest.mark.parametrize("fault", ["503", "answer lost"])
async def test_never_twice(
    people: list[str], context: Context, hubspot: HubSpotSandbox, crm: Crm, until: Until, fault: str
) -> None:
    """Refused for a while, or with its answer lost on the way, a note comes once in the end."""
    hubspot.faults.only = "notes.create"
    if fault == "503":
        hubspot.faults.next_statuses = [503, 503]
    else:
        hubspot.faults.truncated = 1
    await note_clicks(context.store, lambda: DAY_AFTER)
    async with delivering_later(context):
        await until(lambda: owed(context) == 0)

    assert [len(notes_on(crm, place)) for place in range(4)] == [1, 0, 0, 1]
