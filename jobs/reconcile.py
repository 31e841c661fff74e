"""Reconcile: make target groups equal to their HubSpot lists, one pass per group at a time over all processes."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from jobs.context import Context
from jobs.hubspot.trouble import HubSpotTrouble
from jobs.list_pass import ListGone, ListPass, OnProgress, Phase, Progress, Unbelievable
from jobs.named_records import read_named
from storage import Session, sync_runs, target_groups
from storage.admin_told import Matter, tell_admin
from storage.portal import OtherPortal
from storage.sync_runs import Lease, LeaseLost, Outcome, PassUnderWay
from storage.target_groups import GroupView

log = structlog.get_logger()

# How often one who waits for another process's pass looks whether it is over.
LOOK_AGAIN_S: Final = 0.25


@dataclass(frozen=True, slots=True)
class GroupResult:
    """
    What a sync did to one group, in members; `trouble` says why it failed and what to do, None when it did not.

    `failed` members of the list could not be read or shown; `held_back` were erased, and are only counted.
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


async def run(context: Context) -> list[GroupResult]:
    """The job: every group that mirrors a list."""
    return await sync_groups(context)


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
    groups = await context.store.read(target_groups.mirrors, names)
    try:
        await context.check_portal()
    except (HubSpotTrouble, OtherPortal) as trouble:
        return [await _failed(context, group, None, str(trouble), context.now(), 0) for group in groups]
    results = [await _sync_group(context, group, on_progress, accept_removals) for group in groups]
    await read_named(context)
    return results


async def _sync_group(
    context: Context, group: GroupView, on_progress: OnProgress, accept_removals: bool
) -> GroupResult:
    began_at, lease, requests_before = context.now(), None, context.hubspot.requests
    patience = context.patience.total_seconds()
    try:
        async with asyncio.timeout(patience) as limit:

            def progressed(progress: Progress) -> None:
                limit.reschedule(asyncio.get_running_loop().time() + patience)
                on_progress(progress)

            lease = await _begin(context, group, progressed)
            outcome = await ListPass(context, group, lease, progressed).run(accept_removals=accept_removals)
    except (HubSpotTrouble, ListGone, Unbelievable, LeaseLost) as trouble:
        because = str(trouble)
    except TimeoutError:
        because = f"no progress for {patience:.0f} s, so the pass gave up; it is tried again by itself"
    else:
        log.info("target group made equal", group=group.id, added=outcome.added, removed=outcome.removed)
        return _result(group, outcome, context.now() - began_at)
    requests = context.hubspot.requests - requests_before
    return await _failed(context, group, lease, because, began_at, requests)


async def _begin(context: Context, group: GroupView, on_progress: OnProgress) -> Lease:
    """The right to make the group equal, as soon as no other pass is at it."""
    while True:
        try:
            return await context.store.write(sync_runs.begin, group.id, context.new_id(), now=context.now())
        except PassUnderWay:
            on_progress(Progress(group.name, Phase.WAITING, 0, None))
            await asyncio.sleep(LOOK_AGAIN_S)


async def _failed(
    context: Context, group: GroupView, lease: Lease | None, because: str, began_at: datetime, requests: int
) -> GroupResult:
    log.warning("target group not made equal", group=group.id, because=because)
    outcome = Outcome(requests=requests, trouble=because)
    await context.store.write(note_failure, group.id, lease, outcome, now=context.now())
    return _result(group, outcome, context.now() - began_at)


def note_failure(session: Session, group_id: int, lease: Lease | None, outcome: Outcome, *, now: datetime) -> None:
    """Why a pass failed (without a lease: before it began); the admin is told once, until it is well again."""
    if lease is not None:
        try:
            sync_runs.end(session, lease, outcome, now=now)
        except LeaseLost:
            return  # whoever took over will say how it went
    if outcome.trouble and target_groups.note_trouble(session, group_id, outcome.trouble, now=now):
        tell_admin(session, Matter.TARGET_GROUPS, now=now)


def _result(group: GroupView, outcome: Outcome, took: timedelta) -> GroupResult:
    return GroupResult(group=group.name, seconds=took.total_seconds(), **asdict(outcome))
