"""`/footlight setup`: the checklist, and who else may decide. Its channels are chosen in `setup_channels`."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.elements import Message
from bot.blocks.people_modal import PEOPLE, people_modal
from bot.blocks.setup_checklist import setup_checklist
from bot.command import Typed
from bot.desk import Desk, Place, Visit
from bot.modal import Submission
from bot.permissions import Right, refusal
from bot.press import Press
from decisions.slack_ids import slack_id
from storage import Busy, StoreDown, permitted
from storage.setup_state import setup_state


async def answer(typed: Typed) -> Message:
    """What `/footlight setup` says."""
    state = await typed.desk.store.read(setup_state, typed.visit.workspace, now=typed.desk.now())
    return setup_checklist(state, typed.visit.reader)


async def look_again(press: Press) -> None:
    """*Look again*: the checklist as it is now, in its place."""
    await renew_checklist(press.place, press.visit, press.client, press.desk)


async def choose_people(press: Press) -> None:
    """*Choose people*: who else may decide."""
    visit = press.visit
    chosen = [slack_id(one) for one in await press.desk.store.read(permitted.permitted, visit.workspace)]
    await press.open(lambda metadata: people_modal(chosen, visit.reader, metadata=metadata), press.place)


async def people_chosen(submission: Submission) -> None:
    """Exactly these may decide from now on, beside admins and owners; guests and outsiders never."""
    desk, visit = submission.desk, submission.visit
    chosen = [visit.kept(str(id_)) for id_ in submission.answers[PEOPLE].get("selected_users") or ()]
    if strange := await _strange(chosen, submission):
        await submission.object(PEOPLE, visit.reader.texts.plain("people_not_ours", names=", ".join(strange)))
        return
    try:
        await desk.store.write(permitted.permit, chosen, now=desk.now(), actor=visit.actor, workspace=visit.workspace)
    except (StoreDown, Busy):
        await submission.object(PEOPLE, visit.reader.texts.plain("store_down"))
        return
    await submission.close()
    await renew_checklist(submission.carried(Place), visit, submission.client, desk)


async def renew_checklist(place: Place, visit: Visit, client: AsyncWebClient, desk: Desk) -> None:
    """Show the checklist as it is now where it stands; in the Home there is none."""
    if not place.channel:
        return
    # In a direct message it is looked at later too; its words hold then as well.
    state = await desk.store.read(setup_state, visit.workspace, now=desk.now())
    await place.replace(setup_checklist(state, visit.reader), client)


async def _strange(user_ids: list[str], submission: Submission) -> list[str]:
    """The names of those who may see nothing here."""
    people = [await submission.desk.people.get(user_id, submission.team_id) for user_id in user_ids]
    return [person.name for person in people if refusal(person, Right.WORK)]
