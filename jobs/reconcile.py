"""Reconcile: make target groups equal to their HubSpot lists, one pass per group at a time over all processes."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from decisions.list_moved import why_page
from jobs.changes import ChangesFound, find_changes
from jobs.context import Context
from jobs.group_trouble import group_trouble
from jobs.hubspot.trouble import HubSpotTrouble
from jobs.list_pass import Known, ListPass, OnProgress, Phase, Progress, Unbelievable
from jobs.list_turns import Turn, due, tell_lists, told_of
from jobs.list_walk import ListGone
from jobs.named_records import read_named
from storage import Session, list_walks, sync_runs, target_groups
from storage.admin_told import Matter, tell_admin
from storage.group_trouble import GroupTrouble, TroubleKind
from storage.hubspot_lists import HubSpotListState
from storage.portal import OtherPortal
from storage.sync_runs import Lease, LeaseLost, Outcome, PassUnderWay
from storage.target_groups import GroupView, NoSuchGroup

log = structlog.get_logger()

# How often one who waits for another process's pass looks whether it is over.
LOOK_AGAIN_S: Final = 0.25

BY_HAND: Final = "asked for by hand"


@dataclass(frozen=True, slots=True)
class GroupResult:
    """
    What a sync did to one group, in members; `trouble` says why it failed and what to do, None when it did not.

    `failed` members of the list could not be read or shown; `held_back` were erased, and are only counted.
    `told_size`: the list's size as HubSpot told it before, which lags behind its members; None: it did not.
    `moved_unseen`: members came or went, though what HubSpot tells of the list had not moved since the last pass.
    """

    group: str
    added: int
    removed: int
    updated: int
    unchanged: int
    failed: int
    held_back: int
    requests: int
    seconds: float
    trouble: str | None
    told_size: int | None = None
    moved_unseen: bool = False

    @property
    def size(self) -> int:
        """Members of the list as the pass found them."""
        return self.added + self.updated + self.unchanged + self.held_back + self.failed


@dataclass(frozen=True, slots=True)
class Wish:
    """
    How passes are to be made: why, and whether HubSpot is believed whatever it answers.

    `reads_changes`: what changed in HubSpot is read first; else that is left to its own job.
    """

    reason: str = BY_HAND
    reads_changes: bool = True
    accept_removals: bool = False
    on_progress: OnProgress = lambda progress: None


async def run(context: Context, every: timedelta) -> list[GroupResult]:
    """The job: those groups whose list moved, or whose last pass did not go through."""
    groups = await context.store.read(target_groups.mirrors)
    if trouble := await _why_not(context):
        return await _all_failed(context, groups, trouble)
    told = await tell_lists(context, groups)
    turns = await due(context, groups, told, every)
    return await _make_passes(context, turns, told, Wish(reads_changes=False), ChangesFound())


async def sync_groups(
    context: Context,
    names: Sequence[str] = (),
    *,
    on_progress: OnProgress = lambda progress: None,
    accept_removals: bool = False,
) -> list[GroupResult]:
    """
    Make these groups (by name or list id; none: all that mirror a list) equal to HubSpot now, one after the other.

    A group whose pass fails keeps its last good state, and its result says why.

    Raises:
        storage.target_groups.NoSuchGroup
    """
    wish = Wish(accept_removals=accept_removals, on_progress=on_progress)
    return await make_equal(context, names, wish)


async def make_equal(context: Context, names: Sequence[str], wish: Wish) -> list[GroupResult]:
    """
    Page the lists of these groups, moved or not.

    Raises:
        storage.target_groups.NoSuchGroup
    """
    groups = await context.store.read(target_groups.mirrors, names)
    if trouble := await _why_not(context):
        return await _all_failed(context, groups, trouble)
    found = await _changes(context) if wish.reads_changes else ChangesFound()
    told = await tell_lists(context, groups)
    return await _make_passes(context, [Turn(group, wish.reason) for group in groups], told, wish, found)


async def _why_not(context: Context) -> GroupTrouble | None:
    try:
        await context.check_portal()
    except (HubSpotTrouble, OtherPortal) as trouble:
        return group_trouble(trouble)
    return None


async def _all_failed(context: Context, groups: Sequence[GroupView], because: GroupTrouble) -> list[GroupResult]:
    return [await _failed(context, group, None, because, context.now(), 0) for group in groups]


async def _changes(context: Context) -> ChangesFound:
    """What changed of late; where HubSpot does not say so, each pass reads all of its contacts."""
    try:
        return await find_changes(context)
    except HubSpotTrouble as trouble:
        log.warning("changes in HubSpot not read", because=str(trouble))
        return ChangesFound(is_whole=False)


async def _make_passes(
    context: Context, turns: Sequence[Turn], told: Mapping[str, HubSpotListState], wish: Wish, found: ChangesFound
) -> list[GroupResult]:
    results, paged, began_at = [], await context.store.read(list_walks.paged), context.now()
    for turn in turns:
        group = turn.group
        # A group that was equal once and was read whole never: not with the properties that are held now.
        is_fresh = found.is_whole and (group.id in paged or group.equal_since is None)
        updated = found.updated_accounts if group.holds_companies else found.updated
        known = Known(told.get(group.hubspot_list_id or ""), None if is_fresh else began_at, updated)
        result, moves = await _sync_group(context, turn, known, wish), told_of(known.told)
        unseen = why_page(moves, paged.get(turn.group.id)) is None and result.added + result.removed > 0
        results.append(replace(result, told_size=moves.size, moved_unseen=unseen))
    if results:
        await read_named(context)
    return results


async def _sync_group(context: Context, turn: Turn, known: Known, wish: Wish) -> GroupResult:
    group = turn.group
    began_at, lease, requests_before = context.now(), None, context.hubspot.requests
    patience = context.patience.total_seconds()
    try:
        async with asyncio.timeout(patience) as limit:

            def progressed(progress: Progress) -> None:
                limit.reschedule(asyncio.get_running_loop().time() + patience)
                wish.on_progress(progress)

            lease = await _begin(context, turn, progressed)
            list_pass = ListPass(context, group, lease, known, progressed)
            outcome = await list_pass.run(accept_removals=wish.accept_removals)
    except (HubSpotTrouble, ListGone, Unbelievable, NoSuchGroup, LeaseLost) as trouble:
        because = group_trouble(trouble)
    except TimeoutError:
        told = f"no progress for {patience:.0f} s, so the pass gave up; it is tried again by itself"
        because = GroupTrouble(told, TroubleKind.STUCK)
    else:
        log.info("target group made equal", group=group.id, added=outcome.added, removed=outcome.removed)
        return _result(group, outcome, context.now() - began_at)
    requests = context.hubspot.requests - requests_before
    return await _failed(context, group, lease, because, began_at, requests)


async def _begin(context: Context, turn: Turn, on_progress: OnProgress) -> Lease:
    """The right to make the group equal, as soon as no other pass is at it."""
    group, begin = turn.group, partial(sync_runs.begin, reason=turn.reason)
    while True:
        try:
            return await context.store.write(begin, group.id, context.new_id(), now=context.now())
        except PassUnderWay:
            on_progress(Progress(group.name, Phase.WAITING, 0, None))
            await asyncio.sleep(LOOK_AGAIN_S)


async def _failed(
    context: Context, group: GroupView, lease: Lease | None, because: GroupTrouble, began_at: datetime, requests: int
) -> GroupResult:
    log.warning("target group not made equal", group=group.id, because=because.text)
    outcome = Outcome(requests=requests, trouble=because.text)
    await context.store.write(note_failure, group.id, lease, outcome, because, now=context.now())
    return _result(group, outcome, context.now() - began_at)


def note_failure(
    session: Session, group_id: int, lease: Lease | None, outcome: Outcome, because: GroupTrouble, *, now: datetime
) -> None:
    """Why a pass failed (without a lease: before it began); the admin is told once, until it is well again."""
    if lease is not None:
        try:
            sync_runs.end(session, lease, outcome, now=now)
        except LeaseLost:
            return  # whoever took over will say how it went
    if all(each.id != group_id for each in target_groups.mirrors(session)):
        return  # the list was unlinked meanwhile
    if target_groups.note_trouble(session, group_id, because, now=now):
        tell_admin(session, Matter.TARGET_GROUPS, now=now)


def _result(group: GroupView, outcome: Outcome, took: timedelta) -> GroupResult:
    return GroupResult(group=group.name, seconds=took.total_seconds(), **asdict(outcome))
