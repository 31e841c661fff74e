"""A lead that is shown from the Home is worked on there: its modal has the buttons of its message."""

import pytest

from sandbox.sample_data.workspace import JONAS, MEHMET
from sandbox.slack import SlackSandbox
from storage import Store, lead_moves, leads
from storage.leads import LeadCard, LeadStage
from tests.bot.conftest import Bot, utc_now
from tests.bot.test_home import look
from tests.storage.people import become_lead

EMAIL = "j.doe@acme.example"


@pytest.fixture
async def shown(store: Store, bot: Bot, slack: SlackSandbox) -> str:
    """The view id of a lead of Jonas, which he has shown himself from his Home."""
    become_lead(store, EMAIL)
    store.write_now(lead_moves.claim, lead_id=1, actor=f"slack:{JONAS}", now=utc_now())
    await look(slack, bot, JONAS)
    await slack.people.press_in_view(JONAS, slack.workspace.homes[JONAS].id, "home_show")
    await bot.dispatch.drain(30)
    return slack.workspace.stacks[JONAS][0].id


def card(store: Store) -> LeadCard:
    found = store.read_now(leads.get, 1)
    assert found is not None
    return found


def stack(slack: SlackSandbox) -> list[str]:
    return [str(modal.view["blocks"]) for modal in slack.workspace.stacks[JONAS]]


async def test_moved_in_the_modal(shown: str, store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """A button there moves the lead, and the modal shows what became of it, with the buttons of then."""
    assert "release_lead" in stack(slack)[0]
    await slack.people.press_in_view(JONAS, shown, "dismiss_lead")
    await bot.dispatch.drain(30)
    assert card(store).stage is LeadStage.DISMISSED

    await slack.people.press_in_view(JONAS, shown, "give_reason")
    await bot.dispatch.drain(30)
    reason = slack.workspace.stacks[JONAS][-1]
    await slack.people.submit(JONAS, reason.id, {"answer": {"answer": {"value": "a competitor"}}})
    await bot.dispatch.drain(30)

    assert card(store).reason == "a competitor"
    (there,) = stack(slack)
    assert "a competitor" in there
    assert "undo_dismissal" in there


async def test_somebody_was_faster(shown: str, store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Who comes too late is told so on top of the modal, which shows what the lead is now."""
    store.write_now(lead_moves.release, lead_id=1, actor=f"slack:{MEHMET}", now=utc_now())
    store.write_now(lead_moves.claim, lead_id=1, actor=f"slack:{MEHMET}", now=utc_now())

    await slack.people.press_in_view(JONAS, shown, "dismiss_lead")
    await bot.dispatch.drain(30)

    assert card(store).held_by == f"slack:{MEHMET}"
    below, above = stack(slack)
    assert f"<@{MEHMET}>" in below
    assert f"<@{MEHMET}>" in above
