"""The switches of the sandbox Slack make it fail as the real one fails."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.sample_data.workspace import ANNA, FEED, LEADS
from sandbox.slack import SlackSandbox
from tests.sandbox.conftest import Clock, SlackApp

ErrorOf = Callable[[Awaitable[Any]], Awaitable[str]]


async def refused(call: Awaitable[Any]) -> SlackApiError:
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value


async def test_too_many_requests(client: AsyncWebClient, slack: SlackSandbox) -> None:
    """So many answers as asked for are 429, and tell the seconds to wait."""
    slack.faults.too_many, slack.faults.retry_after = 1, 7
    response = (await refused(client.auth_test())).response

    assert (response.status_code, response.headers["Retry-After"], response["error"]) == (429, "7", "ratelimited")
    assert (await client.auth_test())["ok"]


async def test_faults_can_be_narrowed_to_a_method(client: AsyncWebClient, slack: SlackSandbox) -> None:
    """Until it is switched off, only the methods meant are closed."""
    slack.faults.too_many, slack.faults.only = -1, "chat."
    await client.auth_test()
    await refused(client.chat_postMessage(channel=LEADS, text="x"))
    await refused(client.chat_postMessage(channel=LEADS, text="x"))
    slack.faults.clear()

    assert (await client.chat_postMessage(channel=LEADS, text="x"))["ok"]


async def test_one_message_a_second_and_channel(
    client: AsyncWebClient, slack: SlackSandbox, clock: Clock, error_of: ErrorOf
) -> None:
    """A second message within the second is refused in the same channel only."""
    slack.faults.one_message_a_second = True
    await client.chat_postMessage(channel=LEADS, text="1")
    too_soon = await error_of(client.chat_postMessage(channel=LEADS, text="2"))
    await client.chat_postMessage(channel=FEED, text="elsewhere")
    clock.added += 1.0
    await client.chat_postMessage(channel=LEADS, text="3")

    assert too_soon == "ratelimited"
    assert slack.texts(LEADS) == ["1", "3"]


async def test_history_of_unlisted_apps(client: AsyncWebClient, slack: SlackSandbox, clock: Clock) -> None:
    """One call a minute, with at most 15 messages."""
    slack.faults.history_once_a_minute = True
    for number in range(20):
        slack.workspace.post(LEADS, ANNA, str(number))
    page = await client.conversations_history(channel=LEADS, limit=100)
    again = (await refused(client.conversations_history(channel=LEADS))).response
    clock.added += 60

    assert len(page["messages"]) == 15
    assert (again.status_code, 55 <= int(again.headers["Retry-After"]) <= 60) == (429, True)
    assert (await client.conversations_history(channel=LEADS))["ok"]


async def test_errors_by_method(client: AsyncWebClient, slack: SlackSandbox, error_of: ErrorOf) -> None:
    """A code set for a method is its answer until it is taken away."""
    slack.faults.errors["chat.postMessage"] = "restricted_action"
    code = await error_of(client.chat_postMessage(channel=LEADS, text="x"))
    del slack.faults.errors["chat.postMessage"]

    assert (code, (await client.chat_postMessage(channel=LEADS, text="x"))["ok"]) == ("restricted_action", True)


@pytest.mark.parametrize(("switch", "is_done"), [("next_statuses", False), ("statuses_after_doing", True)])
async def test_server_trouble_is_a_page(
    client: AsyncWebClient, slack: SlackSandbox, switch: str, is_done: bool
) -> None:
    """A 503 is HTML without an error code, and does not tell whether the call was carried out."""
    setattr(slack.faults, switch, [503])
    response = (await refused(client.chat_postMessage(channel=LEADS, text="x"))).response

    assert response.status_code == 503
    assert "error" not in response.data
    assert bool(slack.texts(LEADS)) is is_done


async def test_connection_cut_after_doing(client: AsyncWebClient, slack: SlackSandbox) -> None:
    """The message stands in the channel though its sender never heard so."""
    slack.faults.cut_after_doing = 1
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=LEADS, text="x")

    assert slack.texts(LEADS) == ["x"]


async def test_slow_answers(slack: SlackSandbox) -> None:
    """What was asked is done at once, the answer waits."""
    slack.faults.slow = 30.0
    async with aiohttp.ClientSession() as session:
        call = asyncio.ensure_future(
            session.post(
                f"{slack.base_url}chat.postMessage",
                data={"channel": LEADS, "text": "x"},
                headers={"Authorization": f"Bearer {slack.bot_token}"},
            )
        )
        await slack.until(lambda: slack.texts(LEADS))
        was_answered = call.done()
        call.cancel()

    assert not was_answered


async def test_revoked_token(client: AsyncWebClient, slack: SlackSandbox, error_of: ErrorOf) -> None:
    """A revoked token says so until it is given back."""
    slack.faults.revoked = True
    code = await error_of(client.auth_test())
    slack.faults.revoked = False

    assert (code, (await client.auth_test())["ok"]) == ("token_revoked", True)


async def test_events_can_come_twice(slack: SlackSandbox, app: SlackApp) -> None:
    """Both deliveries have the same event id."""
    slack.deliveries.duplicate = True
    slack.people.direct(ANNA, "hello")
    await slack.deliveries.settled()

    assert len(app.received) == 2
    assert len({one.body for one in app.received}) == 1
