"""`/feed`: the latest activity, newest first."""

from typing import Final

from bot.blocks.activity_message import feed_list
from bot.blocks.elements import Message
from bot.channel_off import OFF, channel_off
from bot.command import Typed
from storage import feed
from storage.subscriptions import Topic

MOST_LISTED: Final = 15


async def answer(typed: Typed) -> Message:
    """What `/feed` says."""
    if typed.text.strip().casefold() == OFF:
        return await channel_off(Topic.FEED, typed)
    cards = await typed.desk.store.read(feed.newest, MOST_LISTED)
    return feed_list(cards, typed.visit.reader)
