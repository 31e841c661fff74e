"""The Home: shown when somebody opens it, and what its buttons do."""

from collections.abc import Sequence
from typing import Any

import structlog
from slack_bolt.async_app import AsyncBoltContext
from slack_sdk.errors import SlackApiError

from bot.blocks.elements import Block, section
from bot.blocks.home_view import person_modal
from bot.blocks.reader import Reader
from bot.blocks.subject import SubjectKind
from bot.blocks.text import Mrkdwn
from bot.charts_refused import with_charts_if_possible
from bot.desk import Desk, team_of
from bot.homes import Homes
from bot.lead import lead_id
from bot.permissions import Right, refusal
from bot.press import Press
from bot.slack_errors import error_code
from storage import lead_moves
from storage.lead_moves import AlreadyMoved, NoSuchLead
from storage.leads import LeadStage

log = structlog.get_logger()


async def opened(event: dict[str, Any], context: AsyncBoltContext, desk: Desk, homes: Homes) -> None:
    """Somebody opened their Home, not its Messages tab."""
    if event.get("tab") != "home":
        return
    user_id, team_id = await desk.kept(context, context.user_id or ""), team_of(context)
    try:
        await homes.show(user_id, team_id)
    except SlackApiError as error:  # the app's Home tab is off, or Slack has had enough of us for now
        log.warning("a Home could not be shown", because=error_code(error))
        return
    if refusal(await desk.people.get(user_id, team_id), Right.SEE) is None:
        await desk.admit(context, Right.SEE)  # the first admin who comes here is welcomed as well


async def claim(press: Press) -> None:
    """*Claim* in the Home; whoever was faster has it, which is said in a modal, as a Home has no other place."""
    too_late: Block | None = None
    try:
        await press.desk.store.write(
            lead_moves.claim, lead_id=lead_id(press), actor=press.visit.actor, now=press.desk.now()
        )
    except (AlreadyMoved, NoSuchLead) as error:
        too_late = section([_why_not_free(error, press.visit.reader)])
    await press.renew_home()
    if too_late:
        await _open([too_late], press)


async def show(press: Press) -> None:
    """*Show* in the Home: the person, in a modal."""
    answer = await press.desk.lookup.person(press.subject, press.visit.reader)
    is_lead = press.subject is not None and press.subject.kind is SubjectKind.LEAD
    await _open(answer.message.blocks, press, has_buttons=is_lead)


async def _open(blocks: Sequence[Block], press: Press, *, has_buttons: bool = False) -> None:
    reader = press.visit.reader
    title = reader.texts.plain("home_person")

    async def opened(shown: list[Block]) -> None:
        view = person_modal(title, shown, reader, has_buttons=has_buttons)
        await press.client.views_open(trigger_id=press.trigger_id, view=view)

    await with_charts_if_possible(opened, list(blocks))


def _why_not_free(error: AlreadyMoved | NoSuchLead, reader: Reader) -> Mrkdwn:
    if isinstance(error, NoSuchLead):
        return reader.texts("lead_gone")
    if error.stage is LeadStage.CLAIMED:
        return reader.texts("claimed_already", who=reader.who(error.by))
    return reader.texts("home_not_free")
