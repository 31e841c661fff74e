"""What setting up owes: a greeting in each channel that was chosen, and to the first admin the checklist."""

from datetime import datetime

from bot.blocks.channel_greeting import channel_greeting
from bot.blocks.elements import Message
from bot.blocks.reader import Reader
from bot.blocks.setup_checklist import setup_checklist
from bot.terms import reader_of, terms_of
from storage import Session, filter_choices
from storage.setup_state import setup_state
from storage.subscriptions import Topic


def greeting(session: Session, topic: Topic, channel: str, reader: Reader) -> Message:
    """What a channel will be told, when, and how to change it."""
    terms = terms_of(session, topic, channel)
    names = filter_choices.named(session, terms.filters)
    return channel_greeting(topic, channel, terms, names, reader_of(terms, reader))


def welcome(session: Session, reader: Reader, now: datetime) -> Message:
    """The checklist, to somebody who did not ask for it."""
    return setup_checklist(setup_state(session, reader.workspace, now=now), reader, is_welcome=True)
