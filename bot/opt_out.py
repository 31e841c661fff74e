"""*Opt out*: asks first, says what it means, is for permitted people only, and is for good."""

from datetime import datetime
from typing import Any

import msgspec
from slack_bolt.async_app import AsyncAck, AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.contact_card import shown_name
from bot.blocks.elements import Message, section
from bot.blocks.opt_out_modal import OPT_OUT_CONFIRMED, opt_out_modal
from bot.blocks.reader import Reader
from bot.blocks.subject import Subject, SubjectKind
from bot.desk import Desk, Place
from bot.lead import renew
from bot.permissions import Right
from storage import Session, contact_card, leads
from storage.opt_out_asked import opt_out, opt_out_contact
from storage.opt_outs import Hasher


class Asked(msgspec.Struct, frozen=True):
    """What the modal carries from the question to the answer: about whom, and where the button stood."""

    subject: str
    place: Place


async def ask(
    ack: AsyncAck,
    action: dict[str, Any],
    body: dict[str, Any],
    client: AsyncWebClient,
    context: AsyncBoltContext,
    desk: Desk,
) -> None:
    """*Opt out* was pressed: open the question."""
    await ack()
    visit = await desk.admit(context, Right.DECIDE)
    subject, place = Subject.parse(action.get("value") or ""), Place.of(body)
    name = await desk.store.read(_name, subject, desk.hasher) if subject else None
    if subject is None or name is None:
        await place.say(_told(visit.reader, "gone"))
        return
    metadata = msgspec.json.encode(Asked(str(subject), place)).decode()
    await client.views_open(trigger_id=body["trigger_id"], view=opt_out_modal(name, visit.reader, metadata=metadata))


async def confirmed(
    ack: AsyncAck, view: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext, desk: Desk
) -> None:
    """*Stop tracking* was pressed in the question."""
    await ack()
    visit = await desk.admit(context, Right.DECIDE)
    asked = _asked(view)
    subject = Subject.parse(asked.subject)
    if subject is None or not await desk.store.write(_opt_out, subject, visit.actor, desk.hasher, now=desk.now()):
        await asked.place.say(_told(visit.reader, "gone"))
    elif subject.kind is SubjectKind.LEAD:
        await renew(desk, subject, asked.place, client, visit.reader)
    else:
        # A card stays in a direct message only, where its reader is the one who pressed.
        reader = visit.reader if asked.place.is_ephemeral else Reader(visit.reader.texts)
        await asked.place.replace((await desk.lookup.person(subject, reader)).message, client)


def place_of(view: dict[str, Any]) -> Place | None:
    """Where the button stood that opened this view; None for a view of another kind."""
    return _asked(view).place if view.get("callback_id") == OPT_OUT_CONFIRMED else None


def _asked(view: dict[str, Any]) -> Asked:
    return msgspec.json.decode(view["private_metadata"], type=Asked)


def _name(session: Session, subject: Subject, hasher: Hasher) -> str | None:
    """How the question calls them; None when they are gone, or opted out already."""
    if subject.kind is SubjectKind.LEAD:
        lead = leads.get(session, subject.id)
        return lead.email if lead else None
    card = contact_card.card(session, subject.id, hasher)
    return shown_name(card) if card and not card.opted_out else None


def _opt_out(session: Session, subject: Subject, actor: str, hasher: Hasher, now: datetime) -> bool:
    """Whether there was somebody to opt out; a second time changes nothing."""
    if subject.kind is SubjectKind.CONTACT:
        if contact_card.card(session, subject.id, hasher) is None:
            return False
        opt_out_contact(session, subject.id, actor=actor, hasher=hasher, now=now)
        return True
    lead = leads.get(session, subject.id)
    if lead is None:
        return False
    if lead.email:
        opt_out(session, lead.email, actor=actor, hasher=hasher, now=now)
    return True


def _told(reader: Reader, key: str) -> Message:
    told = reader.texts(key)
    return Message(told, [section([told])])
