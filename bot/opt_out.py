"""*Opt out*: asks first, says what it means, is for permitted people only, and is for good."""

from datetime import datetime

from bot.blocks.contact_message import shown_name
from bot.blocks.opt_out_modal import opt_out_modal
from bot.blocks.reader import Reader
from bot.blocks.subject import Subject, SubjectKind
from bot.lead import renew
from bot.press import Press
from storage import Session, contact_card, leads
from storage.opt_out_asked import opt_out, opt_out_contact
from storage.opt_outs import Hasher


async def ask(press: Press) -> None:
    """*Opt out* was pressed: open the question."""
    name = await press.desk.store.read(_name, press.subject, press.desk.hasher) if press.subject else None
    if name is None:
        await press.tell("gone")
        return
    await press.ask(lambda metadata: opt_out_modal(name, press.visit.reader, metadata=metadata))


async def confirmed(press: Press) -> None:
    """*Stop tracking* was pressed in the question."""
    desk, subject = press.desk, press.subject
    if subject is None or not await desk.store.write(_opt_out, subject, press.visit.actor, desk.hasher, now=desk.now()):
        await press.tell("gone")
    elif subject.kind is SubjectKind.LEAD:
        await renew(press)
    else:
        await _renew_card(press, subject)


async def _renew_card(press: Press, subject: Subject) -> None:
    # A card stays in a direct message only, where its reader is the one who pressed.
    reader = (
        press.visit.reader
        if press.place.is_ephemeral
        else Reader(press.visit.reader.texts, workspace=press.visit.workspace)
    )
    await press.place.replace((await press.desk.lookup.person(subject, reader)).message, press.client)


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
