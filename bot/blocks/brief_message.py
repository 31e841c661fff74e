"""A briefing: several people at once, one line each on who they are and what they clicked lately."""

from collections.abc import Sequence
from typing import Final

from bot.blocks.contact_message import campaigns_line
from bot.blocks.elements import Block, Message, button, context, section
from bot.blocks.reader import Reader
from bot.blocks.search_results import SHOW_PERSON
from bot.blocks.subject import Subject, SubjectKind
from bot.blocks.text import LONGEST_TEXT, Mrkdwn, address, bold, escape, fit, plain
from storage.briefing import Briefed

# With a button each a message holds so many; more are lines alone, of which this many make a section.
MOST_WITH_BUTTON: Final = 15
LINES_A_SECTION: Final = 8
LONGEST_LINE: Final = 600
# All lines together stay below what a message may hold in sum.
LONGEST_IN_ALL: Final = 10_000
MOST_CAMPAIGNS: Final = 2


def brief_message(people: Sequence[Briefed], reader: Reader, *, own: int = 0, left_out: int = 0) -> Message:
    """
    Who they are.

    Args:
        own: how many addresses of our own people were passed over.
        left_out: how many more there were than are looked up at once.
    """
    room = LONGEST_LINE if len(people) <= MOST_WITH_BUTTON else LONGEST_IN_ALL // len(people)
    lines = [_that_fits(one, reader, room) for one in people]
    notes = [reader.texts.count("brief_own", own)] if own else []
    notes += [reader.texts("brief_left_out", n=left_out)] if left_out else []
    shown = _with_buttons(people, lines, reader) if len(people) <= MOST_WITH_BUTTON else _sections(lines)
    blocks = [*shown, *([context(notes)] if notes else [])]
    return Message(fit([*lines, *notes], LONGEST_TEXT), blocks)


def subject_of(one: Briefed) -> Subject | None:
    """By what buttons name them; None: nobody we know."""
    if one.contact_id is not None:
        return Subject(SubjectKind.CONTACT, one.contact_id)
    return Subject(SubjectKind.LEAD, one.lead_id) if one.lead_id is not None else None


def _with_buttons(people: Sequence[Briefed], lines: Sequence[Mrkdwn], reader: Reader) -> list[Block]:
    return [section([line], accessory=_show(one, reader)) for one, line in zip(people, lines, strict=True)]


def _sections(lines: Sequence[Mrkdwn]) -> list[Block]:
    return [section(lines[start : start + LINES_A_SECTION]) for start in range(0, len(lines), LINES_A_SECTION)]


def _that_fits(one: Briefed, reader: Reader, room: int) -> Mrkdwn:
    """As much of somebody's line as there is room for, so that nobody falls out."""
    told = (_line(one, reader), _head(one, reader), escape(one.email, room // 2))
    return next((line for line in told if 0 < len(line) <= room), reader.texts("someone"))


def _show(one: Briefed, reader: Reader) -> Block | None:
    subject = subject_of(one)
    if subject is None or one.is_opted_out:
        return None
    return button(reader.texts.plain("show"), SHOW_PERSON, str(subject), about=plain(one.name or one.email))


def _line(one: Briefed, reader: Reader) -> Mrkdwn:
    head = _head(one, reader)
    if one.is_opted_out or subject_of(one) is None:
        return head
    owner = reader.texts("brief_owner", owner=one.owner) if one.owner else None
    return Mrkdwn(" · ".join(part for part in (head, escape(one.company or ""), owner, _clicks(one, reader)) if part))


def _head(one: Briefed, reader: Reader) -> Mrkdwn:
    texts, email = reader.texts, address(one.email)
    if one.is_opted_out:
        return texts("brief_opted_out", email=email)
    if subject_of(one) is None:
        return texts("brief_unknown", email=email)
    if one.contact_id is None:
        return texts("known_lead", email=bold(one.email))
    return Mrkdwn(f"{bold(one.name)}, {email}") if one.name else bold(one.email)


def _clicks(one: Briefed, reader: Reader) -> Mrkdwn:
    if one.counted_only_in_groups:
        return reader.texts("counted_only_in_groups")
    clicked = one.clicked
    if clicked is None or clicked.last_at is None:
        return reader.texts("brief_no_click")
    return reader.texts(
        "brief_clicked",
        clicks=reader.texts.count("clicks", clicked.clicks),
        campaigns=campaigns_line(clicked.campaigns, MOST_CAMPAIGNS) or reader.texts("no_campaign"),
        when=reader.when(clicked.last_at),
    )
