"""One pass over one HubSpot list: its members onto the stage, their present states into the store, then equal."""

import asyncio
from array import array
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Concatenate, Final, ParamSpec, TypeVar

from decisions.mass_removal import Belief, judge
from jobs.context import Context
from jobs.hubspot.contacts import CHUNK, read_contacts
from jobs.hubspot.trouble import BadAnswer, Refused
from jobs.list_turns import told_of
from jobs.list_walk import Walk, live_list, stage_page
from jobs.named_records import read_and_store_companies
from jobs.read_ahead import ReadAhead, reading_ahead
from storage import (
    Busy,
    Session,
    StoreDown,
    companies,
    contact_properties,
    editions,
    list_walks,
    opt_outs,
    staging,
    sync_runs,
    target_groups,
)
from storage.admin_told import Matter, tell_admin
from storage.contacts import ContactState
from storage.contacts_arrived import STORED_AT_ONCE, mark_missing, store_states
from storage.editions import Edition
from storage.hubspot_lists import HubSpotListState
from storage.list_walks import Place
from storage.opt_outs import Hasher, PersonKeys
from storage.sync_runs import Lease, LeaseLost, Outcome
from storage.target_groups import GroupView

P = ParamSpec("P")
Out = TypeVar("Out")
Item = TypeVar("Item")

HEARTBEAT: Final = timedelta(seconds=2)


class Phase(StrEnum):
    """What a pass is at."""

    WAITING = "waiting for another pass"
    MEMBERS = "reading members"
    RECORDS = "reading records"
    EQUAL = "making equal"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a pass is; `total` is None, HubSpot's estimate of members, or the records that are known to be read."""

    group: str
    phase: Phase
    done: int
    total: int | None


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Known:
    """
    What a pass need not ask. `told`: its list, as HubSpot told it with others; None: ask.

    `fresh_since`: who was asked for since then is as HubSpot has them; None: everybody who is live here. Of these,
    `updated` changed just now (our own ids, of contacts or accounts as the group holds them).
    """

    told: HubSpotListState | None = None
    fresh_since: datetime | None = None
    updated: Sequence[int] = ()


class Unbelievable(Exception):
    """So many members would leave, or did not come, that HubSpot's answer is doubted; the group stays as it was."""

    def __init__(self, belief: Belief) -> None:
        super().__init__(
            f"{belief.because}; the group stays as it was. If it is right: footlight sync --accept-removals"
        )


