"""The list of campaigns: its state, whom it is for and what it brought, and what can be done with each."""

from collections.abc import Sequence
from typing import Final

from bot.blocks.campaign_choice import why_not
from bot.blocks.contact_message import numbers
from bot.blocks.elements import Block, Message, actions, button, overflow, section
from bot.blocks.reader import Reader
from bot.blocks.text import Mrkdwn, bold, date, escape, fit, plain
from decisions.who_sees_what import Status
from storage.campaign_list import Listed

NEW_CAMPAIGN: Final = "campaign_new"
CAMPAIGN_MENU: Final = "campaign_menu"
MORE_CAMPAIGNS: Final = "campaign_more"
EDIT, PAUSE, RESUME, DUPLICATE, ARCHIVE = "edit", "pause", "resume", "duplicate", "archive"

MOST_LISTED: Final = 10
LONGEST_LIST: Final = 200
LONGEST_ROW: Final = 1_000
_LABELS: Final = {
    EDIT: "campaign_edit",
    PAUSE: "campaign_pause",
    RESUME: "campaign_resume",
    DUPLICATE: "campaign_duplicate",
    ARCHIVE: "campaign_archive",
}


def campaign_list(
    listed: Sequence[Listed], reader: Reader, *, may_change: bool, first: int = 0, told: Sequence[Mrkdwn] = ()
) -> Message:
    """
    A page of campaigns.

    Args:
        may_change: whether whoever reads it gets what changes campaigns.
        first: how many stand on the pages before.
        told: what was just done.
    """
    texts = reader.texts
    shown = listed[first : first + MOST_LISTED]
    new = button(texts.plain("campaign_new"), NEW_CAMPAIGN, style="primary") if may_change else None
    head = texts("campaigns_head") if listed else texts("no_campaigns")
    blocks = [section([*told, head], accessory=new), *(_row(one, reader, may_change) for one in shown)]
    if len(listed) > first + MOST_LISTED:
        blocks += actions([button(texts.plain("campaigns_more"), MORE_CAMPAIGNS, str(first + MOST_LISTED))])
    names = fit((escape(one.name) for one in shown), between=", ")
    return Message(fit([*told, texts.count("campaigns", len(listed)), names], between=" · "), blocks)


def _row(one: Listed, reader: Reader, may_change: bool) -> Block:
    lines = [
        Mrkdwn(f"{bold(one.name)} · {_state(one, reader)}"),
        _for_whom(one, reader),
        _brought(one, reader),
    ]
    menu = _menu(one, reader) if may_change and not one.is_external else None
    return section([fit(lines, LONGEST_ROW)], accessory=menu)


def _menu(one: Listed, reader: Reader) -> Block:
    turn = PAUSE if one.status is Status.ACTIVE else RESUME
    what = (EDIT, turn, DUPLICATE) if one.status is Status.ARCHIVED else (EDIT, turn, DUPLICATE, ARCHIVE)
    return overflow(CAMPAIGN_MENU, [(reader.texts.plain(_LABELS[each]), f"{each}:{one.id}") for each in what])


def _state(one: Listed, reader: Reader) -> Mrkdwn:
    if one.is_external:
        return reader.texts("campaign_external")
    if one.why_not:
        return why_not(one.why_not, reader)
    return reader.texts("campaign_live_until", at=date(one.ends_at)) if one.ends_at else reader.texts("campaign_live")


def _for_whom(one: Listed, reader: Reader) -> Mrkdwn:
    texts = reader.texts
    others = [
        texts.plain(key) for key, is_so in (("for_default", one.is_default), ("for_own", one.is_for_own)) if is_so
    ]
    whom = ", ".join((*one.groups, *one.accounts, *others)) or texts.plain("for_nobody")
    return texts("campaign_for", whom=escape(plain(whom, LONGEST_LIST), LONGEST_LIST), priority=one.priority)


def _brought(one: Listed, reader: Reader) -> Mrkdwn:
    told = numbers(one.numbers, reader.texts)
    if not one.numbers.machine_clicks:
        return told
    return Mrkdwn(f"{told} · {reader.texts.count('machines', one.numbers.machine_clicks)}")
