"""The client of Slack's Web API."""

from typing import Final

from slack_sdk.web.async_client import AsyncWebClient

TIMEOUT_SECONDS: Final = 10


def slack_client(token: str, base_url: str) -> AsyncWebClient:
    """A client without retry handlers: repeating a request whose connection broke would post twice."""
    return AsyncWebClient(token, base_url=base_url, timeout=TIMEOUT_SECONDS, retry_handlers=[])
