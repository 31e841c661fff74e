"""The lead message: one message that shows what became of a lead, and what can be done now."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import chain
from typing import Final

from bot.blocks.contact_card import ASK_OPT_OUT, OPEN_LINK, campaigns_line
from bot.blocks.elements import (
    ADD_TO_HUBSPOT,
    CLAIM,
    DISMISS,
    OPEN_IN_HUBSPOT,
    OPT_OUT,
    RELEASE,
    UNDO,
    Block,
    Message,
    actions,
    button,
    context,
    overflow,
    section,
)
from bot.blocks.reader import Reader
from bot.blocks.subject import Subject, SubjectKind
from bot.blocks.text import LONGEST_ADDRESS, LONGEST_SECTION, LONGEST_TEXT, Mrkdwn, address, bold, escape, fit, plain
from decisions.lead_news import CLICKS_THAT_SPEAK_UP
from storage.leads import ENDS, LeadCard, LeadStage

CLAIM_LEAD: Final = "claim_lead"
RELEASE_LEAD: Final = "release_lead"
DISMISS_LEAD: Final = "dismiss_lead"
UNDO_DISMISSAL: Final = "undo_dismissal"
GIVE_REASON: Final = "give_reason"
MORE_OF_LEAD: Final = "more_of_lead"
# What is chosen in the overflow.
HAND_OVER, SNOOZE = "hand_over", "snooze"
ADD_LEAD: Final = "add_lead_to_hubspot"
LONGEST_REASON: Final = 200
NEW_FOR: Final = timedelta(days=1)
# Eight of them must stay below what a message may hold in sum.
LONGEST_IN_LIST: Final = 900


def lead_message(card: LeadCard, reader: Reader, hubspot_url: str | None = None) -> Message:
    """
    The present state of a lead.

    Args:
        hubspot_url: where the contact that it became is opened.
    """
    if card.stage is LeadStage.OPTED_OUT:
        return opted_out_lead(card, reader)
    told = [_title(card, reader, address(card.email or "")), *_interest(card, reader), *_state(card, reader)]
    return Message(fit(told, LONGEST_TEXT, " · "), _blocks(card, reader, hubspot_url))


def lead_list(cards: Sequence[LeadCard], reader: Reader) -> Message:
    """Leads, each with its buttons."""
    if not cards:
        none = reader.texts("no_leads")
        return Message(none, [section([none])])
    rows = [_blocks(card, reader, None, in_list=True) for card in cards]
    told = [reader.texts.count("leads_text", len(cards)), *(address(card.email or "") for card in cards)]
    blocks = [section([reader.texts("leads_head")]), *chain.from_iterable(rows)]
    return Message(fit(told, LONGEST_TEXT, ", "), blocks)


def lead_lines(card: LeadCard, reader: Reader) -> list[Mrkdwn]:
    """A lead among others: who, how interested, and what became of it."""
    if card.stage is LeadStage.OPTED_OUT:
        return [reader.texts("opted_out_lead", who=reader.who(card.changed_by))]
    title = _title(card, reader, bold(card.email or "", LONGEST_ADDRESS))
    return [title, *_state(card, reader), *_interest(card, reader)]


def _blocks(card: LeadCard, reader: Reader, hubspot_url: str | None, *, in_list: bool = False) -> list[Block]:
    title = Mrkdwn(f":sparkles: {_title(card, reader, bold(card.email or '', LONGEST_ADDRESS))}")
    lines = fit([title, *_interest(card, reader)], LONGEST_IN_LIST if in_list else LONGEST_SECTION)
    state = _state(card, reader)
    return [
        section([lines]),
        *([context(state)] if state else []),
        *actions(_buttons(card, reader, hubspot_url, in_list=in_list)),
    ]


def _state(card: LeadCard, reader: Reader) -> list[Mrkdwn]:
    """What became of it, in words that stand apart: who did what, and when."""
    told = [_STATES[card.stage](card, reader)] if card.stage in _STATES else []
    return [*told, *_snoozed(card, reader), *_asked_for(card, reader)]


def _snoozed(card: LeadCard, reader: Reader) -> list[Mrkdwn]:
    if card.snoozed_until is None or card.stage in ENDS:
        return []
    return [reader.texts("snoozed_until", who=reader.who(card.changed_by), when=reader.day(card.snoozed_until))]


def _asked_for(card: LeadCard, reader: Reader) -> list[Mrkdwn]:
    if card.asked_at is None or card.stage in ENDS:
        return []
    key = "adding_to_hubspot" if card.is_asked_for else "hubspot_refused"
    return [reader.texts(key, who=reader.who(card.asked_by), when=reader.when(card.asked_at))]


def opted_out_lead(card: LeadCard, reader: Reader) -> Message:
    """What stays of a lead that was opted out: nobody's name."""
    told = reader.texts("opted_out_lead", who=reader.who(card.changed_by))
    return Message(told, [context([told])])


