"""The feed message: one person's clicks close together, in one line that grows; and the list of the last ones."""

from collections.abc import Sequence

from bot.blocks.contact_card import campaigns_line
from bot.blocks.elements import Block, Message, context, section
from bot.blocks.reader import Reader
from bot.blocks.text import Mrkdwn, bold, escape
from storage.feed import ActivityCard


def activity_message(card: ActivityCard, reader: Reader) -> Message:
    """An activity as a message; who is hidden has no name."""
    told = reader.texts(
        "activity_text",
        who=_who(card, reader),
        clicks=reader.texts.count("clicks", card.clicks),
        campaigns=campaigns_line(card.campaigns) or reader.texts("no_campaign"),
    )
    return Message(told, [section([activity_line(card, reader)]), *_campaigns(card)])


def forgotten_activity(reader: Reader) -> Message:
    """What stays of an activity whose person was erased."""
    told = reader.texts("erased_person")
    return Message(told, [context([told])])


def feed_list(cards: Sequence[ActivityCard], reader: Reader) -> Message:
    """The last activities, newest first."""
    if not cards:
        told = reader.texts("no_activity")
        return Message(told, [section([told])])
    lines = [reader.texts("feed_head"), *(activity_line(card, reader) for card in cards)]
    return Message(reader.texts.count("feed_text", len(cards)), [section(lines)])


def activity_line(card: ActivityCard, reader: Reader) -> Mrkdwn:
    """One activity in a line."""
    texts = reader.texts
    known = {
        "who": _who(card, reader),
        "clicks": texts.count("clicks", card.clicks),
        "when": reader.when(card.last_at),
    }
    if not card.campaigns:
        return texts("activity", **known)
    return texts("activity_on", **known, campaigns=texts.count("campaigns", len(card.campaigns)))


def _who(card: ActivityCard, reader: Reader) -> Mrkdwn:
    name = bold(card.name or card.email or "") or reader.texts("someone")
    company = card.company or card.account
    return Mrkdwn(f"{name} ({escape(company)})") if company and (card.name or card.email) else name


def _campaigns(card: ActivityCard) -> list[Block]:
    return [context([campaigns_line(card.campaigns)])] if card.campaigns else []
