"""An acknowledged event is answered once, whoever dies."""

from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlmodel import Session, select

from bot.dispatch import Outcome
from bot.events import Events
from decisions.sealing import Keys
from sandbox.sample_data.workspace import OLIVER
from sandbox.slack import SlackSandbox
from storage import Store
from storage.inbox import SlackEvent
from tests.bot.conftest import KEYS, Bot, running_bot, seen, until_said, utc_now


def event_in(channel: str, number: int = 1) -> dict[str, Any]:
    inner = {"type": "message", "channel_type": "im", "channel": channel, "user": OLIVER, "ts": f"{number}.5"}
    envelope = {"type": "event_callback", "team_id": "TNORDWERK", "event_id": f"Ev{number}"}
    return envelope | {"event": inner | {"text": "help"}}


class Dead:
    """A process that keeps events and dies before it answers."""

    def start(self, work: Any) -> None:
        work.close()


def bodies(session: Session) -> list[bytes | None]:
    return list(session.exec(select(SlackEvent.sealed_body)))


async def left_by_the_dead(store: Store, payload: dict[str, Any], *, ago: timedelta, keys: Keys = KEYS) -> None:
    events = Events(store, keys, Dead(), now=lambda: utc_now() - ago)  # type: ignore[arg-type]
    assert await events.receive(payload)


async def test_event_left_by_a_dead_process_is_answered_at_the_next_start(
    store: Store, bot: Bot, slack: SlackSandbox
) -> None:
    """What was acknowledged and not answered is answered once after a restart."""
    channel = slack.workspace.direct(OLIVER).id
    await left_by_the_dead(store, event_in(channel), ago=timedelta(minutes=9))

    bot.events.resume()
    await until_said(slack, channel, "/contact")
    await bot.dispatch.drain(5)
    bot.events.resume()
    await bot.dispatch.drain(5)

    assert len(seen(slack, channel)) == 1


async def test_processes_that_start_at_once_answer_once(
    store: Store, bot: Bot, slack: SlackSandbox, client: AsyncWebClient
) -> None:
    """What was left is answered once, however many processes start at the same moment."""
    channel = slack.workspace.direct(OLIVER).id
    for number in range(5):
        await left_by_the_dead(store, event_in(channel, number), ago=timedelta(minutes=1))
    async with running_bot(store, client) as other:
        for one in (bot, other):
            one.events.resume()
        await bot.dispatch.drain(10)
        await other.dispatch.drain(10)

    assert len(seen(slack, channel)) == 5


async def test_event_of_long_ago_is_dropped(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """After ten minutes nobody waits for an answer any more; its text is forgotten."""
    channel = slack.workspace.direct(OLIVER).id
    await left_by_the_dead(store, event_in(channel), ago=timedelta(minutes=11))

    bot.events.resume()
    await bot.dispatch.drain(5)

    assert seen(slack, channel) == []
    assert store.read_now(bodies) == [None]


class Begun:
    """Takes what is to run in the background, so that a test may wait for its end."""

    def __init__(self) -> None:
        self.works: list[Any] = []

    def start(self, work: Any) -> None:
        self.works.append(work)

    async def answer(self, payload: dict[str, Any], *, comes_again: bool = False) -> Outcome:
        return Outcome.ANSWERED


async def test_store_that_is_down_breaks_nothing_in_the_background(store: Store) -> None:
    """Events that can be neither looked for nor noted as answered wait for the next start, without an error."""
    begun = Begun()
    events = Events(store, KEYS, begun, now=utc_now)  # type: ignore[arg-type]
    await events.receive(event_in("D1"))
    events.resume()
    await store.close()

    for work in begun.works:
        await work


async def test_event_sealed_with_a_lost_key_holds_nothing_up(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """An event that cannot be opened is passed over; the next one is answered."""
    channel = slack.workspace.direct(OLIVER).id
    await left_by_the_dead(store, event_in(channel, 1), ago=timedelta(minutes=2), keys=Keys.parse("another"))
    await left_by_the_dead(store, event_in(channel, 2), ago=timedelta(minutes=1))

    bot.events.resume()

    await until_said(slack, channel, "/contact")


async def test_two_processes_answer_a_repeated_event_once(
    store: Store, bot: Bot, slack: SlackSandbox, client: AsyncWebClient
) -> None:
    """A repeat that reaches another process is known there."""
    channel = slack.workspace.direct(OLIVER).id
    async with running_bot(store, client) as other:
        kept = [await one.events.receive(event_in(channel)) for one in (bot, other)]
        await bot.dispatch.drain(5)

    assert kept == [True, False]
    assert len(seen(slack, channel)) == 1


async def test_every_event_delivered_twice_is_answered_once(bot: Bot, slack: SlackSandbox) -> None:
    """When Slack delivers everything twice, people are still answered once."""
    slack.deliveries.duplicate = True
    channel = slack.workspace.direct(OLIVER).id

    await slack.people.direct(OLIVER, "help")
    await slack.deliveries.settled()
    await bot.dispatch.drain(5)

    assert len([message for message in seen(slack, channel) if message.user != OLIVER]) == 1


@pytest.mark.parametrize("error", ["channel_not_found", "internal_error"])
async def test_event_whose_answer_failed_stays_for_the_next_start(
    store: Store, bot: Bot, slack: SlackSandbox, error: str
) -> None:
    """Where Slack refuses the answer, the event is kept, and answered when Slack is well again."""
    channel = slack.workspace.direct(OLIVER).id
    slack.faults.errors["chat.postMessage"] = error
    await bot.events.receive(event_in(channel))
    await bot.dispatch.drain(5)
    assert seen(slack, channel) == []

    slack.faults.errors.clear()
    bot.events.resume()

    await until_said(slack, channel, "/contact")


async def test_stop_waits_for_what_is_being_answered(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """A stop lets a running conversation end; one that does not end is cut off and stays for the next start."""
    channel = slack.workspace.direct(OLIVER).id
    slack.faults.slow = 30.0
    await bot.events.receive(event_in(channel))

    await bot.dispatch.drain(0.1)

    assert store.read_now(bodies) != [None]
