"""The client of Slack's Web API."""

from typing import Final

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack_errors import error_code

TIMEOUT_SECONDS: Final = 10


def slack_client(token: str, base_url: str) -> AsyncWebClient:
    """A client without retry handlers: repeating a request whose connection broke would post twice."""
    return AsyncWebClient(token, base_url=base_url, timeout=TIMEOUT_SECONDS, retry_handlers=[])


async def why_no_answer(client: AsyncWebClient) -> str | None:
    """Why Slack does not take this client's token, and what to do; None: it does."""
    try:
        await client.auth_test()
    except SlackApiError as error:
        return f"Slack refused the bot token ({error_code(error)}): copy it anew from OAuth & Permissions"
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        return f"Slack does not answer ({type(error).__name__}): is the network up?"
    return None
