"""`/leads off`, `/feed off`: where it is typed, a channel is told nothing new of that any more."""

from typing import Final

from bot.blocks.elements import Message, one_line
from bot.blocks.text import channel_mention
from bot.command import Typed
from bot.permissions import Right
from storage import channel_chosen
from storage.subscriptions import Topic

OFF: Final = "off"
_ENDED: Final = {Topic.LEADS: "leads_off", Topic.FEED: "feed_off"}
_NOT_ON: Final = {Topic.LEADS: "leads_were_off", Topic.FEED: "feed_was_off"}


async def channel_off(topic: Topic, typed: Typed) -> Message:
    """
    End the subscription of the channel, or say that there was none.

    Raises:
        Refused: to those who may not decide.
    """
    desk, visit = typed.desk, typed.visit
    visit.require(Right.DECIDE)
    ended = await desk.store.write(channel_chosen.drop, topic, typed.channel, actor=visit.actor, now=desk.now())
    return one_line(visit.reader.texts((_ENDED if ended else _NOT_ON)[topic], channel=channel_mention(typed.channel)))
