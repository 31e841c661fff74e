"""The full pass: once a night everything that we hold is compared with HubSpot, and what had drifted is mended."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from decisions.mass_removal import judge_removals
from jobs.changes import read_changes
from jobs.context import Context
from jobs.hubspot.contacts import CHUNK, read_contacts
from jobs.hubspot.trouble import BadAnswer, HubSpotTrouble
from jobs.named_records import read_and_store_companies, read_named
from jobs.reconcile import GroupResult, Wish, make_equal
from storage import Session, contact_properties, full_passes, portal
from storage.contacts import ContactState
from storage.contacts_arrived import STORED_AT_ONCE, mark_missing, store_states
from storage.full_passes import Drift, PassView
from storage.opt_outs import Hasher

log = structlog.get_logger()

NIGHT: Final = range(1, 5)  # hours in the portal's zone
# One that was missed, as the machine slept at night, is made by day.
MISSED_AFTER: Final = timedelta(hours=36)
NOT_AGAIN_WITHIN: Final = timedelta(hours=20)
AT_NIGHT: Final = Wish("the nightly comparison", reads_changes=False)


async def run_if_due(context: Context) -> None:
    """The job."""
    last = await context.store.read(full_passes.newest)
    ours = await context.store.read(portal.present)
    zone = ZoneInfo(ours.time_zone if ours and ours.time_zone else "UTC")
    if is_due(context.now(), zone, last):
        await full_pass(context)


def is_due(now: datetime, zone: ZoneInfo, last: PassView | None) -> bool:
    """Once a night; at once where one was cut off or missed."""
    if last is not None and last.ended_at is None:
        return True
    since = now - last.began_at if last is not None else None
    if since is not None and since < NOT_AGAIN_WITHIN:
        return False
    return now.astimezone(zone).hour in NIGHT or (since is not None and since > MISSED_AFTER)


async def full_pass(context: Context) -> PassView:
    """
    Compare contacts, companies, owners and target groups with HubSpot.

    What changed of late is read first, so that what is found now had drifted.

    Raises:
        HubSpotTrouble: the next run goes on where this one stopped.
    """
    pass_id = await context.store.write(full_passes.begin, now=context.now())
    try:
        await read_changes(context)
        while await _read_contacts(context, pass_id):
            pass
        companies, drifted = await _read_companies(context)
        passes = await make_equal(context, (), AT_NIGHT)
        await read_named(context)
    except HubSpotTrouble as trouble:
        await context.store.write(full_passes.note_trouble, pass_id, str(trouble))
        raise
    view = await context.store.write(full_passes.end, pass_id, _drift(companies, drifted, passes), now=context.now())
    log.info(
        "everything compared with HubSpot",
        contacts=view.contacts,
        drifted=view.drifted,
        deleted=view.deleted,
        lists_drifted=view.lists_drifted,
        lists_unequal=view.lists_unequal,
    )
    return view


def _drift(companies: int, companies_drifted: int, passes: Sequence[GroupResult]) -> Drift:
    whole = [each for each in passes if each.trouble is None]
    return Drift(
        companies,
        companies_drifted,
        lists=len(whole),
        lists_drifted=sum(1 for each in whole if each.moved_unseen),
        lists_unequal=sum(1 for each in whole if each.told_size not in (None, each.size)),
    )


async def _read_contacts(context: Context, pass_id: int) -> bool:
    """The next thousand; False: there are no more."""
    ids, up_to = await context.store.read(full_passes.next_contacts, pass_id, CHUNK)
    if not ids:
        return False
    names, asked_at = await context.store.read(contact_properties.held_names), context.now()
    answers = await context.ask(partial(read_contacts, context.hubspot, ids, names, now=asked_at))
    belief = judge_removals(len(ids), len(answers.missing))
    if not belief.believable:
        raise BadAnswer(f"{len(answers.missing)} of {len(ids)} contacts are said to be unknown")
    drifted = deleted = 0
    for start in range(0, len(answers.found), STORED_AT_ONCE):
        some = answers.found[start : start + STORED_AT_ONCE]
        changed, gone = await context.store.write(store_and_count, some, context.hasher, now=context.now())
        drifted, deleted = drifted + changed, deleted + gone
    lost = await context.store.write(mark_missing, answers.missing, asked_at)
    counts = {"contacts": len(ids), "drifted": drifted + lost, "deleted": deleted + lost}
    await context.store.write(full_passes.note_contacts, pass_id, up_to, **counts)
    return True


def store_and_count(
    session: Session, states: Sequence[ContactState], hasher: Hasher, *, now: datetime
) -> tuple[int, int]:
    """How many contacts changed, and how many of them were live here and are deleted in HubSpot."""
    deleted = [state.hubspot_id for state in states if state.is_deleted]
    gone = full_passes.live_among(session, deleted)
    stored = store_states(session, states, hasher=hasher, now=now)
    return stored.updated, gone


async def _read_companies(context: Context) -> tuple[int, int]:
    """How many, and how many had drifted."""
    read, drifted, after = 0, 0, ""
    while ids := await context.store.read(full_passes.next_companies, after, CHUNK):
        drifted += len(await read_and_store_companies(context, ids))
        read, after = read + len(ids), ids[-1]
    return read, drifted
