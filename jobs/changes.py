"""Changes: what changed in HubSpot since the last time is found by search and read, whatever webhooks were lost."""

from array import array
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from jobs.context import Context
from jobs.hubspot.changes import PAGE, changed_companies, changed_contacts
from jobs.hubspot.contacts import CHUNK, read_contacts
from jobs.hubspot.trouble import ScopeMissing
from jobs.named_records import read_and_store_companies, read_and_store_owners, read_named
from storage import changes, companies, contact_properties
from storage.changes import Searched
from storage.contacts_arrived import STORED_AT_ONCE, store_states

log = structlog.get_logger()

# A record is known to the search some moments after it changed; so far back the search is asked again.
LAG: Final = timedelta(minutes=10)
# The clocks of HubSpot and of this machine are that close.
CLOCKS_DIFFER: Final = timedelta(seconds=1)


@dataclass(slots=True)
class ChangesFound:
    """
    The contacts that hold other values than before, and the accounts of such companies, by our own ids.

    `is_whole`: whoever else is live here is as HubSpot has them.
    """

    updated: "array[int]" = field(default_factory=lambda: array("q"))
    updated_accounts: "array[int]" = field(default_factory=lambda: array("q"))
    is_whole: bool = True


async def read_changes(context: Context) -> None:
    """The job."""
    await context.check_portal()
    await find_changes(context)


async def find_changes(context: Context) -> ChangesFound:
    """
    Read what changed. What the token may not search is left to the nightly pass, and said in the log.

    Raises:
        HubSpotTrouble
    """
    found = ChangesFound()
    for read in (partial(_read_contacts, found=found), partial(_read_companies, found=found), read_and_store_owners):
        try:
            await read(context)
        except ScopeMissing as trouble:
            log.warning("changes in HubSpot not read", because=str(trouble))
            found.is_whole = False
    await read_named(context)
    return found


async def _read_contacts(context: Context, found: ChangesFound) -> None:
    since, began_at = await _since(context, Searched.CONTACTS), context.now()
    if since is None:
        return
    waiting: list[str] = []
    async for some in _changed(context, since):
        waiting += some
        while len(waiting) >= CHUNK:
            await _read_and_store(context, waiting[:CHUNK], found)
            waiting = waiting[CHUNK:]
    await _read_and_store(context, waiting, found)
    await context.store.write(changes.note_read, Searched.CONTACTS, began_at - LAG)


async def _changed(context: Context, since: datetime) -> AsyncIterator[list[str]]:
    """The ids of contacts whose change is news to us, page by page."""
    after: str | None = None
    while True:
        page = await context.ask(partial(changed_contacts, context.hubspot, since, after, now=context.now()))
        yield await context.store.read(changes.ours_among, page)
        if len(page) < PAGE:
            return
        after = page[-1].hubspot_id


async def _read_and_store(context: Context, ids: Sequence[str], found: ChangesFound) -> None:
    if not ids:
        return
    names, asked_at = await context.store.read(contact_properties.held_names), context.now()
    answers = await context.ask(partial(read_contacts, context.hubspot, ids, names, now=asked_at))
    for start in range(0, len(answers.found), STORED_AT_ONCE):
        some = answers.found[start : start + STORED_AT_ONCE]
        stored = await context.store.write(store_states, some, hasher=context.hasher, now=context.now())
        found.updated.extend(sorted(stored.updated_ids))


async def _read_companies(context: Context, found: ChangesFound) -> None:
    since, began_at = await _since(context, Searched.COMPANIES), context.now()
    if since is None:
        return
    after: str | None = None
    while True:
        page = await context.ask(partial(changed_companies, context.hubspot, since, after))
        if ours := await context.store.read(companies.known_companies, page):
            changed = await read_and_store_companies(context, sorted(ours))
            found.updated_accounts.extend(await context.store.read(companies.accounts_of, changed))
        if len(page) < PAGE:
            break
        after = page[-1]
    await context.store.write(changes.note_read, Searched.COMPANIES, began_at - LAG)


async def _since(context: Context, searched: Searched) -> datetime | None:
    """None: nothing was read before, so there is nothing that could have changed; the next walk begins here."""
    up_to = await context.store.read(changes.read_up_to, searched)
    if up_to is None:
        await context.store.write(changes.note_read, searched, context.now() - CLOCKS_DIFFER)
    return up_to
