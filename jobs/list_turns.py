"""List turns: which imported lists are paged again now, and how often each may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from decisions.list_moved import ListTold, intervals, why_page
from jobs.context import Context
from jobs.hubspot.lists import search_lists
from jobs.hubspot.trouble import HubSpotTrouble
from storage import Session, list_walks, request_budgets, sync_runs
from storage.hubspot_lists import HubSpotListState
from storage.target_groups import GroupView

log = structlog.get_logger()

# Until HubSpot tells how many calls the account has a day: those of its smallest tier.
CALLS_A_DAY: Final = 250_000
# Smaller lists are paged at every hint.
LARGE: Final = 10_000
CUT_OFF: Final = "the last pass was cut off"
FAILED: Final = "the last pass failed"


@dataclass(frozen=True, slots=True)
class Turn:
    """A group whose list is paged now, and why."""

    group: GroupView
    reason: str


async def tell_lists(context: Context, groups: Sequence[GroupView]) -> dict[str, HubSpotListState]:
    """
    What HubSpot tells of the groups' lists without their members, 500 a request.

    A list that is missing was deleted, or could not be told: its own pass will say what is wrong.
    """
    ids = [group.hubspot_list_id for group in groups if group.hubspot_list_id is not None]
    if not ids:
        return {}
    try:
        told = await context.ask(partial(search_lists, context.hubspot, list_ids=ids, now=context.now()))
    except HubSpotTrouble as trouble:
        log.warning("HubSpot does not tell its lists", because=str(trouble))
        return {}
    return {each.list_id: each for each in told if each.deleted_at is None}


def told_of(state: HubSpotListState | None) -> ListTold:
    return ListTold(state.size, state.last_added_at, state.last_removed_at) if state else ListTold()


async def due(
    context: Context, groups: Sequence[GroupView], told: Mapping[str, HubSpotListState], every: timedelta
) -> list[Turn]:
    """Those whose list moved, or whose last pass failed, once their interval is over and unless somebody is at it."""
    under_way = await context.store.read(sync_runs.under_way, now=context.now())
    paged = await context.store.read(list_walks.paged)
    cut_off = await context.store.read(list_walks.cut_off)
    rested = await context.store.read(rested_groups, groups, every, context.now() + every / 2)
    turns = []
    for group in groups:
        if group.id in under_way:
            continue
        reason = why_page(told_of(told.get(group.hubspot_list_id or "")), paged.get(group.id))
        if group.id in cut_off:
            turns.append(Turn(group, CUT_OFF))
        elif (reason or group.trouble) and group.id in rested:
            turns.append(Turn(group, reason or FAILED))
    return turns


def rest_before(session: Session, groups: Sequence[GroupView], group: GroupView, now: datetime) -> timedelta:
    """How long a hint about this group's list waits, if it is large; zero or less: not at all."""
    began = sync_runs.last_begun(session).get(group.id)
    if began is None or group.size < LARGE:
        return timedelta(0)
    return began + interval_of(session, groups, timedelta(0))[group.id] - now


def interval_of(session: Session, groups: Sequence[GroupView], every: timedelta) -> dict[int, timedelta]:
    """How often each group's list is paged at most, however much moves in it; by group."""
    day = request_budgets.day(session)
    sizes = {str(group.id): group.size + group.held_back for group in groups}
    found = intervals(sizes, every, day.most if day and day.most else CALLS_A_DAY)
    return {group.id: found[str(group.id)] for group in groups}


def rested_groups(session: Session, groups: Sequence[GroupView], every: timedelta, by: datetime) -> frozenset[int]:
    """Those whose last pass began so long before `by` that the next one may; only large lists have to rest."""
    interval, began = interval_of(session, groups, every), sync_runs.last_begun(session)

    def is_rested(group_id: int) -> bool:
        return interval[group_id] <= every or group_id not in began or began[group_id] + interval[group_id] <= by

    return frozenset(each.id for each in groups if is_rested(each.id))
