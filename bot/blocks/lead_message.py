"""The lead message: one message that shows what became of a lead, and what can be done now."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import chain
from typing import Final

from bot.blocks.contact_message import ASK_OPT_OUT, OPEN_LINK, campaigns_line
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
    one_line,
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
MORE_LEADS: Final = "more_leads"
FIRST_LEADS: Final = "first_leads"
# What is chosen in the overflow.
HAND_OVER, SNOOZE, FOLLOW, CLICKS = "hand_over", "snooze", "follow", "clicks_title"
ADD_LEAD: Final = "add_lead_to_hubspot"
LONGEST_REASON: Final = 200
NEW_FOR: Final = timedelta(days=1)
# Eight of them must stay below what a message may hold in sum.
LONGEST_IN_LIST: Final = 800


def lead_message(
    card: LeadCard, reader: Reader, hubspot_url: str | None = None, notes: Sequence[Block] = ()
) -> Message:
    """
    The present state of a lead.

    Args:
        hubspot_url: where the contact that it became is opened.
        notes: what its card shows of them.
    """
    if card.stage is LeadStage.OPTED_OUT:
        return opted_out_lead(card, reader)
    told = [_title(card, reader, address(card.email or "")), *_interest(card, reader), *_state(card, reader)]
    return Message(fit(told, LONGEST_TEXT, " · "), _blocks(card, reader, hubspot_url, notes))


def lead_list(cards: Sequence[LeadCard], reader: Reader, *, total: int, skipped: int = 0) -> Message:
    """
    A page of leads, each with its buttons.

    Args:
        total: how many there are.
        skipped: how many stand on the pages before.
    """
    texts, last = reader.texts, skipped + len(cards)
    if not cards:
        none = texts("no_leads")
        return one_line(none)
    head = texts("leads_head") if total == len(cards) else texts("leads_page", first=skipped + 1, last=last, n=total)
    rows = [_blocks(card, reader, None, skipped=skipped) for card in cards]
    turns = [button(texts.plain("leads_first"), FIRST_LEADS, "0")] if skipped else []
    turns += [button(texts.plain("leads_more"), MORE_LEADS, str(last))] if last < total else []
    told = [head, *(address(card.email or "") for card in cards)]
    return Message(fit(told, LONGEST_TEXT, ", "), [section([head]), *chain.from_iterable(rows), *actions(turns)])


def lead_lines(card: LeadCard, reader: Reader) -> list[Mrkdwn]:
    """A lead below a heading that calls it one: who, what became of it, and how interested."""
    if card.stage is LeadStage.OPTED_OUT:
        return [reader.texts("opted_out_lead", who=reader.who(card.changed_by))]
    name = bold(card.email or "", LONGEST_ADDRESS)
    return [_title(card, reader, name) if card.spoke_up_at else name, *_state(card, reader), *_interest(card, reader)]


def _blocks(
    card: LeadCard, reader: Reader, hubspot_url: str | None, notes: Sequence[Block] = (), *, skipped: int | None = None
) -> list[Block]:
    title = Mrkdwn(f":sparkles: {_title(card, reader, bold(card.email or '', LONGEST_ADDRESS))}")
    lines = fit([title, *_interest(card, reader)], LONGEST_SECTION if skipped is None else LONGEST_IN_LIST)
    state = _state(card, reader)
    return [
        section([lines]),
        *([context(state)] if state else []),
        *notes,
        *actions(_buttons(card, reader, hubspot_url, skipped)),
    ]


def _state(card: LeadCard, reader: Reader) -> list[Mrkdwn]:
    """What became of it, in words that stand apart: who did what, and when."""
    told = [_STATES[card.stage](card, reader)] if card.stage in _STATES else []
    notes = [reader.texts.count("notes", card.notes)] if card.notes else []
    return [*told, *_snoozed(card, reader), *_asked_for(card, reader), *notes]


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


def opted_out_address(email: str, card: LeadCard, reader: Reader) -> Message:
    """The same, to somebody who asked for the address."""
    key, who = "opted_out_address", reader.who(card.changed_by)
    shown = reader.texts(key, email=bold(email, LONGEST_ADDRESS), who=who)
    return Message(reader.texts(key, email=address(email), who=who), [section([shown])])


def lead_went_on(url: str | None, reader: Reader) -> Message:
    """What stays of a lead that came back with a new message: nobody's name, and the way to that one."""
    told = reader.texts("lead_went_on")
    show = [button(reader.texts.plain("show"), OPEN_LINK, url=url)] if url else []
    return Message(told, [context([told]), *actions(show)])


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
        told = texts("account_line", account=card.account, contacts=contacts, clicks=clicks)
        lines.append(Mrkdwn(f"{told} · {_owner(card, reader)}") if card.owner else told)
    return lines


def _owner(card: LeadCard, reader: Reader) -> Mrkdwn:
    """Whose account it is; mentioned if they want it, which notifies them when the message is posted."""
    who = reader.who(f"slack:{card.owner_user}") if card.owner_user else escape(card.owner or "")
    return reader.texts("account_owner", who=who)


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


def _buttons(card: LeadCard, reader: Reader, hubspot_url: str | None, skipped: int | None) -> list[Block]:
    value, in_list = str(Subject(SubjectKind.LEAD, card.id, skipped)), skipped is not None
    about = plain(card.email or "")
    claim = button(CLAIM, CLAIM_LEAD, value, style="" if in_list else "primary", about=about)
    add = button(ADD_TO_HUBSPOT, ADD_LEAD, value, about=about)
    dismiss = button(DISMISS, DISMISS_LEAD, value, about=about)
    release = button(RELEASE, RELEASE_LEAD, value, about=about)
    opt_out = button(OPT_OUT, ASK_OPT_OUT, value, about=about)
    open_it = [button(OPEN_IN_HUBSPOT, OPEN_LINK, url=hubspot_url, about=about)] if hubspot_url else []
    undo = button(UNDO, UNDO_DISMISSAL, value, about=about)
    why = button(reader.texts.plain("give_reason"), GIVE_REASON, value, about=about)
    chosen = ((reader.texts.plain(key), f"{key} {value}") for key in (SNOOZE, HAND_OVER, FOLLOW, CLICKS))
    # A list has no room for what comes second.
    more = [] if in_list else [overflow(MORE_OF_LEAD, tuple(chosen))]
    adding = [] if card.is_asked_for else [add]
    return {
        LeadStage.OPEN: [claim, *adding, dismiss, opt_out, *more],
        LeadStage.CLAIMED: [*adding, dismiss, release, opt_out, *more],
        LeadStage.DISMISSED: [undo] if card.reason or in_list else [undo, why],
        LeadStage.CONTACT: open_it,
    }[card.stage]
