"""The feed message: one person's clicks close together, in one line that grows; and the list of the last ones."""

from collections.abc import Sequence
from typing import Final

from bot.blocks.contact_message import MOST_CAMPAIGNS, campaigns_line
from bot.blocks.elements import Block, Message, context, one_line, section
from bot.blocks.reader import Reader
from bot.blocks.text import LONGEST_TEXT, Mrkdwn, bold, escape, fit
from storage.feed import ActivityCard

# Fifteen of them must stay below what a message may hold in sum.
MOST_IN_LIST: Final = 2


def activity_message(card: ActivityCard, reader: Reader) -> Message:
    """An activity as a message; who is hidden has no name."""
    told = reader.texts(
        "activity_text",
        who=_who(card, reader),
        clicks=reader.texts.count("clicks", card.clicks),
        campaigns=campaigns_line(card.campaigns) or reader.texts("no_campaign"),
    )
    line = section([activity_line(card, reader, MOST_CAMPAIGNS)])
    return Message(told, [line, *_owner(card, reader)])


def _owner(card: ActivityCard, reader: Reader) -> list[Block]:
    """Whose contact it is, where they want to be mentioned."""
    if card.owner_user is None or card.email is None:
        return []
    return [context([reader.texts("owner_told", who=reader.who(f"slack:{card.owner_user}"))])]


def counted_in_groups_now(reader: Reader) -> Message:
    """What stays of a message about somebody who is counted only in groups since."""
    told = reader.texts("counted_in_groups_now")
    return Message(told, [context([told])])


def forgotten_activity(reader: Reader) -> Message:
    """What stays of an activity whose person was erased."""
    told = reader.texts("erased_person")
    return Message(told, [context([told])])


def feed_list(cards: Sequence[ActivityCard], reader: Reader) -> Message:
    """The last activities, newest first."""
    if not cards:
        told = reader.texts("no_activity")
        return one_line(told)
    lines = [activity_line(card, reader) for card in cards]
    return Message(
        fit(lines, LONGEST_TEXT), [section([reader.texts("feed_head")]), *(section([line]) for line in lines)]
    )


def activity_line(card: ActivityCard, reader: Reader, most: int = MOST_IN_LIST) -> Mrkdwn:
    """One activity in a line: who, on which campaigns (the first `most` by name), how often, and when last."""
    texts = reader.texts
    known = {
        "who": _who(card, reader),
        "clicks": texts.count("clicks", card.clicks),
        "when": reader.when(card.last_at),
    }
    match card.campaigns:
        case ():
            return texts("activity", **known)
        case (only,) if card.clicks == 1:
            return texts("activity_once", **known, campaign=bold(only.campaign))
        case (only,):
            return texts("activity_on_one", **known, campaign=bold(only.campaign))
    return texts("activity_on", **known, campaigns=campaigns_line(card.campaigns, most))


def _who(card: ActivityCard, reader: Reader) -> Mrkdwn:
    name = bold(card.name or card.email or "") or reader.texts("someone")
    company = card.company or card.account
    return Mrkdwn(f"{name} ({escape(company)})") if company and (card.name or card.email) else name
