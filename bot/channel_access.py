"""Whether we can post in a channel that was chosen: joined where it is public, refused where others read along."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack_errors import CLOSED, error_code
from bot.texts import Texts

# A modal must be answered within three seconds.
SECONDS: Final = 2.0
MEMBERS_A_PAGE: Final = 1_000


@dataclass(eq=False)  # Python writes to an exception's attributes while it is raised
class CannotEnter(Exception):
    """We cannot post there; `key` is that of the text that says why, `code` Slack's own."""

    key: str
    code: str = ""

    def told(self, texts: Texts) -> str:
        """Why, and what to do."""
        said = texts.plain(self.key, code=self.code)
        return said[:1].upper() + said[1:]


async def enter(client: AsyncWebClient, channel: str, *, asked_by: str | None = None) -> None:
    """
    Be in a channel; in a private one for those alone who are in it themselves.

    Args:
        asked_by: a Slack user's id; None: whoever may look into any channel.

    Raises:
        CannotEnter
    """
    try:
        async with asyncio.timeout(SECONDS):
            await _enter(client, channel, asked_by)
    except SlackApiError as error:
        raise _meaning(error_code(error)) from error
    except (TimeoutError, aiohttp.ClientError, ConnectionError) as error:
        raise CannotEnter("channel_no_answer") from error


async def _enter(client: AsyncWebClient, channel: str, asked_by: str | None) -> None:
    told: dict[str, Any] = (await client.conversations_info(channel=channel))["channel"]
    if because := _why_not(told):
        raise CannotEnter(because)
    # Slack offers nobody a private channel that they are not in; but what comes back may name any.
    if asked_by and told.get("is_private") and not await _is_in(client, channel, asked_by):
        raise CannotEnter("channel_not_theirs")
    if not told.get("is_member"):
        await client.conversations_join(channel=channel)


async def _is_in(client: AsyncWebClient, channel: str, user: str) -> bool:
    cursor = ""
    while True:
        page = await client.conversations_members(channel=channel, limit=MEMBERS_A_PAGE, cursor=cursor or None)
        if user in page["members"]:
            return True
        if not (cursor := (page.get("response_metadata") or {}).get("next_cursor") or ""):
            return False


def _why_not(told: dict[str, Any]) -> str | None:
    checks = (
        ("channel_no_channel", told.get("is_im") or told.get("is_mpim")),
        ("closed_shared", told.get("is_ext_shared") or told.get("is_pending_ext_shared")),
        ("closed_archived", told.get("is_archived")),
        ("channel_private", told.get("is_private") and not told.get("is_member")),
    )
    return next((key for key, applies in checks if applies), None)


def _meaning(code: str) -> CannotEnter:
    if code == "channel_not_found":  # so Slack calls a private channel that we are not in
        return CannotEnter("channel_private")
    return CannotEnter(CLOSED[code]) if code in CLOSED else CannotEnter("channel_refused", code)
