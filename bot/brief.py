"""`/footlight brief`: who the people of a meeting are, from the addresses in its invitation."""

from bot.blocks.elements import Message, one_line
from bot.command import Typed
from bot.lookup import addresses_in


async def answer(typed: Typed) -> Message:
    """What `/footlight brief`, with an invitation's text behind it, says."""
    reader = typed.visit.reader
    if emails := addresses_in(typed.text):
        return (await typed.desk.lookup.briefing(emails, reader)).message
    return one_line(reader.texts("brief_ask"))
