"""The HubSpot lists that become target groups, chosen in a modal from the catalogue that is kept of them."""

from datetime import datetime
from typing import Any, Final

import msgspec
from slack_bolt.async_app import AsyncAck, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.lists_modal import LISTS, list_suggestions, lists_modal
from bot.desk import Desk, Place, Visit
from bot.permissions import Right
from bot.setup import renew_checklist
from storage import Busy, Session, StoreDown, list_catalogue, lists_chosen, target_groups
from storage.lists_chosen import ListGone
from storage.target_groups import NameTaken, NotForPeople

MOST_SUGGESTED: Final = 100
# Some of those found are imported already, and not offered.
MOST_SEARCHED: Final = 300


async def choose(
    ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext, desk: Desk
) -> None:
    """*Choose lists*: which of HubSpot's lists become target groups."""
    await ack()
    visit = await desk.admit(context, Right.DECIDE)
    groups, asked_at = await desk.store.read(_known)
    metadata = msgspec.json.encode(Place.of(body)).decode()
    view = lists_modal(groups, asked_at, visit.reader, metadata=metadata)
    await client.views_open(trigger_id=body["trigger_id"], view=view)


async def suggest(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, desk: Desk) -> None:
    """What somebody types finds these lists, with their sizes; those that are imported already are left out."""
    visit = await desk.admit(context, Right.DECIDE)
    found = await desk.store.read(list_catalogue.search, str(body.get("value") or ""), MOST_SEARCHED)
    new = [one for one in found if one.group is None][:MOST_SUGGESTED]
    await ack(options=list_suggestions(new, visit.reader))


async def chosen(
    ack: AsyncAck, view: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext, desk: Desk
) -> None:
    """*Import*: all of them, or none and the reason at the field."""
    visit = await desk.admit(context, Right.DECIDE)
    state = view["state"]["values"][LISTS][LISTS]
    list_ids = [str(one["value"]) for one in state.get("selected_options") or ()]
    if told := await _objection(list_ids, visit, desk):
        await ack(response_action="errors", errors={LISTS: told})
        return
    await ack()
    await renew_checklist(msgspec.json.decode(view["private_metadata"], type=Place), visit, client, desk)


async def _objection(list_ids: list[str], visit: Visit, desk: Desk) -> str | None:
    texts = visit.reader.texts
    try:
        await desk.store.write(lists_chosen.import_lists, list_ids, actor=visit.actor, now=desk.now())
    except ListGone:
        return texts.plain("lists_gone")
    except NameTaken:
        return texts.plain("lists_name_taken")
    except NotForPeople:
        return texts.plain("lists_not_for_people")
    except (StoreDown, Busy):
        return texts.plain("store_down")
    return None


def _known(session: Session) -> tuple[list[str], datetime | None]:
    return [group.name for group in target_groups.mirrors(session)], list_catalogue.read_at(session)
