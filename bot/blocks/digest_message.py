"""The digest message: several leads or activities at once, the most interested first, each with *Show*."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.blocks.activity_message import activity_line
from bot.blocks.digest_numbers import numbers_blocks, trend_line
from bot.blocks.elements import Block, Message, actions, button, context, section
from bot.blocks.lead_message import lead_lines
from bot.blocks.reader import Reader
from bot.blocks.search_results import SHOW_PERSON
from bot.blocks.subject import Subject, SubjectKind
from bot.blocks.text import LONGEST_TEXT, Mrkdwn, escape, fit, plain
from decisions.gathering import Gathered
from storage.digest_numbers import DigestNumbers
from storage.feed import ActivityCard
from storage.leads import LeadCard

# So many of so many characters stay below what a message may hold in sum.
MOST_TOLD: Final = 16
MOST_BESIDE_NUMBERS: Final = 12
SHOW_ALL: Final = "show_all_of_digest"
# What comes a moment later is not late.
WORTH_SAYING: Final = timedelta(minutes=2)
LONGEST_ROW: Final = 700


@dataclass(frozen=True, slots=True)
class Since:
    """From when to when it happened; `gathered`: why it is told together, unasked, and how `late` it then is."""

    first: datetime
    last: datetime
    late: timedelta = timedelta(0)
    gathered: Gathered | None = None


def lead_digest(cards: Sequence[LeadCard], since: Since | None, reader: Reader) -> Message:
    """Leads, whatever became of them."""
    shown = sorted(cards, key=lambda card: (-card.clicks, card.id))[:MOST_TOLD]
    rows = [_lead(card, reader) for card in shown]
    names = [escape(card.email) for card in shown if card.email]
    return _digest("digest_leads", "digest_more_leads", len(cards), rows, names, since, reader)


def activity_digest(
    cards: Sequence[ActivityCard], since: Since | None, reader: Reader, numbers: DigestNumbers | None = None
) -> Message:
    """Activities, each in a line, under what everybody did."""
    told = numbers_blocks(numbers, reader) if numbers else []
    shown = sorted(cards, key=lambda card: (-card.clicks, card.id))[: MOST_BESIDE_NUMBERS if told else MOST_TOLD]
    rows = [_activity(card, reader) for card in shown]
    names = [escape(card.name or card.email or "") for card in shown if card.name or card.email]
    if numbers and told:
        names.insert(0, trend_line(numbers, reader))
    message = _digest("digest_feed", "digest_more_feed", len(cards), rows, names, since, reader)
    head, *rest = message.blocks
    return Message(message.text, [head, *told, *rest])


def _digest(
    head: str,
    rest: str,
    number: int,
    rows: Sequence[Block],
    names: Sequence[Mrkdwn],
    since: Since | None,
    reader: Reader,
) -> Message:
    texts = reader.texts
    count = texts.count(head, number)
    told = _told(count, since, reader) if since else count
    left = number - len(rows)
    show = button(texts.plain("show_all", n=number), SHOW_ALL, "0")
    more = [context([texts(rest, n=left)]), *actions([show])] if left > 0 else []
    bold_head = Mrkdwn(f":newspaper: *{count}*{told.removeprefix(count)}")
    return Message(fit([told, *names], LONGEST_TEXT, ", "), [section([bold_head]), *rows, *more])


def _told(count: Mrkdwn, since: Since, reader: Reader) -> Mrkdwn:
    texts, first = reader.texts, reader.when(since.first)
    if since.gathered is Gathered.MISSED:
        return texts("digest_missed", what=count, since=first, until=reader.when(since.last))
    told = texts("digest_since", what=count, when=first)
    if since.gathered is None or since.late < WORTH_SAYING:
        return told
    return Mrkdwn(f"{told} · {texts('digest_late', n=since.late // timedelta(minutes=1))}")


def digest_page(
    cards: Sequence[LeadCard | ActivityCard], ts: str, reader: Reader, *, total: int, skipped: int
) -> Message:
    """
    A page of all that a digest told.

    Args:
        ts: of the digest.
    """
    rows = [_lead(card, reader) if isinstance(card, LeadCard) else _activity(card, reader) for card in cards]
    last = skipped + len(cards)
    head = reader.texts("digest_page", first=min(skipped + 1, last), last=last, n=total)
    turns = [button(reader.texts.plain("leads_more"), SHOW_ALL, f"{ts} {last}")] if last < total else []
    return Message(head, [section([head]), *rows, *actions(turns)])


def _lead(card: LeadCard, reader: Reader) -> Block:
    show = _show(SubjectKind.LEAD, card.id, card.email, reader) if card.email else None
    return section([fit(lead_lines(card, reader), LONGEST_ROW)], accessory=show)


def _activity(card: ActivityCard, reader: Reader) -> Block:
    name = card.name or card.email
    show = _show(SubjectKind.CONTACT, card.contact_id, name, reader) if card.contact_id and name else None
    return section([fit([activity_line(card, reader)], LONGEST_ROW)], accessory=show)


def _show(kind: SubjectKind, id_: int, name: str | None, reader: Reader) -> Block:
    return button(reader.texts.plain("show"), SHOW_PERSON, str(Subject(kind, id_)), about=plain(name or ""))
