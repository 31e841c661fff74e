"""Whose members are counted only in groups: chosen in a modal, which asks before past views and clicks are folded."""

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from bot.blocks.counting_modals import COUNTED_GROUPS, MOST_GROUPS, confirm_modal, counting_modal, group_options
from bot.blocks.elements import Block
from bot.desk import Place
from bot.modal import MOST_SUGGESTED, Search, Submission
from bot.press import Press
from bot.setup import renew_checklist
from storage import Busy, Session, StoreDown, aggregate_only, target_groups


class Switches(msgspec.Struct, frozen=True):
    """
    What a modal carries: where the checklist stands, and groups by id.

    `shown` stood in the question; `on` and `off` are to be switched.
    """

    place: Place
    shown: tuple[int, ...] = ()
    on: tuple[int, ...] = ()
    off: tuple[int, ...] = ()


async def choose(press: Press) -> None:
    """*Choose groups*: whose members are counted only in groups."""
    groups, reader = await press.desk.store.read(target_groups.all_groups), press.visit.reader
    chosen = [group for group in groups if group.is_aggregate_only][:MOST_GROUPS]
    carried = Switches(press.place, shown=tuple(group.id for group in chosen))
    await press.open(lambda metadata: counting_modal(chosen, reader, metadata=metadata), carried)


async def suggest(search: Search) -> Sequence[Block]:
    """What somebody types finds these target groups."""
    part = search.typed.casefold()
    groups = await search.desk.store.read(target_groups.all_groups)
    found = [group for group in groups if part in group.name.casefold()]
    return group_options(found[:MOST_SUGGESTED], search.visit.reader)


async def chosen(submission: Submission) -> None:
    """*Save*: asks once more where members come to be counted only in groups, as their past is folded."""
    wanted = {int(one["value"]) for one in submission.answers[COUNTED_GROUPS].get("selected_options") or ()}
    groups = await submission.desk.store.read(target_groups.all_groups)
    carried = submission.carried(Switches)
    # What somebody else switched on meanwhile, and what there was no room to show, stays so.
    taken_out = set(carried.shown) - wanted
    switches = Switches(
        carried.place,
        on=tuple(one.id for one in groups if one.id in wanted and not one.is_aggregate_only),
        off=tuple(one.id for one in groups if one.id in taken_out and one.is_aggregate_only),
    )
    if switches.on:
        asked = [group for group in groups if group.id in switches.on]
        metadata = msgspec.json.encode(switches).decode()
        await submission.become(confirm_modal(asked, submission.visit.reader, metadata=metadata))
        return
    await _switch(switches, submission)


async def confirmed(submission: Submission) -> None:
    """*Count in groups*: from now on; what was recorded until now is folded by the worker within a minute."""
    await _switch(submission.carried(Switches), submission)


async def _switch(switches: Switches, submission: Submission) -> None:
    desk, visit = submission.desk, submission.visit
    try:
        await desk.store.write(_switch_all, switches.on, switches.off, actor=visit.actor, now=desk.now())
    except (StoreDown, Busy):
        await submission.object(COUNTED_GROUPS, visit.reader.texts.plain("store_down"))
        return
    await submission.close()
    await renew_checklist(switches.place, visit, submission.client, desk)


def _switch_all(session: Session, on: Collection[int], off: Collection[int], *, actor: str, now: datetime) -> None:
    for group_id in (*on, *off):
        aggregate_only.switch(session, group_id, on=group_id in on, actor=actor, now=now)
