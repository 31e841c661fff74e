"""The client of Slack's Web API."""

from collections.abc import Awaitable, Callable
from typing import Final

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack_errors import error_code

TIMEOUT_SECONDS: Final = 10

ClientOf = Callable[[str], Awaitable[AsyncWebClient]]
"""Gives the client that speaks in a workspace, by its name among ids; raises `NotInstalled`."""


class NotInstalled(Exception):
    """We have no token of this workspace; `ended`: any more."""

    def __init__(self, *, ended: bool) -> None:
        super().__init__("Footlight was removed from the workspace" if ended else "Footlight is not installed there")
        self.ended = ended


def always(client: AsyncWebClient) -> ClientOf:
    """The one client there is, whatever the workspace."""

    async def client_of(workspace: str) -> AsyncWebClient:
        return client

    return client_of


def slack_client(token: str | None, base_url: str) -> AsyncWebClient:
    """A client without retry handlers: repeating a request whose connection broke would post twice."""
    return AsyncWebClient(token, base_url=base_url, timeout=TIMEOUT_SECONDS, retry_handlers=[])


async def whose_token(client: AsyncWebClient) -> tuple[str, str] | None:
    """The id and name of the workspace whose token this client has; None: Slack does not tell now."""
    try:
        told = await client.auth_test()
    except (SlackApiError, TimeoutError, aiohttp.ClientError, OSError):
        return None
    return str(told["team_id"]), str(told.get("team") or "")


async def why_no_answer(client: AsyncWebClient) -> str | None:
    """Why Slack does not take this client's token, and what to do; None: it does."""
    try:
        await client.auth_test()
    except SlackApiError as error:
        return f"Slack refused the bot token ({error_code(error)}): copy it anew from OAuth & Permissions"
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        return f"Slack does not answer ({type(error).__name__}): is the network up?"
    return None
