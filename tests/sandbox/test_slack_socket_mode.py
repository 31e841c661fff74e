"""Socket Mode of the sandbox Slack, driven by Slack's own client."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.sample_data.workspace import ANNA, LEADS
from sandbox.slack import SlackSandbox
from tests.sandbox.conftest import APP_TOKEN, SlackApp


class Listener:
    """Keeps what comes, and acknowledges it with `reply` unless it is `deaf` for so many."""

    def __init__(self) -> None:
        self.requests: list[SocketModeRequest] = []
        self.reply: dict[str, Any] | None = None
        self.deaf = 0

    async def hear(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        self.requests.append(request)
        if self.deaf:
            self.deaf -= 1
            return
        await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, self.reply))


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
async def socket(slack: SlackSandbox, listener: Listener) -> AsyncIterator[SocketModeClient]:
    web = AsyncWebClient(base_url=slack.base_url)
    client = SocketModeClient(APP_TOKEN, web_client=web, ping_interval=0.2)
    client.socket_mode_request_listeners.append(listener.hear)
    await client.connect()  # type: ignore[no-untyped-call]
    await slack.until(lambda: len(slack.deliveries.sockets))
    yield client
    await client.close()  # type: ignore[no-untyped-call]


async def test_command_over_the_socket(slack: SlackSandbox, socket: SocketModeClient, listener: Listener) -> None:
    """A command is an envelope, its reply the payload of the acknowledgement."""
    listener.reply = {"text": "here"}
    answer = await slack.people.command(ANNA, LEADS, "/contact", "max")

    assert (answer.status, slack.texts(LEADS)) == (200, ["here"])
    assert (listener.requests[0].type, listener.requests[0].accepts_response_payload) == ("slash_commands", True)
    assert listener.requests[0].payload["text"] == "max"


async def test_nothing_comes_over_http_meanwhile(slack: SlackSandbox, app: SlackApp, socket: SocketModeClient) -> None:
    """While a socket is connected, the request URL is not called."""
    await slack.people.direct(ANNA, "hello")

    assert app.received == []


async def test_unacknowledged_event_comes_again(
    slack: SlackSandbox, socket: SocketModeClient, listener: Listener
) -> None:
    """The second attempt is numbered and has another envelope, but the same event."""
    slack.deliveries.answer_within, listener.deaf = 0.1, 1
    answer = await slack.people.direct(ANNA, "hello")

    first, second = listener.requests
    assert answer.is_ack
    assert (second.retry_attempt, second.retry_reason) == (1, "timeout")
    assert first.envelope_id != second.envelope_id
    assert first.payload["event_id"] == second.payload["event_id"]


async def test_client_comes_back_after_a_disconnect(
    slack: SlackSandbox, socket: SocketModeClient, listener: Listener
) -> None:
    """After `refresh_requested` the client connects anew and hears again."""
    await slack.deliveries.sockets.disconnect("refresh_requested")
    await slack.until(lambda: slack.requests["apps.connections.open"] > 1 and len(slack.deliveries.sockets))
    answer = await slack.people.direct(ANNA, "hello")

    assert answer.is_ack


async def test_hello_comes_first_and_a_ticket_opens_once(slack: SlackSandbox) -> None:
    """The first frame tells the connections; the same URL is refused the second time."""
    opened = await AsyncWebClient(APP_TOKEN, base_url=slack.base_url).apps_connections_open(app_token=APP_TOKEN)
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(opened["url"]) as connection:
            hello = await connection.receive_json()
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(opened["url"])

    assert (hello["type"], hello["num_connections"], hello["connection_info"]) == ("hello", 1, {"app_id": "AFOOTLIGHT"})


async def test_eleventh_connection_is_turned_away(slack: SlackSandbox) -> None:
    """Ten connections at most."""
    web = AsyncWebClient(APP_TOKEN, base_url=slack.base_url)
    async with aiohttp.ClientSession() as session:
        connections = []
        for _ in range(11):
            url = (await web.apps_connections_open(app_token=APP_TOKEN))["url"]
            connections.append(await session.ws_connect(url))
        frames = [await one.receive_json() for one in connections]

    assert [one["type"] for one in frames] == ["hello"] * 10 + ["disconnect"]
    assert frames[-1]["reason"] == "too_many_websockets"


@pytest.mark.parametrize(("token", "code"), [("xoxb-test", "not_allowed_token_type"), ("xapp-other", "invalid_auth")])
async def test_only_the_app_token_opens_connections(slack: SlackSandbox, token: str, code: str) -> None:
    """A bot token is of the wrong kind."""
    with pytest.raises(SlackApiError) as caught:
        await AsyncWebClient(base_url=slack.base_url).apps_connections_open(app_token=token)

    assert caught.value.response["error"] == code
