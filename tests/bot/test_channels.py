"""What Slack tells of our channels and of the app itself is obeyed at once."""

from typing import Any

import pytest

from bot.carrier import SlackCarrier
from bot.slack_errors import closed
from sandbox.sample_data.workspace import FEED, GENERAL, LEADS, OLIVER
from sandbox.slack import SlackSandbox
from sandbox.slack.workspace import BOT_USER
from storage import Store, audit, subscriptions
from tests.bot.conftest import Bot, utc_now


def paused(store: Store) -> dict[str, str | None]:
    return {one.channel: one.paused_because for one in store.read_now(subscriptions.paused)}


@pytest.fixture
def paused_leads(store: Store, bot: Bot, carrier: SlackCarrier) -> str:
    """The leads' channel, which could not be reached."""
    store.write_now(subscriptions.pause, LEADS, "is_archived: unarchive it", now=utc_now())
    return LEADS


async def tell(bot: Bot, slack: SlackSandbox, event: dict[str, Any]) -> None:
    await slack.people.event(event, OLIVER)
    await bot.dispatch.drain(5)


async def test_unarchived_channel_gets_what_it_is_owed(
    paused_leads: str, store: Store, bot: Bot, slack: SlackSandbox
) -> None:
    """A channel that is unarchived is resumed at once, and the audit knows who did it."""
    await slack.people.archive(OLIVER, paused_leads, undo=True)
    await bot.dispatch.drain(5)

    assert paused(store) == {}
    (entry,) = store.read_now(audit.newest, 5)
    assert (entry.actor, entry.detail) == (f"slack:{OLIVER}", LEADS)


async def test_invited_again(paused_leads: str, store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """A channel that invites us again is resumed at once."""
    await slack.people.invite_bot(OLIVER, paused_leads)
    await bot.dispatch.drain(5)

    assert paused(store) == {}


@pytest.mark.parametrize(
    "event",
    [
        {"type": "member_joined_channel", "user": OLIVER, "channel": LEADS},
        {"type": "member_joined_channel", "user": BOT_USER, "channel": GENERAL},
        {"type": "channel_unarchive", "user": OLIVER, "channel": FEED},
        {"type": "channel_unarchive", "user": OLIVER},
    ],
    ids=["somebody else joined", "another channel", "another came back", "no channel at all"],
)
async def test_other_news_resumes_nothing(
    event: dict[str, Any], paused_leads: str, store: Store, bot: Bot, slack: SlackSandbox
) -> None:
    """Whoever else joins, and whatever other channel comes back, the paused one waits."""
    await tell(bot, slack, event)

    assert list(paused(store)) == [LEADS]
    assert store.read_now(audit.newest, 5) == ()


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ({"type": "app_uninstalled"}, "account_inactive"),
        ({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT_USER]}}, "token_revoked"),
    ],
)
async def test_app_that_is_gone_pauses_everything(
    event: dict[str, Any], code: str, store: Store, bot: Bot, slack: SlackSandbox, carrier: SlackCarrier
) -> None:
    """Uninstalled, or with its token revoked, the app posts nowhere; each channel says how to mend it, once."""
    await tell(bot, slack, event)
    await tell(bot, slack, event)

    assert paused(store) == {LEADS: closed(code), FEED: closed(code)}
    assert len(store.read_now(audit.newest, 5)) == 1


async def test_token_of_a_person_is_none_of_ours(
    store: Store, bot: Bot, slack: SlackSandbox, carrier: SlackCarrier
) -> None:
    """Somebody revoked their own token: the bot goes on."""
    await tell(bot, slack, {"type": "tokens_revoked", "tokens": {"oauth": [OLIVER]}})

    assert paused(store) == {}
