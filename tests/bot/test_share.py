"""*Share to channel*: the card stands where colleagues read it, without buttons that act, and says who shared it."""

import pytest

from sandbox.sample_data.workspace import FEED, LEADS, OLIVER, PRIVATE, SHARED
from sandbox.slack import Message, SlackSandbox
from sandbox.slack.workspace import BOT_USER
from storage import Store, audit, portal, posted, privacy, subscriptions
from storage.addresses import known_addresses
from storage.subscriptions import Terms, Topic
from tests.bot.conftest import Bot, buttons, seen, until_said
from tests.bot.test_opt_out import the_modal
from tests.storage.people import HASHER, T0, a_state, fetch, store_all


@pytest.fixture
async def card(store: Store, bot: Bot, slack: SlackSandbox) -> Message:
    """Max's card, on which Oliver has chosen *Share to channel*."""
    store.write_now(portal.remember, "4711", now=T0)
    store_all(store, a_state())
    fetch(store, "max@firma.de")
    await slack.people.command(OLIVER, LEADS, "/contact", "max@firma.de")
    shown = await until_said(slack, LEADS, "Max Mustermann", "Opt out")
    await slack.people.press(OLIVER, LEADS, shown.ts, "share", option="share contact:1")
    return shown


async def share(slack: SlackSandbox, channel: str) -> str:
    """What the question objects to."""
    modal = await the_modal(slack, OLIVER)
    await slack.people.submit(OLIVER, modal.id, {"channel": {"channel": {"selected_conversation": channel}}})
    return str(modal.errors)


async def test_card_is_shared(card: Message, store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """It names who shared it, stays readable, can be found by an erase, and the audit knows."""
    slack.workspace.channels[FEED].members.discard(BOT_USER)
    await share(slack, FEED)

    shared = await until_said(slack, FEED, "Max Mustermann", f"Shared by <@{OLIVER}>", "1 click")
    assert buttons(shared) == ["Open in HubSpot"]
    assert "overflow" not in str(shared.blocks)
    assert " ago" not in str(shared.blocks)
    await bot.dispatch.drain(30)
    noted = store.read_now(audit.newest, 1)[0]
    assert (noted.actor, noted.action, noted.email) == (f"slack:{OLIVER}", "shared a card", "max@firma.de")
    address = store.read_now(known_addresses, ["max@firma.de"])["max@firma.de"].id
    assert [one.ts for one in store.read_now(posted.naming, [address])] == [shared.ts]
    assert store.write_now(privacy.erase, "max@firma.de", actor="cli", hasher=HASHER, now=T0).messages_to_rewrite == 1


async def test_channel_that_hides_addresses(card: Message, store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Where addresses are hidden, the card shows none in full."""
    store.write_now(subscriptions.subscribe, Topic.FEED, FEED, now=T0)
    store.write_now(subscriptions.set_terms, Topic.FEED, FEED, Terms(hides_addresses=True))
    await share(slack, FEED)

    assert "max@firma.de" not in str((await until_said(slack, FEED, "Max Mustermann", "m…@firma.de")).blocks)


async def test_not_where_others_read_along(card: Message, bot: Bot, slack: SlackSandbox) -> None:
    """A channel that another organisation shares is refused, at the question."""
    before = len(seen(slack, SHARED))

    assert "shared with another organisation" in await share(slack, SHARED)
    assert len(seen(slack, SHARED)) == before


async def test_not_where_one_does_not_read_oneself(card: Message, bot: Bot, slack: SlackSandbox) -> None:
    """A private channel that we are in takes no card of somebody who is not, whatever the answer names."""
    board = slack.workspace.channels[PRIVATE]
    board.members |= {BOT_USER, *(f"U{number:09}" for number in range(1_500))}
    board.members.discard(OLIVER)
    assert "not in this channel yourself" in await share(slack, PRIVATE)
    assert seen(slack, PRIVATE) == []

    board.members.add(OLIVER)
    await share(slack, PRIVATE)
    await until_said(slack, PRIVATE, "Max Mustermann")


async def test_person_erased_while_their_card_is_posted(
    card: Message, store: Store, bot: Bot, slack: SlackSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No card stays that no erase would find any more."""

    async def enter_late(*_: object, **__: object) -> None:
        await store.write(privacy.erase, "max@firma.de", actor="cli", hasher=HASHER, now=T0)

    monkeypatch.setattr("bot.share.enter", enter_late)
    assert "no longer here" in await share(slack, FEED)
    assert "Max" not in str(seen(slack, FEED))
