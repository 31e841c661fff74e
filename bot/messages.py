"""A message that Slack tells of: a note where it stands in the thread of a lead's message, else a question to us."""

from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot import contact, lead_notes
from bot.desk import Desk, is_direct


async def heard(event: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext, desk: Desk) -> None:
    """Somebody wrote, edited or removed a message. Who mentions us asks something, in a lead's thread too."""
    is_mention = f"<@{context.bot_user_id}" in str(event.get("text") or "")
    reply = None if is_mention else lead_notes.reply_of(event)
    if reply is not None and await lead_notes.take(reply, context, desk):
        return
    if is_mention or is_direct(event):
        await contact.message(event, client, context, desk)


def may_concern_us(event: Mapping[str, Any]) -> bool:
    """Whether a message is kept until it is answered: what people say in no thread of a channel is none of ours."""
    return is_direct(event) or lead_notes.reply_of(event) is not None
