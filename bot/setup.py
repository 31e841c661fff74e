"""`/footlight setup`: the checklist, and who else may decide. Its channels are chosen in `setup_channels`."""

from typing import Any

import msgspec
from slack_bolt.async_app import AsyncAck, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.people_modal import PEOPLE, people_modal
from bot.blocks.setup_checklist import setup_checklist
from bot.desk import Desk, Place, Visit, say, team_of
from bot.permissions import Right, refusal
from decisions.slack_ids import slack_id
from storage import Busy, StoreDown, permitted
from storage.setup_state import setup_state


async def answer_command(_: str, respond: AsyncRespond, context: AsyncBoltContext, desk: Desk) -> None:
    """What `/footlight setup` says."""
    visit = await desk.admit(context, Right.DECIDE)
    await say(
        respond, setup_checklist(await desk.store.read(setup_state, visit.workspace, now=desk.now()), visit.reader)
    )


async def look_again(
    ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext, desk: Desk
) -> None:
    """*Look again*: the checklist as it is now, in its place."""
    await ack()
    visit = await desk.admit(context, Right.DECIDE)
    await renew_checklist(Place.of(body), visit, client, desk)


async def choose_people(
    ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext, desk: Desk
) -> None:
    """*Choose people*: who else may decide."""
    await ack()
    visit = await desk.admit(context, Right.DECIDE)
    chosen = [slack_id(one) for one in await desk.store.read(permitted.permitted, visit.workspace)]
    metadata = msgspec.json.encode(Place.of(body)).decode()
    await client.views_open(trigger_id=body["trigger_id"], view=people_modal(chosen, visit.reader, metadata=metadata))


async def people_chosen(
    ack: AsyncAck, view: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext, desk: Desk
) -> None:
    """Exactly these may decide from now on, beside admins and owners; guests and outsiders never."""
    visit = await desk.admit(context, Right.DECIDE)
    chosen = [visit.kept(str(id_)) for id_ in view["state"]["values"][PEOPLE][PEOPLE].get("selected_users") or ()]
    if strange := await _strange(chosen, context, desk):
        told = visit.reader.texts.plain("people_not_ours", names=", ".join(strange))
        await ack(response_action="errors", errors={PEOPLE: told})
        return
    try:
        await desk.store.write(permitted.permit, chosen, now=desk.now(), actor=visit.actor, workspace=visit.workspace)
    except (StoreDown, Busy):
        await ack(response_action="errors", errors={PEOPLE: visit.reader.texts.plain("store_down")})
        return
    await ack()
    await renew_checklist(msgspec.json.decode(view["private_metadata"], type=Place), visit, client, desk)


async def renew_checklist(place: Place, visit: Visit, client: AsyncWebClient, desk: Desk) -> None:
    """Show the checklist as it is now where it stands; in the Home there is none."""
    if not place.channel:
        return
    # In a direct message it is looked at later too; its words hold then as well.
    state = await desk.store.read(setup_state, visit.workspace, now=desk.now())
    await place.replace(setup_checklist(state, visit.reader), client)


async def _strange(user_ids: list[str], context: AsyncBoltContext, desk: Desk) -> list[str]:
    """The names of those who may see nothing here."""
    people = [await desk.people.get(user_id, team_of(context)) for user_id in user_ids]
    return [person.name for person in people if refusal(person, Right.WORK)]