class ListPass:
    """A pass that holds the lease of its group."""

    def __init__(self, context: Context, group: GroupView, lease: Lease, known: Known, on_progress: OnProgress) -> None:
        assert group.hubspot_list_id is not None
        self.context = context
        self.group = group
        self.list_id = group.hubspot_list_id
        self.lease = lease
        self.known = known
        self.began_at = context.now()
        self.updated = 0
        self._updated = array("q", known.updated)
        self._names: Sequence[str] = ()
        self._done = self._total = 0
        self._on_progress = on_progress
        self._requests_before = context.hubspot.requests

    @property
    def requests(self) -> int:
        """Requests to HubSpot since the pass began, those of other work in this process too."""
        return self.context.hubspot.requests - self._requests_before

    async def run(self, *, accept_removals: bool) -> Outcome:
        """
        Make the group equal to its list; a walk that was cut off goes on where it stood.

        Raises:
            HubSpotTrouble, ListGone, Unbelievable, NoSuchGroup, LeaseLost: the group holds whom it held before.
        """
        async with self._heartbeats():
            told = await self._read_list()
            try:
                return await self._walk(told, accept_removals)
            except (BadAnswer, Refused, Unbelievable):
                # What was read is not gone on with.
                await self._write(list_walks.forget, self.group.id)
                raise

    async def _walk(self, told: HubSpotListState, accept_removals: bool) -> Outcome:
        self._names = await self.context.store.read(contact_properties.held_names)
        read = self._read_companies if self.group.holds_companies else self._read_contacts
        async with reading_ahead(read) as ahead:
            await self._stage_members(told, ahead)
        await self._write(editions.learn_size, "staged_member")
        self._progress(Phase.EQUAL, 0, None)
        return await self._make_equal(told.size, accept_removals)

    @asynccontextmanager
    async def _heartbeats(self) -> AsyncIterator[None]:
        """A pass that waits for HubSpot is not dead."""
        beating = asyncio.create_task(self._beat())
        try:
            yield
        finally:
            beating.cancel()
            with suppress(asyncio.CancelledError):
                await beating

    async def _beat(self) -> None:
        with suppress(LeaseLost):  # the pass learns it with its next write
            while True:
                await asyncio.sleep(HEARTBEAT.total_seconds())
                with suppress(Busy, StoreDown):
                    await self.context.store.write(sync_runs.heartbeat, self.lease, now=self.context.now())

    async def _read_list(self) -> HubSpotListState:
        told = self.known.told or await live_list(self.context, self.group.name, self.list_id)
        await self._write(target_groups.follow_name, told)
        return told

    async def _stage_members(self, told: HubSpotListState, ahead: ReadAhead) -> None:
        """Members come a page at a time, and their records are read meanwhile, so that no request waits for another."""
        place = await self._place()
        self.began_at, seen = place.began_at, place.staged
        if place.staged:
            await self._take_up(ahead)
        walk = Walk(self.context.hubspot, self.list_id, place.after, is_done=place.is_whole)
        while not walk.is_done:
            page = await self.context.ask(walk.next_page)
            await self._write(stage_page, self.group.id, page)
            seen += len(page.ids)
            self._progress(Phase.MEMBERS, seen, told.size)
            which = (page.ids, self.known.fresh_since, self.group.holds_companies)
            await self._read_soon(await self.context.store.read(staging.to_read_among, *which), ahead)

    async def _take_up(self, ahead: ReadAhead) -> None:
        """The walk that was cut off staged members whose records it may not have read."""
        await self._write(editions.learn_size, "staged_member")
        after, which = "", (self.known.fresh_since, self.group.holds_companies)
        while ids := await self.context.store.read(staging.to_read_after, self.group.id, after, CHUNK, *which):
            after = ids[-1]
            await self._read_soon(ids, ahead)

    async def _read_soon(self, ids: Sequence[str], ahead: ReadAhead) -> None:
        self._total += len(ids)
        await ahead.add(ids)

    async def _place(self) -> Place:
        """Where the walk that was cut off stands, or the begin of a new one."""
        moves = told_of(self.known.told)
        place = await self.context.store.read(list_walks.place, self.group.id, moves, now=self.context.now())
        if place is not None:
            return place
        while await self._write(list_walks.forget, self.group.id):
            pass
        return await self._write(list_walks.begin, self.group.id, moves, now=self.context.now())

    async def _make_equal(self, size: int | None, accept_removals: bool) -> Outcome:
        """Mark who leaves and who joins a part at a time; then all at once it holds, with the record of the run."""
        store = self.context.store
        for table in editions.COMPARED:
            await self._write(editions.learn_size, table)
        edition = await self._write(editions.next_edition, self.group.id, holds_companies=self.group.holds_companies)
        while await self._write(editions.tidy, edition):
            pass
        before = await store.read(editions.members_shown, edition)
        staged = await store.read(staging.staged_count, self.group.id)
        removed = await self._mark_leaving(edition)
        belief = judge(before, removed, staged, size, is_first=self.group.equal_since is None)
        if not (belief.believable or accept_removals):
            raise Unbelievable(belief)
        added = await self._mark_joining(edition)
        for some in _parts(sorted(set(self._updated)), editions.MARKED_AT_ONCE):
            self.updated += await store.read(editions.staying_among, edition, some)
        held_back, failed = await store.read(editions.failed_on_stage, edition)
        unchanged = max(0, before - removed - self.updated)
        outcome = Outcome(added, removed, self.updated, unchanged, failed, held_back, self.requests)
        await self._write(self._show, edition, held_back)
        while await self._write(editions.tidy, replace(edition, shown=edition.next)):
            pass
        await self._write(self._end, outcome)
        return outcome

    async def _mark_leaving(self, edition: Edition) -> int:
        read, marked, after = self.context.store.read, 0, 0
        while keys := await read(editions.leaving, edition, self.began_at, after, editions.MARKED_AT_ONCE):
            marked += await self._write(editions.mark_leaving, edition, self.began_at, keys)
            after = keys[-1]
            self._progress(Phase.EQUAL, marked, None)
        return marked

    async def _mark_joining(self, edition: Edition) -> int:
        read, marked, after = self.context.store.read, 0, ""
        while ids := await read(editions.joining, edition, after, editions.MARKED_AT_ONCE):
            marked += await self._write(editions.mark_joining, edition, ids, now=self.context.now())
            after = ids[-1]
            self._progress(Phase.EQUAL, marked, None)
        return marked

    def _show(self, session: Session, edition: Edition, held_back: int) -> None:
        """All at once: the members, the group's state, and a word if it is well again."""
        editions.show(session, edition)
        list_walks.end(session, self.group.id)
        if target_groups.note_equal(session, self.group.id, since=self.began_at, held_back=held_back):
            tell_admin(session, Matter.TARGET_GROUPS, now=self.context.now())

    def _end(self, session: Session, outcome: Outcome) -> None:
        sync_runs.end(session, self.lease, outcome, now=self.context.now())

    async def _read_contacts(self, ids: Sequence[str]) -> None:
        asked_at, client, names = self.context.now(), self.context.hubspot, self._names
        erased = await self._write(hold_back_erased, self.group.id, ids, self.context.hasher)
        rest = [each for each in ids if each not in erased]
        answers = await self.context.ask(lambda: read_contacts(client, rest, names, now=asked_at))
        for states in _parts(answers.found):
            self.updated += await self._write(store_members, self.group.id, states, self.context.hasher, asked_at)
            self._step(len(states))
        await self._write(mark_missing, answers.missing, asked_at)
        self._step(len(ids) - len(answers.found))

    async def _read_companies(self, ids: Sequence[str]) -> None:
        changed = await read_and_store_companies(self.context, ids)
        self._updated.extend(await self.context.store.read(companies.accounts_of, changed))
        self._step(len(ids))

    def _step(self, records: int) -> None:
        self._done += records
        self._progress(Phase.RECORDS, self._done, self._total)

    async def _write(self, fn: Callable[Concatenate[Session, P], Out], *args: P.args, **kwargs: P.kwargs) -> Out:
        """A write of the pass: only while it holds the lease."""
        return await self.context.store.write(while_held, self.lease, self.context.now(), fn, *args, **kwargs)

    def _progress(self, phase: Phase, done: int, total: int | None) -> None:
        self._on_progress(Progress(self.group.name, phase, done, total))


