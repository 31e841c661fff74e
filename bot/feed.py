"""`/feed`: the latest activity, newest first."""

from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncBoltContext, AsyncRespond

from bot.blocks.activity_message import feed_list
from bot.channel_off import OFF, channel_off
from bot.desk import Desk, say
from bot.permissions import Right
from storage import feed
from storage.subscriptions import Topic

MOST_LISTED: Final = 15


async def command(
    ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond, context: AsyncBoltContext, desk: Desk
) -> None:
    """`/feed`"""
    await ack()
    await answer_command(command.get("text", ""), respond, context, desk)


async def answer_command(text: str, respond: AsyncRespond, context: AsyncBoltContext, desk: Desk) -> None:
    """What `/feed` and `/footlight feed` say."""
    if text.strip().casefold() == OFF:
        await channel_off(Topic.FEED, respond, context, desk)
        return
    visit = await desk.admit(context, Right.SEE)
    cards = await desk.store.read(feed.newest, MOST_LISTED)
    await say(respond, feed_list(cards, visit.reader))
