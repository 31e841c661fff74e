"""The greeting of a channel: what will come, when, and how to change it."""

from typing import Final

from bot.blocks.elements import Message, actions, button, context, section
from bot.blocks.reader import Reader
from bot.blocks.terms_lines import Names, what_lines, when_lines
from bot.blocks.text import LONGEST_TEXT, fit
from storage.subscriptions import Terms, Topic

CHANGE_CHANNEL: Final = "change_channel"
_COMES: Final = {Topic.LEADS: "greeting_leads", Topic.FEED: "greeting_feed"}


def channel_greeting(topic: Topic, channel: str, terms: Terms, names: Names, reader: Reader) -> Message:
    """What `channel` is told from now on."""
    texts = reader.texts
    lines = [texts(_COMES[topic]), *when_lines(terms.rhythm, reader), *what_lines(terms, names, reader)]
    how = texts("greeting_change")
    change = button(texts.plain("setup_change"), CHANGE_CHANNEL, channel_value(topic, channel))
    blocks = [section([lines[0]]), context([fit(lines[1:], between=" · ")]), *actions([change]), context([how])]
    return Message(fit([*lines, how], LONGEST_TEXT, " · "), blocks)


def channel_value(topic: Topic, channel: str) -> str:
    """By what buttons name a channel's subscription."""
    return f"{topic}:{channel}"
