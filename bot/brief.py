"""`/footlight brief`: who the people of a meeting are, from the addresses in its invitation."""

from slack_bolt.async_app import AsyncBoltContext, AsyncRespond

from bot.blocks.elements import Message, section
from bot.desk import Desk, say
from bot.lookup import addresses_in
from bot.permissions import Right


async def answer_command(text: str, respond: AsyncRespond, context: AsyncBoltContext, desk: Desk) -> None:
    """What `/footlight brief`, with an invitation's text behind it, says."""
    visit = await desk.admit(context, Right.SEE)
    emails = addresses_in(text)
    if emails:
        await say(respond, (await desk.lookup.briefing(emails, visit.reader)).message)
        return
    told = visit.reader.texts("brief_ask")
    await say(respond, Message(told, [section([told])]))
