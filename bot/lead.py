"""Leads in Slack: `/leads`, and the buttons of the lead message. Of two who press at once, one wins."""

from datetime import datetime
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.elements import Message, section
from bot.blocks.lead_message import (
    CLAIM_LEAD,
    DISMISS_LEAD,
    RELEASE_LEAD,
    UNDO_DISMISSAL,
    forgotten_lead,
    lead_list,
    lead_message,
)
from bot.blocks.reader import Reader
from bot.blocks.subject import Subject, SubjectKind
from bot.desk import Desk, Place, say
from bot.permissions import Right
from storage import Session, audit, leads, outbox, portal
from storage.leads import AlreadyMoved, LeadCard, LeadStage, NoSuchLead
from storage.outbox import Due

MOST_LISTED: Final = 8
MOVES: Final = {
    CLAIM_LEAD: leads.claim,
    RELEASE_LEAD: leads.release,
    DISMISS_LEAD: leads.dismiss,
    UNDO_DISMISSAL: leads.undo,
}


async def command(
    ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond, context: AsyncBoltContext, desk: Desk
) -> None:
    """`/leads`"""
    await ack()
    await answer_command(command.get("text", ""), respond, context, desk)


async def answer_command(_: str, respond: AsyncRespond, context: AsyncBoltContext, desk: Desk) -> None:
    """What `/leads` and `/footlight leads` say."""
    visit = await desk.admit(context, Right.SEE)
    await say(respond, await _list(desk, visit.reader))


async def move(
    ack: AsyncAck,
    action: dict[str, Any],
    body: dict[str, Any],
    client: AsyncWebClient,
    context: AsyncBoltContext,
    desk: Desk,
) -> None:
    """*Claim*, *Release*, *Dismiss*, *Undo*."""
    await ack()
    visit = await desk.admit(context, Right.WORK)
    subject, place = _lead_of(action), Place.of(body)
    moved = MOVES[action["action_id"]]
    try:
        await desk.store.write(moved, subject.id, actor=visit.actor, now=desk.now())
    except (AlreadyMoved, NoSuchLead) as error:
        await place.say(_too_late(error, visit.reader))
    await renew(desk, subject, place, client, visit.reader)


async def add_to_hubspot(
    ack: AsyncAck,
    action: dict[str, Any],
    body: dict[str, Any],
    client: AsyncWebClient,
    context: AsyncBoltContext,
    desk: Desk,
) -> None:
    """*Add to HubSpot*: it is owed to HubSpot, and the message says so until the contact has come back."""
    await ack()
    visit = await desk.admit(context, Right.DECIDE)
    subject, place = _lead_of(action), Place.of(body)
    try:
        await desk.store.write(_owe_adding, subject.id, actor=visit.actor, now=desk.now())
    except (AlreadyMoved, NoSuchLead) as error:
        await place.say(_too_late(error, visit.reader))
        await renew(desk, subject, place, client, visit.reader)
    else:
        await renew(desk, subject, place, client, visit.reader, is_being_added=True)


async def renew(
    desk: Desk,
    subject: Subject,
    place: Place,
    client: AsyncWebClient,
    reader: Reader,
    *,
    is_being_added: bool = False,
) -> None:
    """Show where the message stands what became of the lead; a list is made anew, the others' words stay theirs."""
    if subject.in_list:
        await place.replace(await _list(desk, reader), client)
        return
    reader = reader if place.is_ephemeral else desk.channel_reader
    found = await desk.store.read(_card_and_url, subject.id)
    if found is None:
        await place.replace(forgotten_lead(reader), client)
        return
    card, url = found
    await place.replace(lead_message(card, reader, url, is_being_added=is_being_added), client)


async def _list(desk: Desk, reader: Reader) -> Message:
    return lead_list(await desk.store.read(leads.newest, MOST_LISTED), reader)


def _lead_of(action: dict[str, Any]) -> Subject:
    subject = Subject.parse(action.get("value") or "")
    # A made-up value leads to no lead, and is answered like one that is gone.
    return subject if subject and subject.kind is SubjectKind.LEAD else Subject(SubjectKind.LEAD, 0)


def _card_and_url(session: Session, lead_id: int) -> tuple[LeadCard, str | None] | None:
    card, home = leads.get(session, lead_id), portal.present(session)
    if card is None:
        return None
    return card, home.contact_url(card.hubspot_id) if home and card.hubspot_id else None


def _owe_adding(session: Session, lead_id: int, *, actor: str, now: datetime) -> None:
    """
    Raises:
        NoSuchLead, AlreadyMoved
    """
    card = leads.get(session, lead_id)
    if card is None:
        raise NoSuchLead(NoSuchLead.__doc__)
    if card.stage in leads.ENDS:
        raise AlreadyMoved(card.stage, card.changed_by, card.changed_at)
    facts = {"by": actor}
    outbox.owe(session, Due.ADD_TO_HUBSPOT, lead_id, destination=outbox.HUBSPOT, now=now, facts=facts)
    audit.note(session, now=now, actor=actor, action="asked to add a lead to HubSpot", address_id=card.address_id)


def _too_late(error: AlreadyMoved | NoSuchLead, reader: Reader) -> Message:
    if isinstance(error, NoSuchLead):
        told = reader.texts("lead_gone")
    elif error.stage is LeadStage.CLAIMED:
        told = reader.texts("claimed_already", who=reader.who(error.by))
    else:
        told = reader.texts("lead_not_open")
    return Message(told, [section([told])])
