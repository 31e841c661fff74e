"""`/footlight`: help, and the other commands under a name that is ours alone."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncBoltContext, AsyncRespond

from bot.blocks.elements import Message, section
from bot.blocks.reader import Reader
from bot.blocks.text import Mrkdwn
from bot.command import Command, Typed, answer
from bot.desk import Desk
from bot.permissions import Right
from bot.press import Listener

_LINES: Final = (
    "help_contact",
    "help_account",
    "help_leads",
    "help_feed",
    "help_campaigns",
    "help_brief",
    "help_follow",
    "help_setup",
    "help_groups",
    "help_mentions",
    "help_opt_out",
    "help_again",
    "help_shortcut",
)


def footlight(words: Mapping[str, Command]) -> Listener:
    """The listener of `/footlight WORD ...`, where each word leads to the command of that name."""

    async def listener(
        ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond, context: AsyncBoltContext, desk: Desk
    ) -> None:
        await ack()
        word, _, rest = command.get("text", "").strip().partition(" ")
        meant = words.get(word.casefold(), Command(Right.SEE, partial(_help, word)))
        await answer(meant, rest, respond, context, desk)

    return listener


async def _help(word: str, typed: Typed) -> Message:
    reader = typed.visit.reader
    is_known = word.casefold() in ("", "help", "hilfe")
    return help_message(reader, [] if is_known else [reader.texts("unknown_command", word=word)])


def help_message(reader: Reader, first: list[Mrkdwn] | None = None) -> Message:
    """What can be asked."""
    texts = reader.texts
    lines = [*(first or []), texts("help_head"), *(texts(key) for key in _LINES)]
    return Message(" ".join(lines), [section([line]) for line in lines])
