"""The digest message: several leads or activities at once, the most interested first, each with *Show*."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.blocks.activity_message import activity_line
from bot.blocks.elements import Block, Message, button, context, section
from bot.blocks.lead_message import lead_lines
from bot.blocks.reader import Reader
from bot.blocks.search_results import SHOW_PERSON
from bot.blocks.subject import Subject, SubjectKind
from bot.blocks.text import LONGEST_TEXT, Mrkdwn, escape, fit, plain
from storage.feed import ActivityCard
from storage.leads import LeadCard

# So many of so many characters stay below what a message may hold in sum.
MOST_TOLD: Final = 16
LONGEST_ROW: Final = 700


def lead_digest(cards: Sequence[LeadCard], since: datetime | None, reader: Reader) -> Message:
    """Leads, whatever became of them; `since` is when the first of them came."""
    shown = sorted(cards, key=lambda card: (-card.clicks, card.id))[:MOST_TOLD]
    rows = [_lead(card, reader) for card in shown]
    names = [escape(card.email) for card in shown if card.email]
    return _digest("digest_leads", "digest_more_leads", len(cards), rows, names, since, reader)


def activity_digest(cards: Sequence[ActivityCard], since: datetime | None, reader: Reader) -> Message:
    """Activities, each in a line."""
    shown = sorted(cards, key=lambda card: (-card.clicks, card.id))[:MOST_TOLD]
    rows = [_activity(card, reader) for card in shown]
    names = [escape(card.name or card.email or "") for card in shown if card.name or card.email]
    return _digest("digest_feed", "digest_more_feed", len(cards), rows, names, since, reader)


def _digest(
    head: str,
    rest: str,
    number: int,
    rows: Sequence[Block],
    names: Sequence[Mrkdwn],
    since: datetime | None,
    reader: Reader,
) -> Message:
    texts = reader.texts
    count = texts.count(head, number)
    told = texts("digest_since", what=count, when=reader.when(since)) if since else count
    more = [context([texts(rest, n=number - len(rows))])] if number > len(rows) else []
    bold_head = Mrkdwn(f":newspaper: *{count}*{told.removeprefix(count)}")
    return Message(fit([told, *names], LONGEST_TEXT, ", "), [section([bold_head]), *rows, *more])


def _lead(card: LeadCard, reader: Reader) -> Block:
    show = _show(SubjectKind.LEAD, card.id, card.email, reader) if card.email else None
    return section([fit(lead_lines(card, reader), LONGEST_ROW)], accessory=show)


def _activity(card: ActivityCard, reader: Reader) -> Block:
    name = card.name or card.email
    show = _show(SubjectKind.CONTACT, card.contact_id, name, reader) if card.contact_id and name else None
    return section([fit([activity_line(card, reader)], LONGEST_ROW)], accessory=show)


def _show(kind: SubjectKind, id_: int, name: str | None, reader: Reader) -> Block:
    return button(reader.texts.plain("show"), SHOW_PERSON, str(Subject(kind, id_)), about=plain(name or ""))
