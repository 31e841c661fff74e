"""Whose members are counted only in groups: chosen in a modal, which asks before past views and clicks are folded."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

import msgspec
from slack_bolt.async_app import AsyncAck, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.counting_modals import COUNTED_GROUPS, confirm_modal, counting_modal, group_options
from bot.desk import Desk, Place, Visit
from bot.permissions import Right
from bot.setup import renew_checklist
from storage import Busy, Session, StoreDown, aggregate_only, target_groups

MOST_SUGGESTED: Final = 100


class Switches(msgspec.Struct, frozen=True):
    """What a modal carries: where the checklist stands, and the groups to be switched on and off, by id."""

    place: Place
    on: tuple[int, ...] = ()
    off: tuple[int, ...] = ()


async def choose(
    ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext, desk: Desk
) -> None:
    """*Choose groups*: whose members are counted only in groups."""
    await ack()
    visit = await desk.admit(context, Right.DECIDE)
    groups = await desk.store.read(target_groups.all_groups)
    metadata = msgspec.json.encode(Switches(Place.of(body))).decode()
    chosen = [group for group in groups if group.is_aggregate_only]
    await client.views_open(trigger_id=body["trigger_id"], view=counting_modal(chosen, visit.reader, metadata=metadata))


async def suggest(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, desk: Desk) -> None:
    """What somebody types finds these target groups."""
    visit = await desk.admit(context, Right.DECIDE)
    part = str(body.get("value") or "").casefold()
    groups = await desk.store.read(target_groups.all_groups)
    found = [group for group in groups if part in group.name.casefold()]
    await ack(options=group_options(found[:MOST_SUGGESTED], visit.reader))


async def chosen(
    ack: AsyncAck, view: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext, desk: Desk
) -> None:
    """*Save*: asks once more where members come to be counted only in groups, as their past is folded."""
    visit = await desk.admit(context, Right.DECIDE)
    selected = view["state"]["values"][COUNTED_GROUPS][COUNTED_GROUPS].get("selected_options") or ()
    wanted = {int(one["value"]) for one in selected}
    groups = await desk.store.read(target_groups.all_groups)
    switches = Switches(
        _carried(view).place,
        on=tuple(one.id for one in groups if one.id in wanted and not one.is_aggregate_only),
        off=tuple(one.id for one in groups if one.id not in wanted and one.is_aggregate_only),
    )
    if switches.on:
        asked = [group for group in groups if group.id in switches.on]
        metadata = msgspec.json.encode(switches).decode()
        await ack(response_action="update", view=confirm_modal(asked, visit.reader, metadata=metadata))
        return
    await _switch(ack, switches, visit, client, desk)


async def confirmed(
    ack: AsyncAck, view: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext, desk: Desk
) -> None:
    """*Count in groups*: from now on; what was recorded until now is folded by the worker within a minute."""
    visit = await desk.admit(context, Right.DECIDE)
    await _switch(ack, _carried(view), visit, client, desk)


async def _switch(ack: AsyncAck, switches: Switches, visit: Visit, client: AsyncWebClient, desk: Desk) -> None:
    try:
        await desk.store.write(_switch_all, switches.on, switches.off, actor=visit.actor, now=desk.now())
    except (StoreDown, Busy):
        await ack(response_action="errors", errors={COUNTED_GROUPS: visit.reader.texts.plain("store_down")})
        return
    await ack()
    await renew_checklist(switches.place, visit, client, desk)


def _switch_all(session: Session, on: Collection[int], off: Collection[int], *, actor: str, now: datetime) -> None:
    for group_id in (*on, *off):
        aggregate_only.switch(session, group_id, on=group_id in on, actor=actor, now=now)


def _carried(view: dict[str, Any]) -> Switches:
    return msgspec.json.decode(view["private_metadata"], type=Switches)
