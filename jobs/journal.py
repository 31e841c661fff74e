"""The journal: what HubSpot tells there becomes hints, and its place is kept with them in one transaction."""

from datetime import datetime

import structlog

from jobs.context import Context
from jobs.hubspot.journal import JournalClient, JournalFile
from jobs.hubspot.trouble import HubSpotTrouble, NotFound
from jobs.journal_events import SOURCE, JournalTold, read_events
from storage import Session, contacts, dead_letters, journal, portal
from storage.inbox import keep_hints

log = structlog.get_logger()


async def read_journal(context: Context, client: JournalClient) -> None:
    """The job: subscribe to the lists that groups mirror, then read the journal to its end."""
    portal_id = await _portal_id(context)
    lists = await context.store.read(journal.mirrored_lists)
    if portal_id is None or not lists:
        return
    try:
        await _subscribe(context, client, portal_id, lists)
        while await _read_one(context, client, portal_id):
            pass
    except HubSpotTrouble as trouble:
        log.warning("HubSpot's journal not read", because=str(trouble))
        raise
    await context.store.write(journal.read_to_its_end, portal_id, now=context.now())


async def _portal_id(context: Context) -> str | None:
    ours = await context.store.read(portal.present)
    if ours is None:
        await context.check_portal()
        ours = await context.store.read(portal.present)
    return ours.portal_id if ours else None


async def _subscribe(context: Context, client: JournalClient, portal_id: str, lists: tuple[str, ...]) -> None:
    place = await context.store.read(journal.place, portal_id)
    if place.list_ids != lists:
        await context.ask(lambda: client.subscribe(portal_id, lists))
        await context.store.write(journal.subscribed, portal_id, lists)
        log.info("HubSpot's journal tells of lists", lists=len(lists))


async def _read_one(context: Context, client: JournalClient, portal_id: str) -> bool:
    """False: there is nothing newer."""
    place = await context.store.read(journal.place, portal_id)
    try:
        file = await context.ask(lambda: client.file_after(place.offset))
    except NotFound:
        if place.offset is None:
            raise
        log.warning("HubSpot's journal no longer knows where we stood; it is read from its beginning")
        await context.store.write(journal.offset_lost, portal_id, now=context.now())
        return True
    if file is None:
        return False
    told = read_events(file.events, portal_id)
    await context.store.write(keep, portal_id, file, told, now=context.now())
    log.info("HubSpot's journal told", events=len(file.events), hints=len(told.hints))
    return True


def keep(session: Session, portal_id: str, file: JournalFile, told: JournalTold, *, now: datetime) -> None:
    """Hide who was deleted for privacy at once; the rest is asked of HubSpot by the worker."""
    for hubspot_id in told.privacy_deletions:
        contacts.hide(session, hubspot_id, now)
    keep_hints(session, told.hints, told.dead_letters, now=now)
    dead_letters.count_unknown(session, SOURCE, told.unknown, now=now)
    journal.read_up_to(session, portal_id, file.offset)
