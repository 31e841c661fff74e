"""Pasted links to contacts in HubSpot unfurl into cards, and only where they may."""

import pytest

from sandbox.sample_data.workspace import FEED, GENERAL, GUEST, OLIVER, PARTNER, SHARED
from sandbox.slack import SlackSandbox
from sandbox.slack.block_kit import message_faults
from sandbox.slack.unfurls import links_in
from storage import Store, portal
from tests.bot.conftest import Bot, seen
from tests.storage.people import T0, a_state, fetch, store_all

LINK = "https://app-eu1.hubspot.com/contacts/4711/record/0-1/501"


@pytest.fixture
def people(store: Store, slack: SlackSandbox) -> Store:
    """Max is a contact of portal 4711; Slack knows HubSpot's domains from the manifest."""
    slack.workspace.unfurl_domains = frozenset({"app.hubspot.com", "app-eu1.hubspot.com"})
    store.write_now(portal.remember, "4711", now=T0)
    store_all(store, a_state())
    fetch(store, "max@firma.de")
    return store


@pytest.mark.parametrize("link", [LINK, "https://app.hubspot.com/contacts/4711/contact/501/?query=max"])
async def test_link_unfurls(people: Store, bot: Bot, slack: SlackSandbox, link: str) -> None:
    """The card stands under the link, without buttons that only somebody may press, and says no relative time."""
    message = slack.people.say(OLIVER, FEED, f"look: <{link}>")

    await slack.until(lambda: message.unfurls)
    (blocks,) = message.unfurls.values()
    assert "Max Mustermann" in str(blocks)
    assert "1 click" in str(blocks)
    assert message_faults(blocks) == []
    assert [one["text"]["text"] for block in blocks for one in block.get("elements", ()) if "action_id" in one] == [
        "Open in HubSpot"
    ]
    assert " ago" not in str(blocks)


async def test_link_stays_a_link(people: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Guests, outsiders, shared channels and other portals get no card; nobody is bothered with why."""
    for user, channel, link in (
        (GUEST, GENERAL, LINK),
        (PARTNER, SHARED, LINK),
        (OLIVER, SHARED, LINK),
        (OLIVER, FEED, LINK.replace("4711", "4712")),
        (OLIVER, FEED, LINK.replace("501", "999")),
        (OLIVER, FEED, LINK.replace("0-1", "0-2")),
        (OLIVER, FEED, "https://app.hubspot.com/"),
    ):
        message = slack.workspace.post(channel, user, link)
        told = {"channel": channel, "user": user, "message_ts": message.ts, "source": "conversations_history"}
        told |= {"type": "link_shared", "links": links_in(link, slack.workspace.unfurl_domains)}
        assert (await slack.people.event(told, user)).status == 200
        await bot.dispatch.drain(30)
        assert message.unfurls == {}, (user, channel, link)
        assert seen(slack, channel)[-1] is message

    assert slack.requests["chat.unfurl"] == 0


async def test_while_it_is_written(people: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Before a message is sent nobody knows who will read it; and a message that is gone is nothing to tell of."""
    links = [{"url": LINK, "domain": "app-eu1.hubspot.com"}]
    told = {"type": "link_shared", "user": OLIVER, "links": links}
    composing = {**told, "channel": "COMPOSER", "message_ts": "uuid-1", "source": "composer", "unfurl_id": "U.1"}
    for event in (composing, {**told, "channel": FEED, "message_ts": "1.2"}, {**told, "links": "?"}):
        answer = await slack.people.event(event, OLIVER)
        assert answer.status == 200
    await bot.dispatch.drain(30)

    assert slack.requests["chat.unfurl"] == 1
