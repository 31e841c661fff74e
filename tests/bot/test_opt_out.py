"""Opt out: asked first, for permitted people only, for good, and visible to everybody."""

import pytest

from bot.carrier import SlackCarrier
from sandbox.sample_data.workspace import GENERAL, JONAS, LEADS, OLIVER
from sandbox.slack import Message, Modal, SlackSandbox
from storage import Store, audit
from storage.contact_card import ContactCard, card_of_address
from tests.bot.conftest import Bot, buttons, seen, until_said
from tests.bot.test_lead import lead
from tests.storage.people import HASHER, a_state, fetch, store_all

__all__ = ["lead"]


async def the_modal(slack: SlackSandbox, user: str) -> Modal:
    """What is open on somebody's screen."""
    stack = await slack.until(lambda: slack.workspace.stacks.get(user, []))
    return stack[-1]


def is_opted_out(store: Store, email: str) -> bool:
    card = store.read_now(card_of_address, email, HASHER)
    assert isinstance(card, ContactCard)
    return card.opted_out is not None


async def ask_for_max(store: Store, slack: SlackSandbox) -> Message:
    """Max's card, on which Oliver has pressed *Opt out*."""
    store_all(store, a_state())
    fetch(store, "max@firma.de")
    await slack.people.command(OLIVER, GENERAL, "/contact", "max@firma.de")
    card = await until_said(slack, GENERAL, "Opt out")
    await slack.people.press(OLIVER, GENERAL, card.ts, "ask_opt_out")
    return card


async def test_opt_out_asks_first(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """The question says whom, what it means, and that it cannot be undone; until then nothing happens."""
    await ask_for_max(store, slack)

    modal = await the_modal(slack, OLIVER)

    assert "Max Mustermann" in str(modal.view)
    assert "cannot be undone" in str(modal.view)
    assert not is_opted_out(store, "max@firma.de")


async def test_closed_question_changes_nothing(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Who closes the question opts nobody out."""
    await ask_for_max(store, slack)

    await slack.people.close(OLIVER, (await the_modal(slack, OLIVER)).id)
    await bot.dispatch.drain(5)

    assert not is_opted_out(store, "max@firma.de")


async def test_submitted_as_it_opens_it_opts_out(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """The card then says by whom, has no *Opt out* any more, and the audit knows."""
    card = await ask_for_max(store, slack)

    await slack.people.submit(OLIVER, (await the_modal(slack, OLIVER)).id)
    await bot.dispatch.drain(5)

    assert is_opted_out(store, "max@firma.de")
    assert f"Opted out of tracking by <@{OLIVER}>" in str(card.blocks)
    assert "Opt out" not in buttons(card)
    (entry,) = store.read_now(audit.newest, 5)
    assert (entry.actor, entry.action) == (f"slack:{OLIVER}", "opted out")


async def test_lead_that_opted_out_loses_its_name(lead: Message, bot: Bot, slack: SlackSandbox) -> None:
    """The lead's message changes for everybody: no address, no buttons."""
    await slack.people.press(OLIVER, LEADS, lead.ts, "ask_opt_out")
    await slack.people.submit(OLIVER, (await the_modal(slack, OLIVER)).id)
    await bot.dispatch.drain(5)

    assert "acme.example" not in f"{lead.text} {lead.blocks}"
    assert buttons(lead) == []
    assert f"<@{OLIVER}>" in lead.text


async def test_opt_out_is_for_permitted_people(
    store: Store, bot: Bot, slack: SlackSandbox, carrier: SlackCarrier
) -> None:
    """A member who is no admin gets no question, but is told whom to ask."""
    store_all(store, a_state())
    await slack.people.command(JONAS, GENERAL, "/contact", "max@firma.de")
    card = await until_said(slack, GENERAL, "Opt out")

    await slack.people.press(JONAS, GENERAL, card.ts, "ask_opt_out")

    assert (await until_said(slack, GENERAL, "Admins")).only_for == JONAS
    assert slack.workspace.stacks.get(JONAS, []) == []


async def test_right_is_asked_again_when_it_is_submitted(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Who lost the right between question and answer opts nobody out."""
    await ask_for_max(store, slack)
    modal = await the_modal(slack, OLIVER)
    slack.workspace.users[OLIVER].is_owner = False
    bot.desk.people._known.clear()

    await slack.people.submit(OLIVER, modal.id)
    await bot.dispatch.drain(5)

    assert not is_opted_out(store, "max@firma.de")
    assert "admins" in seen(slack, GENERAL)[-1].text


@pytest.mark.parametrize("value", ["contact:999", "lead:999", "nonsense"])
async def test_nobody_to_opt_out(store: Store, bot: Bot, slack: SlackSandbox, value: str) -> None:
    """Somebody who is gone is said to be gone."""
    card = await ask_for_max(store, slack)
    slack.workspace.stacks.clear()
    for block in card.blocks:
        for element in block.get("elements", ()):
            element["value"] = value

    await slack.people.press(OLIVER, GENERAL, card.ts, "ask_opt_out")

    await until_said(slack, GENERAL, "no longer here")
