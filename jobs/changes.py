"""Changes: what changed in HubSpot since the last time is found by search and read, whatever webhooks were lost."""

from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from jobs.context import Context
from jobs.hubspot.changes import PAGE, changed_companies, changed_contacts
from jobs.hubspot.contacts import read_contacts
from jobs.hubspot.trouble import ScopeMissing
from jobs.named_records import read_and_store_companies, read_and_store_owners, read_named
from storage import changes, companies, contact_properties
from storage.changes import Searched
from storage.contacts_arrived import store_states

log = structlog.get_logger()

# A record is known to the search some moments after it changed; so much of the last walk is walked again.
OVERLAP: Final = timedelta(minutes=10)


async def read_changes(context: Context) -> None:
    """The job. What the token may not search is left to the nightly pass, and said in the log."""
    await context.check_portal()
    for read in (_read_contacts, _read_companies, read_and_store_owners):
        try:
            await read(context)
        except ScopeMissing as trouble:
            log.warning("changes in HubSpot not read", because=str(trouble))
    await read_named(context)


async def _read_contacts(context: Context) -> None:
    since, began_at = await _since(context, Searched.CONTACTS), context.now()
    names = await context.store.read(contact_properties.held_names)
    after: str | None = None
    while True:
        asked_at, client = context.now(), context.hubspot
        found = await context.ask(partial(changed_contacts, client, since, after, now=asked_at))
        if ours := await context.store.read(changes.ours_among, found):
            answers = await context.ask(partial(read_contacts, client, ours, names, now=asked_at))
            await context.store.write(store_states, answers.found, hasher=context.hasher, now=context.now())
        if len(found) < PAGE:
            break
        after = found[-1].hubspot_id
    await context.store.write(changes.note_read, Searched.CONTACTS, began_at)


async def _read_companies(context: Context) -> None:
    since, began_at = await _since(context, Searched.COMPANIES), context.now()
    after: str | None = None
    while True:
        found = await context.ask(partial(changed_companies, context.hubspot, since, after))
        if ours := await context.store.read(companies.known_companies, found):
            await read_and_store_companies(context, sorted(ours))
        if len(found) < PAGE:
            break
        after = found[-1]
    await context.store.write(changes.note_read, Searched.COMPANIES, began_at)


async def _since(context: Context, searched: Searched) -> datetime:
    """The first walk has nothing behind it: what is held was read when it came."""
    return (await context.store.read(changes.read_up_to, searched) or context.now()) - OVERLAP