def while_held(
    session: Session,
    lease: Lease,
    now: datetime,
    fn: Callable[Concatenate[Session, P], Out],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> Out:
    sync_runs.heartbeat(session, lease, now=now)
    return fn(session, *args, **kwargs)


def hold_back_erased(session: Session, group_id: int, ids: Sequence[str], hasher: Hasher) -> set[str]:
    """Those who were erased by their ids: HubSpot is not even asked about them."""
    keys = {each: PersonKeys.of(hasher, emails=(), hubspot_ids=(each,)) for each in ids}
    erased = {each for each, state in opt_outs.states(session, keys).items() if state.erased}
    staging.hold_back(session, group_id, erased)
    return erased


def store_members(
    session: Session, group_id: int, states: Sequence[ContactState], hasher: Hasher, now: datetime
) -> int:
    """Store contacts as they come; how many were members before and hold other values now."""
    members = staging.members_among(session, group_id, {id_ for state in states for id_ in state.ids})
    before = [state for state in states if not members.isdisjoint(state.ids)]
    others = [state for state in states if members.isdisjoint(state.ids)]
    stored = store_states(session, before, hasher=hasher, now=now)
    held_back = stored.held_back | store_states(session, others, hasher=hasher, now=now).held_back
    staging.hold_back(session, group_id, held_back)
    return stored.updated


def _parts(items: Sequence[Item], size: int = STORED_AT_ONCE) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
