"""What is done about each kind of hint: HubSpot is asked for the present state, and that is stored."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

import structlog

from decisions.retries import retry_after
from jobs.context import Context, all_of
from jobs.hubspot.contacts import memberships_of, read_contacts
from jobs.hubspot.trouble import NotFound
from jobs.named_records import read_and_store_companies, read_named
from storage import Session, companies, contact_properties, contacts, hints_answered, inbox, privacy, target_groups
from storage.admin_told import Matter, tell_admin
from storage.contacts import ContactState
from storage.database import forget_bytes
from storage.hints_answered import ContactsToday
from storage.inbox import ClaimedHint
from storage.opt_outs import Hasher

log = structlog.get_logger()

Hints = Sequence[ClaimedHint]

AT_ONCE: Final = 4
# A privacy deletion may be told while the record is still in HubSpot's bin: about six minutes are waited for it to go.
MOST_LOOKS: Final = 5


async def about_contacts(context: Context, hints: Hints) -> None:
    ids = [hint.object_id for hint in hints]
    names = await context.store.read(contact_properties.held_names)
    asked_at = context.now()
    answers = await context.ask(lambda: read_contacts(context.hubspot, ids, names, now=asked_at), tries=1)
    mirrors = await context.store.read(target_groups.imported_lists)
    lists = await _lists_of(context, [each for each in answers.found if not each.is_deleted]) if mirrors else {}
    today = ContactsToday(asked_at, answers.found, answers.missing, lists)
    stored = await context.store.write(
        hints_answered.store_today, today, hints, hasher=context.hasher, now=context.now()
    )
    log.info("hints about contacts applied", hints=len(hints), added=stored.added, updated=stored.updated)
    if stored.added or stored.updated:
        await read_named(context)


async def _lists_of(context: Context, live: Sequence[ContactState]) -> dict[str, frozenset[str]]:
    """The lists that each is in, one request a contact; those of whom HubSpot does not say are left out."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def ask(contact: ContactState) -> frozenset[str] | None:
        async with slots:
            with suppress(NotFound):
                client, hubspot_id = context.hubspot, contact.hubspot_id
                return await context.ask(lambda: memberships_of(client, hubspot_id), tries=1)
        return None

    answers = await all_of(ask(contact) for contact in live)
    return {each.hubspot_id: lists for each, lists in zip(live, answers, strict=True) if lists is not None}


async def about_companies(context: Context, hints: Hints) -> None:
    """Companies that no contact and no group of ours names are nothing to us."""
    ids = await context.store.read(companies.known_companies, [hint.object_id for hint in hints])
    if ids:
        await read_and_store_companies(context, sorted(ids))
    await context.store.write(inbox.applied, hints)


async def about_privacy_deletions(context: Context, hints: Hints) -> None:
    """Who is gone from HubSpot is erased, who is in its bin may soon be; of all others the admin is told."""
    ids = [hint.object_id for hint in hints]
    now = context.now()
    answers = await context.ask(lambda: read_contacts(context.hubspot, ids, (), now=now), tries=1)
    in_bin = {id_ for state in answers.found if state.is_deleted for id_ in state.ids}
    gone = [hint for hint in hints if hint.object_id in answers.missing]
    waiting = [hint for hint in hints if hint.object_id in in_bin and hint.attempts + 1 < MOST_LOOKS]
    there = [hint for hint in hints if hint not in gone and hint not in waiting]
    await context.store.write(erase_gone, gone, context.hasher, now=context.now())
    for hint in waiting:
        retry_at = context.now() + retry_after(hint.attempts + 1)
        await context.store.write(inbox.failed, [hint], "it is still in HubSpot's bin", retry_at)
    await context.store.write(give_up_erasing, there, in_bin, now=context.now())
    if gone:
        await asyncio.to_thread(forget_bytes, context.store.engine)


def erase_gone(session: Session, hints: Hints, hasher: Hasher, *, now: datetime) -> None:
    """HubSpot has proven the privacy deletions: forget these people."""
    for hint in hints:
        privacy.erase_contact(session, hint.object_id, actor="hubspot", hasher=hasher, now=now)
    inbox.applied(session, hints)


def give_up_erasing(session: Session, hints: Hints, in_bin: Collection[str], *, now: datetime) -> None:
    """HubSpot still holds these people, so they are not erased; who is live there is shown again."""
    for hint in hints:
        if hint.object_id not in in_bin:
            contacts.show_again(session, hint.object_id)
        tell_admin(session, Matter.STILL_IN_HUBSPOT, hint.object_id, now=now)
    inbox.bury(session, hints, "a privacy deletion was told, but HubSpot still holds the contact", now=now)
