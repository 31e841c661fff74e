"""A lead is handed over, snoozed until a day, and dismissed for a reason; its message always says who did what."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.lead_work import morning_of
from jobs.snoozed import wake_leads
from sandbox.sample_data.workspace import GUEST, JONAS, LEADS, MEHMET, PARTNER
from sandbox.slack import Message, SlackSandbox
from storage import Store, audit, leads
from storage.leads import LeadCard, LeadStage
from tests.bot.conftest import Bot, buttons, seen, until_said, utc_now
from tests.bot.test_lead import lead
from tests.bot.test_opt_out import the_modal

__all__ = ["lead"]


def card_of(store: Store) -> LeadCard:
    card = store.read_now(leads.get, 1)
    assert card is not None
    return card


async def choose(bot: Bot, slack: SlackSandbox, lead: Message, option: str, answer: dict[str, str] | None) -> None:
    """Jonas chooses something in the overflow, and answers what it asks."""
    await slack.people.press(JONAS, LEADS, lead.ts, "more_of_lead", option=f"{option} lead:1")
    modal = await the_modal(slack, JONAS)
    await slack.people.submit(JONAS, modal.id, {"answer": {"answer": answer}} if answer else None)
    await bot.dispatch.drain(5)


async def test_handed_over(lead: Message, store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Whom a lead was handed to is on it; the message says by whom, and they get it as a direct message."""
    await choose(bot, slack, lead, "hand_over", {"selected_user": MEHMET})

    assert (card_of(store).held_by, card_of(store).changed_by) == (f"slack:{MEHMET}", f"slack:{JONAS}")
    assert f"<@{MEHMET}> is on it, handed over by <@{JONAS}>" in str(lead.blocks)
    assert buttons(lead) == ["Add to HubSpot", "Dismiss", "Release", "Opt out"]
    assert store.read_now(audit.newest, 1)[0].action == "handed over a lead"


async def test_guest_is_handed_nothing(lead: Message, store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Who may not work on leads cannot be given one."""
    await choose(bot, slack, lead, "hand_over", {"selected_user": GUEST})

    assert card_of(store).stage is LeadStage.OPEN
    assert [message.only_for for message in seen(slack, LEADS)[1:]] == [JONAS]


@pytest.mark.parametrize("user", [GUEST, PARTNER])
@pytest.mark.parametrize("action", ["more_of_lead", "give_reason"])
async def test_guests_and_outsiders_are_asked_nothing(
    lead: Message, store: Store, bot: Bot, slack: SlackSandbox, user: str, action: str
) -> None:
    """Neither the overflow nor *Give a reason* opens a modal for who may not work on leads, or names anybody."""
    if action == "give_reason":
        await slack.people.press(JONAS, LEADS, lead.ts, "dismiss_lead")
        await bot.dispatch.drain(5)
    slack.workspace.channels[LEADS].members.add(user)
    before, option = card_of(store), "snooze lead:1" if action == "more_of_lead" else None

    await slack.people.press(user, LEADS, lead.ts, action, option=option)
    await bot.dispatch.drain(5)

    assert slack.workspace.stacks.get(user, []) == []
    assert card_of(store) == before
    (refused,) = [message for message in seen(slack, LEADS) if message.only_for == user]
    assert "acme" not in f"{refused.text} {refused.blocks}"


async def test_lead_of_somebody_else_is_theirs(lead: Message, store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """A lead that another one claimed cannot be handed away or snoozed; who tries learns whose it is."""
    await slack.people.press(MEHMET, LEADS, lead.ts, "claim_lead")
    await bot.dispatch.drain(5)

    await choose(bot, slack, lead, "snooze", None)

    assert card_of(store).snoozed_until is None
    told = seen(slack, LEADS)[-1]
    assert told.only_for == JONAS
    assert f"<@{MEHMET}>" in told.text


async def test_snoozed_and_back(lead: Message, store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Submitted as it opens, it sleeps until tomorrow's morning of who pressed; then it is news again."""
    await choose(bot, slack, lead, "snooze", None)
    until = card_of(store).snoozed_until
    assert until is not None

    assert f"Snoozed by <@{JONAS}>" in str(lead.blocks)
    assert until.astimezone(ZoneInfo("Europe/Berlin")).hour == 8
    assert await wake_leads(store, lambda: until - timedelta(seconds=1)) == 0
    assert await wake_leads(store, lambda: until) == 1
    assert (card_of(store).snoozed_until, card_of(store).spoke_up_at) == (None, until)
    await slack.people.press(JONAS, LEADS, lead.ts, "claim_lead")
    await until_said(slack, LEADS, "is on it")
    assert card_of(store).spoke_up_at is None


@pytest.mark.parametrize("day", ["2020-01-01", "today"])
async def test_no_snooze_into_the_past(day: str, lead: Message, store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """A day that has begun is no day to sleep until."""
    day = utc_now().date().isoformat() if day == "today" and utc_now().hour >= 8 else "2020-01-01"
    await choose(bot, slack, lead, "snooze", {"selected_date": day})

    assert card_of(store).snoozed_until is None
    assert seen(slack, LEADS)[-1].only_for == JONAS


async def test_reason_of_a_dismissal(lead: Message, store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """*Dismiss* asks nothing; the reason may be given after, and stays harmless whatever was typed."""
    await slack.people.press(JONAS, LEADS, lead.ts, "dismiss_lead")
    await bot.dispatch.drain(5)
    await slack.people.press(MEHMET, LEADS, lead.ts, "give_reason")
    await slack.people.submit(
        MEHMET, (await the_modal(slack, MEHMET)).id, {"answer": {"answer": {"value": "a competitor <!channel>"}}}
    )
    await bot.dispatch.drain(5)

    assert "a competitor &lt;!channel&gt;" in str(lead.blocks)
    assert buttons(lead) == ["Undo"]
    assert card_of(store).changed_by == f"slack:{JONAS}"


@pytest.mark.parametrize(
    ("day", "zone", "moment"),
    [
        ("2026-11-26", "Europe/Berlin", datetime(2026, 11, 26, 7, tzinfo=UTC)),
        ("2026-07-01", "America/New_York", datetime(2026, 7, 1, 12, tzinfo=UTC)),
        ("no day", "UTC", None),
        ("0001-01-01", "Asia/Tokyo", None),
    ],
)
def test_morning(day: str, zone: str, moment: datetime | None) -> None:
    """Eight in the morning where somebody is, whatever the season; what is no day has none."""
    assert morning_of(day, ZoneInfo(zone)) == moment
