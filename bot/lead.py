"""Leads in Slack: `/leads` in pages, and the buttons of the lead message. Of two who press at once, one wins."""

from collections.abc import Mapping
from typing import Any, Final

from bot.blocks.elements import Message
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
from bot.blocks.subject import SubjectKind
from bot.channel_off import OFF, channel_off
from bot.command import Typed
from bot.desk import Desk
from bot.press import Press, Work
from bot.terms import as_shown, reader_of, terms_of
from storage import Session, lead_moves, lead_to_hubspot, leads, portal
from storage.lead_moves import AlreadyMoved, NoSuchLead
from storage.lead_to_hubspot import AlreadyAsked
from storage.leads import LeadCard, LeadStage
from storage.subscriptions import Terms, Topic

MOST_LISTED: Final = 8


async def answer(typed: Typed) -> Message:
    """What `/leads` says."""
    if typed.text.strip().casefold() == OFF:
        return await channel_off(Topic.LEADS, typed)
    return await _list(typed.desk, typed.visit.reader)


async def more(press: Press) -> None:
    """Another page of the list, in its place."""
    await press.place.replace(await _list(press.desk, press.visit.reader, press.number), press.client)


def moving(move: Any) -> Work:
    """What a button does that moves a lead by a store function."""

    async def work(press: Press) -> None:
        await do_move(press, move)

    return work


async def do_move(press: Press, move: Any) -> None:
    """The lead is moved, or the one who pressed learns who was faster; either way the message is renewed."""
    try:
        await press.desk.store.write(move, lead_id=lead_id(press), actor=press.visit.actor, now=press.desk.now())
    except (AlreadyMoved, AlreadyAsked, NoSuchLead) as error:
        await _tell_too_late(press, error)
    await renew(press)


# THE table of what the buttons of a lead do at once.
MOVES: Final[Mapping[str, Work]] = {
    CLAIM_LEAD: moving(lead_moves.claim),
    RELEASE_LEAD: moving(lead_moves.release),
    DISMISS_LEAD: moving(lead_moves.dismiss),
    UNDO_DISMISSAL: moving(lead_moves.undo),
}
add_to_hubspot: Final = moving(lead_to_hubspot.ask)


def lead_id(press: Press) -> int:
    """The lead that a button names; a made-up value leads to no lead, and is answered like one that is gone."""
    subject = press.subject
    return subject.id if subject and subject.kind is SubjectKind.LEAD else 0


async def renew(press: Press) -> None:
    """Show where the message stands what became of the lead; a list is made anew, the others' words stay theirs."""
    desk, place, reader = press.desk, press.place, press.visit.reader
    if press.subject and press.subject.skipped is not None:
        await place.replace(await _list(desk, reader, press.subject.skipped), press.client)
        return
    if not place.is_ephemeral and not place.view_id:
        terms = await desk.store.read(terms_of, Topic.LEADS, press.visit.kept(place.channel))
        reader = reader_of(terms, desk.channel_reader(reader.workspace))
    else:
        terms = Terms()
    found = await desk.store.read(_card_and_url, lead_id(press))
    shown = lead_message(as_shown(found[0], terms), reader, found[1]) if found else forgotten_lead(reader)
    await press.show(shown)


async def _list(desk: Desk, reader: Reader, skipped: int = 0) -> Message:
    """The page after so many; where it has become empty, the first."""
    cards, total = await desk.store.read(_page, skipped)
    if not cards and skipped:
        return await _list(desk, reader)
    return lead_list(cards, reader, total=total, skipped=skipped)


def _page(session: Session, skipped: int) -> tuple[tuple[LeadCard, ...], int]:
    return leads.newest(session, MOST_LISTED, skipped), leads.how_many(session)


def _card_and_url(session: Session, lead_id: int) -> tuple[LeadCard, str | None] | None:
    card, home = leads.get(session, lead_id), portal.present(session)
    if card is None:
        return None
    return card, home.contact_url(card.hubspot_id) if home and card.hubspot_id else None


async def _tell_too_late(press: Press, error: AlreadyMoved | AlreadyAsked | NoSuchLead) -> None:
    reader = press.visit.reader
    if isinstance(error, NoSuchLead):
        await press.tell("lead_gone")
    elif isinstance(error, AlreadyAsked):
        await press.tell("asked_already", who=reader.who(error.by), when=reader.when(error.at))
    elif error.stage is LeadStage.CLAIMED:
        await press.tell("claimed_already", who=reader.who(error.by))
    else:
        await press.tell("lead_not_open")
