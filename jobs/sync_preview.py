"""Sync preview: who would come to and go from target groups if they were made equal now; nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from decisions.mass_removal import judge
from jobs.context import Context
from jobs.hubspot.companies import read_companies
from jobs.hubspot.contacts import read_contacts
from jobs.hubspot.trouble import HubSpotTrouble
from jobs.list_pass import OnProgress, Phase, Progress, Unbelievable
from jobs.list_walk import ListGone, Walk, live_list
from storage import sync_previews, target_groups
from storage.contacts_arrived import name_of
from storage.sync_previews import PreviewedMember
from storage.target_groups import GroupView

# So many of those who come, and of those who go, are named.
NAMED: Final = 10
AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Preview:
    """
    What a sync would do to one group, in members, and the first of those who come and go by name.

    `trouble` says why it would fail, and what to do; counts are zero where HubSpot could not tell.
    """

    group: str
    joining: int = 0
    leaving: int = 0
    staying: int = 0
    held_back: int = 0
    first_joining: tuple[PreviewedMember, ...] = ()
    first_leaving: tuple[PreviewedMember, ...] = ()
    trouble: str | None = None


@dataclass(slots=True)
class _Difference:
    staying: set[int] = field(default_factory=set)
    joining: int = 0
    held_back: int = 0
    listed: int = 0
    first_joining: list[str] = field(default_factory=list)


async def preview_groups(
    context: Context, names: Sequence[str] = (), *, on_progress: OnProgress, accept_removals: bool = False
) -> list[Preview]:
    """
    Compare these groups (by name or list id; none: all that mirror a list) with HubSpot.

    Raises:
        storage.target_groups.NoSuchGroup, HubSpotTrouble, storage.portal.OtherPortal
    """
    groups = await context.store.read(target_groups.mirrors, names)
    await context.check_portal()
    return [await _preview_or_trouble(context, each, on_progress, accept_removals) for each in groups]


async def _preview_or_trouble(
    context: Context, group: GroupView, on_progress: OnProgress, accept_removals: bool
) -> Preview:
    try:
        return await _preview(context, group, on_progress, accept_removals)
    except (HubSpotTrouble, ListGone) as trouble:
        return Preview(group.name, trouble=str(trouble))


async def _preview(context: Context, group: GroupView, on_progress: OnProgress, accept_removals: bool) -> Preview:
    assert group.hubspot_list_id is not None
    began_at = context.now()
    told = await live_list(context, group.name, group.hubspot_list_id)
    found, walk = _Difference(), Walk(context.hubspot, group.hubspot_list_id)
    while not walk.is_done:
        page = await context.ask(walk.next_page)
        await _compare(context, group, page.ids, found)
        on_progress(Progress(group.name, Phase.MEMBERS, found.listed, told.size))
    leaving, after = list[int](), 0
    while keys := await context.store.read(sync_previews.members_after, group, began_at, after, AT_ONCE):
        leaving += [each for each in keys if each not in found.staying]
        after = keys[-1]
    belief = judge(group.size, len(leaving), found.listed, told.size, is_first=group.equal_since is None)
    return Preview(
        group.name,
        found.joining,
        len(leaving),
        len(found.staying),
        found.held_back,
        await _named_in_hubspot(context, group, found.first_joining),
        await context.store.read(sync_previews.named_members, group, leaving[:NAMED]),
        None if belief.believable or accept_removals else str(Unbelievable(belief)),
    )


async def _compare(context: Context, group: GroupView, ids: Sequence[str], found: _Difference) -> None:
    page = await context.store.read(sync_previews.compare, group, ids, context.hasher)
    found.staying |= page.staying
    found.joining += len(page.joining)
    found.held_back += page.held_back
    found.listed += len(ids)
    found.first_joining += page.joining[: NAMED - len(found.first_joining)]


async def _named_in_hubspot(context: Context, group: GroupView, ids: Sequence[str]) -> tuple[PreviewedMember, ...]:
    if not ids:
        return ()
    client, now = context.hubspot, context.now()
    if group.holds_companies:
        companies = await context.ask(lambda: read_companies(client, ids, now=now))
        return tuple(PreviewedMember(each.name, next(iter(each.domains), None)) for each in companies.found)
    contacts = await context.ask(lambda: read_contacts(client, ids, (), now=now))
    return tuple(PreviewedMember(name_of(each), each.email) for each in contacts.found)
