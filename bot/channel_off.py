"""`/leads off`, `/feed off`: where it is typed, a channel is told nothing new of that any more."""

from typing import Final

from slack_bolt.async_app import AsyncBoltContext, AsyncRespond

from bot.blocks.elements import Message, section
from bot.blocks.text import channel_mention
from bot.desk import Desk, say
from bot.permissions import Right
from storage import channel_chosen
from storage.subscriptions import Topic

OFF: Final = "off"
_ENDED: Final = {Topic.LEADS: "leads_off", Topic.FEED: "feed_off"}
_NOT_ON: Final = {Topic.LEADS: "leads_were_off", Topic.FEED: "feed_was_off"}


async def channel_off(topic: Topic, respond: AsyncRespond, context: AsyncBoltContext, desk: Desk) -> None:
    """End the channel's subscription, or say that there was none."""
    visit = await desk.admit(context, Right.DECIDE)
    channel = visit.kept(context.channel_id or "")
    ended = await desk.store.write(channel_chosen.drop, topic, channel, actor=visit.actor, now=desk.now())
    told = visit.reader.texts((_ENDED if ended else _NOT_ON)[topic], channel=channel_mention(channel))
    await say(respond, Message(told, [section([told])]))
