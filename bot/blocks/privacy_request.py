"""A recipient's request from their own page, as the admin is told of it."""

from typing import Final

from bot.blocks.elements import Message, context, section
from bot.blocks.reader import Reader
from bot.blocks.text import LONGEST_ADDRESS, LONGEST_TEXT, address, bold, escape, fit
from storage.privacy_requests import PrivacyRequestView, Wish

_WORDS: Final = {
    Wish.ERASE: ("privacy_erase", "privacy_erase_do"),
    Wish.EXPORT: ("privacy_export", "privacy_export_do"),
}


def privacy_request(asked: PrivacyRequestView, reader: Reader) -> Message:
    """Who asks for what, since when, and the command that does it."""
    texts, plain = reader.texts, escape(asked.email.replace("`", ""), LONGEST_ADDRESS)
    asks, does = _WORDS[asked.wish]
    to_do = texts(does, plain=plain)
    shown = [texts(asks, email=bold(asked.email, LONGEST_ADDRESS)), to_do]
    told = [texts(asks, email=address(asked.email)), to_do]
    return Message(fit(told, LONGEST_TEXT, " "), [section(shown), context([reader.when(asked.asked_at)])])


def forgotten_request(reader: Reader) -> Message:
    """What stays of the request of somebody who was erased."""
    told = reader.texts("forgotten_request")
    return Message(told, [context([told])])