def forgotten_lead(reader: Reader) -> Message:
    """What stays of a lead that was erased."""
    told = reader.texts("forgotten_lead")
    return Message(told, [context([told])])


def _title(card: LeadCard, reader: Reader, email: Mrkdwn) -> Mrkdwn:
    if card.spoke_up_at:
        return reader.texts("lead_awake" if card.woke_at else "lead_again", email=email)
    return reader.texts("new_lead" if _is_new(card, reader) else "known_lead", email=email)


def _is_new(card: LeadCard, reader: Reader) -> bool:
    """Nobody did anything with it yet, and it clicked first within a day of its last click, or of this look."""
    untouched = card.stage is LeadStage.OPEN and card.changed_by is None
    return untouched and (reader.now or card.last_at) - card.first_at < NEW_FOR


def _interest(card: LeadCard, reader: Reader) -> list[Mrkdwn]:
    texts = reader.texts
    lines = [_clicked(card, reader)]
    if card.account:
        contacts = texts.count("contacts", card.account_contacts)
        clicks = texts.count("clicks", card.account_clicks)
        lines.append(texts("account_line", account=card.account, contacts=contacts, clicks=clicks))
    return lines


def _clicked(card: LeadCard, reader: Reader) -> Mrkdwn:
    texts, when = reader.texts, reader.when(card.last_at)
    if card.clicks > 1:
        clicks = texts.count("clicks", card.clicks)
        return texts("clicked_often", clicks=clicks, campaigns=campaigns_line(card.campaigns), when=when)
    campaign = bold(card.campaigns[0].campaign) if card.campaigns else texts("no_campaign")
    if card.sender:
        told = texts("clicked_campaign", campaign=campaign, sender=escape(card.sender, LONGEST_ADDRESS))
    else:
        told = texts("clicked_campaign_only", campaign=campaign)
    return Mrkdwn(f"{told} · {when}")


def _claimed(card: LeadCard, reader: Reader) -> Mrkdwn:
    who, when = reader.who(card.held_by), reader.when(card.changed_at)
    if card.changed_by is None or card.changed_by == card.held_by:
        return reader.texts("claimed_by", who=who, when=when)
    return reader.texts("handed_over_by", who=who, by=reader.who(card.changed_by), when=when)


def _dismissed(card: LeadCard, reader: Reader) -> Mrkdwn:
    who, when = reader.who(card.changed_by), reader.when(card.changed_at)
    told = reader.texts("dismissed_by", who=who, when=when, n=CLICKS_THAT_SPEAK_UP)
    reason = escape(card.reason or "", LONGEST_REASON)
    return Mrkdwn(f"{told} {reader.texts('reason', reason=reason)}") if reason else told


def _contact(card: LeadCard, reader: Reader) -> Mrkdwn:
    return reader.texts("became_contact", when=reader.when(card.changed_at))


_STATES: Final[dict[LeadStage, Callable[[LeadCard, Reader], Mrkdwn]]] = {
    LeadStage.CLAIMED: _claimed,
    LeadStage.DISMISSED: _dismissed,
    LeadStage.CONTACT: _contact,
}


def _buttons(card: LeadCard, reader: Reader, hubspot_url: str | None, *, in_list: bool) -> list[Block]:
    value = str(Subject(SubjectKind.LEAD, card.id, in_list))
    about = plain(card.email or "")
    claim = button(CLAIM, CLAIM_LEAD, value, style="" if in_list else "primary", about=about)
    add = button(ADD_TO_HUBSPOT, ADD_LEAD, value, about=about)
    dismiss = button(DISMISS, DISMISS_LEAD, value, about=about)
    release = button(RELEASE, RELEASE_LEAD, value, about=about)
    opt_out = button(OPT_OUT, ASK_OPT_OUT, value, about=about)
    open_it = [button(OPEN_IN_HUBSPOT, OPEN_LINK, url=hubspot_url, about=about)] if hubspot_url else []
    undo = button(UNDO, UNDO_DISMISSAL, value, about=about)
    why = button(reader.texts.plain("give_reason"), GIVE_REASON, value, about=about)
    chosen = ((reader.texts.plain(key), f"{key} {value}") for key in (SNOOZE, HAND_OVER))
    # A list has no room for what comes second.
    more = [] if in_list else [overflow(MORE_OF_LEAD, tuple(chosen))]
    adding = [] if card.is_asked_for else [add]
    return {
        LeadStage.OPEN: [claim, *adding, dismiss, opt_out, *more],
        LeadStage.CLAIMED: [*adding, dismiss, release, opt_out, *more],
        LeadStage.DISMISSED: [undo] if card.reason or in_list else [undo, why],
        LeadStage.CONTACT: open_it,
    }[card.stage]
