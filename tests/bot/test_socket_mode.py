"""Socket Mode: the same conversations, acknowledged only when on disk."""

from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.socket_mode import SocketMode
from sandbox.sample_data.workspace import GENERAL, OLIVER
from sandbox.slack import SlackSandbox
from storage import Store, StoreDown
from tests.bot.conftest import APP_TOKEN, Bot, running_bot, seen, until_said
from tests.storage.people import a_state, store_all


@pytest.fixture
async def bot(store: Store, slack: SlackSandbox, client: AsyncWebClient) -> AsyncIterator[Bot]:
    """The bot, connected by a socket, without any address."""
    async with running_bot(store, client) as running:
        socket = SocketMode(
            running.events, running.dispatch, app_token=APP_TOKEN, client=client, ping_seconds=0.2, deaf_after=0.8
        )
        await socket.connect()
        assert await socket.why_not() is None
        yield running
        await socket.close()


async def test_command_and_button(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """A command and a button work as over HTTP."""
    store_all(store, a_state())

    answer = await slack.people.command(OLIVER, GENERAL, "/contact", "max@firma.de")
    card = await until_said(slack, GENERAL, "Max Mustermann", "Opt out")
    pressed = await slack.people.press(OLIVER, GENERAL, card.ts, "ask_opt_out")

    assert (answer.is_ack, pressed.is_ack) == (True, True)
    await slack.until(lambda: slack.workspace.stacks.get(OLIVER, []))


async def test_direct_message_is_answered_once(bot: Bot, slack: SlackSandbox) -> None:
    """An event that is delivered twice is answered once."""
    slack.deliveries.duplicate = True

    await slack.people.direct(OLIVER, "help")
    await slack.deliveries.settled()
    await bot.dispatch.drain(5)

    channel = slack.workspace.direct(OLIVER).id
    assert len([message for message in seen(slack, channel) if message.user != OLIVER]) == 1


async def test_event_is_not_acknowledged_while_the_store_is_down(
    store: Store, bot: Bot, slack: SlackSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be kept is not acknowledged; Slack repeats it, and it is answered then."""
    write, calls = store.write, []

    async def down_at_first(*args: object, **kwargs: object) -> object:
        calls.append(1)
        if len(calls) == 1:
            raise StoreDown("the disk is full")
        return await write(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "write", down_at_first)
    slack.deliveries.answer_within = 0.5

    slack.people.direct(OLIVER, "help")

    await until_said(slack, slack.workspace.direct(OLIVER).id, "/contact")


async def test_lost_connection_is_made_anew(bot: Bot, slack: SlackSandbox) -> None:
    """When Slack ends the connection, the bot connects again and answers."""
    await slack.deliveries.sockets.disconnect("refresh_requested")
    await slack.until(lambda: len(slack.deliveries.sockets))

    slack.people.direct(OLIVER, "help")

    await until_said(slack, slack.workspace.direct(OLIVER).id, "/contact")


async def test_deaf_socket_that_slack_does_not_replace(
    store: Store, slack: SlackSandbox, client: AsyncWebClient
) -> None:
    """While Slack gives no new socket for a deaf one it is asked again and again, and a stop ends that quietly."""
    async with running_bot(store, client) as running:
        socket = SocketMode(
            running.events, running.dispatch, app_token=APP_TOKEN, client=client, ping_seconds=10, deaf_after=0.04
        )
        await socket.connect()
        slack.faults.errors["apps.connections.open"] = "internal_error"
        slack.requests.clear()

        await slack.until(lambda: slack.requests["apps.connections.open"] >= 3)
        await socket.close()
