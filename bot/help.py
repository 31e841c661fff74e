"""`/footlight`: help, and the other commands under a name that is ours alone."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncBoltContext, AsyncRespond

from bot.blocks.elements import Message, section
from bot.blocks.reader import Reader
from bot.blocks.text import Mrkdwn
from bot.desk import Desk, say
from bot.permissions import Right

AnswerCommand = Callable[[str, AsyncRespond, AsyncBoltContext, Desk], Awaitable[None]]

_LINES: Final = (
    "help_contact",
    "help_account",
    "help_leads",
    "help_feed",
    "help_campaigns",
    "help_brief",
    "help_follow",
    "help_setup",
    "help_mentions",
    "help_opt_out",
    "help_again",
    "help_shortcut",
)


def footlight(words: Mapping[str, AnswerCommand]) -> Callable[..., Awaitable[None]]:
    """The listener of `/footlight WORD ...`, where each word leads to what answers the command of that name."""

    async def command(
        ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond, context: AsyncBoltContext, desk: Desk
    ) -> None:
        await ack()
        word, _, rest = command.get("text", "").strip().partition(" ")
        if answer := words.get(word.casefold()):
            await answer(rest, respond, context, desk)
            return
        visit = await desk.admit(context, Right.SEE)
        is_known = word.casefold() in ("", "help", "hilfe")
        unknown = [] if is_known else [visit.reader.texts("unknown_command", word=word)]
        await say(respond, help_message(visit.reader, unknown))

    return command


def help_message(reader: Reader, first: list[Mrkdwn] | None = None) -> Message:
    """What can be asked."""
    texts = reader.texts
    lines = [*(first or []), texts("help_head"), *(texts(key) for key in _LINES)]
    return Message(" ".join(lines), [section([line]) for line in lines])
