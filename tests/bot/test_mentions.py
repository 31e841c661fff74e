"""Owners of contacts are mentioned in Slack, if they want it."""

from typing import Any

import pytest

from bot.carrier import SlackCarrier
from sandbox.sample_data.workspace import FEED, GENERAL, GUEST, JONAS, LEADS, MEHMET, OLIVER
from sandbox.slack import SlackSandbox
from storage import Store, audit, mentions
from storage.owners import OwnerState, store_owners
from tests.bot.conftest import Bot, deliver_all, seen, until_said
from tests.bot.test_home import a_click_now
from tests.bot.test_opt_out import the_modal
from tests.storage.people import a_state, become_lead, store_all

MAX, COLLEAGUE = "max@firma.de", "erika@firma.de"


@pytest.fixture
def owned(store: Store) -> None:
    """Max is a contact of Jonas, by the address; an owner 78 has an address that nobody has in Slack."""
    store_all(store, a_state("501", MAX, properties={"firstname": "Max", "hubspot_owner_id": "77"}))
    owners = [
        OwnerState("77", "Jonas", "jonas.petersen@nordwerk.example", False),
        OwnerState("78", "M.", "m@x.de", False),
    ]
    store.write_now(store_owners, owners)


async def say(bot: Bot, slack: SlackSandbox, user: str, text: str) -> str:
    await slack.people.command(user, GENERAL, "/footlight", text)
    await bot.dispatch.drain(30)
    return seen(slack, GENERAL)[-1].text


async def told(store: Store, carrier: SlackCarrier, slack: SlackSandbox) -> tuple[str, str]:
    """What the channels are told of a lead at Max's account, and of a click of Max."""
    become_lead(store, COLLEAGUE)
    a_click_now(store, MAX)
    await deliver_all(store, carrier, LEADS, FEED)
    return str(seen(slack, LEADS)[-1].blocks), str(seen(slack, FEED)[-1].blocks)


@pytest.mark.parametrize("wanted", [True, False])
async def test_owner_is_mentioned_who_wants_it(
    wanted: bool, owned: None, store: Store, bot: Bot, slack: SlackSandbox, carrier: SlackCarrier
) -> None:
    """A lead says who has its account in HubSpot, and mentions who switched that on; so does the feed."""
    assert "not mentioned" in await say(bot, slack, OLIVER, "mentions")
    if wanted:
        await say(bot, slack, JONAS, "mentions on")

    lead, activity = await told(store, carrier, slack)

    assert "zuständig" not in lead
    assert ("owner Jonas" in lead, f"owner <@{JONAS}>" in lead, f"<@{JONAS}>" in activity) == (
        not wanted,
        wanted,
        wanted,
    )
    await say(bot, slack, JONAS, "mentions off")
    assert not store.read_now(mentions.users_of, ["77"])


async def match(bot: Bot, slack: SlackSandbox, owner: str, user: str | None) -> None:
    await slack.people.command(OLIVER, GENERAL, "/footlight", "setup")
    await bot.dispatch.drain(30)
    await slack.people.press(OLIVER, GENERAL, seen(slack, GENERAL)[-1].ts, "setup_owners")
    modal = await the_modal(slack, OLIVER)
    (found,) = await slack.people.suggest(OLIVER, modal.id, "matched_owner", owner)
    answers: dict[str, Any] = {"matched_owner": {"matched_owner": {"selected_option": found}}}
    answers["matched_user"] = {"matched_user": {"selected_user": user}}
    await slack.people.submit(OLIVER, modal.id, answers)
    await bot.dispatch.drain(30)


async def test_owners_are_matched_by_hand(owned: None, store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """An admin says who an owner is, against the addresses, and takes it back; guests are nobody's owner."""
    for user in (JONAS, MEHMET):
        await say(bot, slack, user, "mentions on")
    assert store.read_now(mentions.users_of, ["77", "78"]) == {"77": JONAS}

    await match(bot, slack, "Jonas", MEHMET)
    assert store.read_now(mentions.users_of, ["77", "78"]) == {"77": MEHMET}
    await match(bot, slack, "Jonas", GUEST)
    assert store.read_now(mentions.matched) == (("Jonas", MEHMET),)
    assert "matched an owner" in [entry.action for entry in store.read_now(audit.newest, 3)]

    await match(bot, slack, "Jonas", None)
    assert store.read_now(mentions.users_of, ["77", "78"]) == {"77": JONAS}
    await until_said(slack, GENERAL, "Saved")
