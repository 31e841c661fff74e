"""A channel's terms in what is shown there: its language, and whether addresses are hidden."""

from dataclasses import replace
from typing import TypeVar

from bot.blocks.reader import Reader
from bot.blocks.text import masked
from bot.texts import Texts
from decisions.calendar_steps import zone_of
from storage import Session, subscriptions
from storage.feed import ActivityCard
from storage.leads import LeadCard
from storage.subscriptions import Terms, Topic

Card = TypeVar("Card", LeadCard, ActivityCard)


def terms_of(session: Session, topic: Topic, channel: str) -> Terms:
    """The terms on which a channel is told of a topic; those of nobody's choosing where it is not."""
    subscribed = subscriptions.find(session, topic, channel)
    return subscribed.terms if subscribed else Terms()


def reader_of(terms: Terms, reader: Reader) -> Reader:
    """For those who read the channel, on its clocks; in the language of `reader` where it has none of its own."""
    texts = Texts(terms.language) if terms.language else reader.texts
    return replace(reader, texts=texts, zone=zone_of(terms.rhythm.zone))


def as_shown(card: Card, terms: Terms) -> Card:
    """What the channel may see of a lead or an activity."""
    return replace(card, email=masked(card.email)) if terms.hides_addresses and card.email else card
