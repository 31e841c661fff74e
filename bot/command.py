"""A command that somebody typed, under a name of its own or as a word behind `/footlight`, and what it is answered."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncBoltContext, AsyncRespond

from bot.blocks.elements import Message
from bot.desk import Desk, Visit, say, team_of
from bot.permissions import Right
from bot.press import Listener


@dataclass(frozen=True, slots=True)
class Typed:
    """Somebody who may do it typed a command; `text` stands behind its name, `channel` is where, `team_id` is ours."""

    desk: Desk
    visit: Visit
    text: str
    channel: str
    team_id: str


@dataclass(frozen=True, slots=True)
class Command:
    """What a command takes, and what makes its answer, which only who typed it sees."""

    right: Right
    answer: Callable[[Typed], Awaitable[Message]]


def typed(asked: Command) -> Listener:
    """The listener of a command under a name of its own."""

    async def listener(
        ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond, context: AsyncBoltContext, desk: Desk
    ) -> None:
        await ack()
        await answer(asked, command.get("text", ""), respond, context, desk)

    return listener


async def answer(command: Command, text: str, respond: AsyncRespond, context: AsyncBoltContext, desk: Desk) -> None:
    """
    Raises:
        Refused: when they lack the right.
    """
    visit = await desk.admit(context, command.right)
    channel = visit.kept(context.channel_id or "")
    await say(respond, await command.answer(Typed(desk, visit, text, channel, team_of(context))))
