"""Leads are worked on by buttons; of two who press at once, one wins."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from bot.carrier import SlackCarrier
from sandbox.sample_data.workspace import ANNA, GENERAL, GUEST, JONAS, LEADS, MEHMET, OLIVER
from sandbox.slack import Message, SlackSandbox
from storage import Store, audit, delivery, digests, lead_to_hubspot, leads, subscriptions
from storage.addresses import keep_addresses
from storage.lead_clicks import LeadClick, note_clicks
from storage.leads import HubSpotRefusal, LeadStage
from storage.outbox import Due, OutboxItem
from storage.subscriptions import Topic
from tests.bot.conftest import Bot, buttons, deliver_all, seen, until_said, utc_now
from tests.storage.people import become_lead

LEASE = timedelta(seconds=20)


@pytest.fixture
async def lead(store: Store, bot: Bot, slack: SlackSandbox, carrier: SlackCarrier) -> Message:
    """The message of a new lead in its channel."""
    become_lead(store, "j.doe@acme.example")
    item = store.write_now(delivery.claim, f"slack:{LEADS}", now=utc_now(), lease=LEASE)
    assert item is not None
    sent = await carrier.send(item)
    store.write_now(delivery.sent, item, free_at=utc_now(), keep=sent.keep)  # type: ignore[union-attr]
    return seen(slack, LEADS)[-1]


def stage(store: Store) -> LeadStage:
    (card,) = store.read_now(lambda session: (leads.get(session, 1),))
    assert card is not None
    return card.stage


async def test_claim_names_the_claimer_for_everybody(lead: Message, store: Store, slack: SlackSandbox) -> None:
    """After *Claim* the message says who is on it, and offers what makes sense then."""
    assert buttons(lead) == ["Claim", "Add to HubSpot", "Dismiss", "Opt out"]

    await slack.people.press(JONAS, LEADS, lead.ts, "claim_lead")

    claimed = await until_said(slack, LEADS, f"<@{JONAS}> is on it")
    assert claimed.ts == lead.ts
    assert buttons(claimed) == ["Add to HubSpot", "Dismiss", "Release", "Opt out"]
    assert stage(store) is LeadStage.CLAIMED


async def test_two_claim_at_once(lead: Message, store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Of two who claim at once one wins, and the other is told who."""
    await asyncio.gather(*(slack.people.press(who, LEADS, lead.ts, "claim_lead") for who in (JONAS, MEHMET)))
    await bot.dispatch.drain(5)

    card = store.read_now(leads.get, 1)
    assert card is not None
    winner = (card.changed_by or "").removeprefix("slack:")
    (told,) = [message for message in seen(slack, LEADS) if message.only_for]
    assert {winner, told.only_for} == {JONAS, MEHMET}
    assert f"<@{winner}>" in told.text
    assert f"<@{winner}> is on it" in str(lead.blocks)


@pytest.mark.parametrize("other", ["dismiss_lead", "snooze", "hand_over"])
async def test_two_moves_at_once(other: str, lead: Message, store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """A claim and another's move at once have one winner: the lead is whose it says, and the other is told."""
    moves = [slack.people.press(JONAS, LEADS, lead.ts, "claim_lead")]
    if other == "dismiss_lead":
        moves.append(slack.people.press(MEHMET, LEADS, lead.ts, other))
    else:
        await slack.people.press(MEHMET, LEADS, lead.ts, "more_of_lead", option=f"{other} lead:1")
        (modal,) = await slack.until(lambda: slack.workspace.stacks.get(MEHMET), within=30) or ()
        answer = {"answer": {"answer": {"selected_user": MEHMET}}} if other == "hand_over" else None
        moves.append(slack.people.submit(MEHMET, modal.id, answer))
    await asyncio.gather(*moves)
    await bot.dispatch.drain(30)

    card = store.read_now(leads.get, 1)
    assert card is not None
    told = [message.only_for for message in seen(slack, LEADS) if message.only_for]
    # A snoozed lead is still free: then both may have their way.
    both = other == "snooze" and card.held_by == f"slack:{JONAS}" and not told
    assert both or told == [MEHMET if card.changed_by == f"slack:{JONAS}" else JONAS]


def click_again(session: Session, email: str) -> None:
    address_id = keep_addresses(session, [email], now=utc_now())[email].id
    note_clicks(session, [LeadClick(address_id, utc_now())], now=utc_now())


async def test_dismissed_noise_stays_silent(
    lead: Message, store: Store, carrier: SlackCarrier, slack: SlackSandbox
) -> None:
    """Four more clicks leave a dismissed lead where it is; the fifth posts it anew, with its buttons."""
    await slack.people.press(JONAS, LEADS, lead.ts, "dismiss_lead")
    for number in range(1, 6):
        await until_said(slack, LEADS, "Dismissed by")
        store.write_now(click_again, "j.doe@acme.example")
        await deliver_all(store, carrier, LEADS)
        assert len(seen(slack, LEADS)) == (1 if number < 5 else 2)

    assert "A dismissed lead clicked again" in seen(slack, LEADS)[-1].text
    assert buttons(seen(slack, LEADS)[-1]) == ["Claim", "Add to HubSpot", "Dismiss", "Opt out"]


@pytest.mark.parametrize(
    ("presses", "expected", "left"),
    [
        (["dismiss_lead"], LeadStage.DISMISSED, ["Undo", "Give a reason"]),
        (["dismiss_lead", "undo_dismissal"], LeadStage.OPEN, ["Claim", "Add to HubSpot", "Dismiss", "Opt out"]),
        (["claim_lead", "release_lead"], LeadStage.OPEN, ["Claim", "Add to HubSpot", "Dismiss", "Opt out"]),
        (["claim_lead", "dismiss_lead"], LeadStage.DISMISSED, ["Undo", "Give a reason"]),
    ],
)
async def test_moves(
    lead: Message,
    store: Store,
    bot: Bot,
    slack: SlackSandbox,
    presses: list[str],
    expected: LeadStage,
    left: list[str],
) -> None:
    """Each button leads to its state, and each state shows its buttons."""
    for action in presses:
        await slack.people.press(JONAS, LEADS, lead.ts, action)
        await bot.dispatch.drain(5)

    assert stage(store) is expected
    assert buttons(lead) == left


async def test_add_to_hubspot_is_owed_and_its_button_goes(
    lead: Message, store: Store, bot: Bot, slack: SlackSandbox
) -> None:
    """*Add to HubSpot* owes HubSpot the contact, says so, and cannot be pressed twice."""
    await slack.people.press(OLIVER, LEADS, lead.ts, "add_lead_to_hubspot")
    await bot.dispatch.drain(5)

    def owed(session: Session) -> list[tuple[str, str]]:
        rows = session.exec(select(OutboxItem).where(OutboxItem.kind == Due.ADD_TO_HUBSPOT)).all()
        return [(row.destination, row.subject) for row in rows]

    assert store.read_now(owed) == [("hubspot", "1")]
    assert buttons(lead) == ["Claim", "Dismiss", "Opt out"]
    assert f"Being added to HubSpot, asked for by <@{OLIVER}>" in str(lead.blocks)
    assert "asked to add a lead to HubSpot" in [entry.action for entry in store.read_now(audit.newest, 5)]


async def test_add_to_hubspot_stays_asked_for(lead: Message, store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Until HubSpot answered, no other change brings the button back, and who asks as well learns who was first."""
    ask = slack.people.press(ANNA, LEADS, lead.ts, "add_lead_to_hubspot")
    await asyncio.gather(ask, slack.people.press(OLIVER, LEADS, lead.ts, "add_lead_to_hubspot"))
    await bot.dispatch.drain(5)
    await slack.people.press(JONAS, LEADS, lead.ts, "claim_lead")
    await bot.dispatch.drain(5)

    assert buttons(lead) == ["Dismiss", "Release", "Opt out"]
    (told,) = [message for message in seen(slack, LEADS) if message.only_for]
    first = ANNA if told.only_for == OLIVER else OLIVER
    assert f"<@{first}>" in told.text


async def test_add_to_hubspot_comes_back_when_hubspot_refused(
    lead: Message, store: Store, bot: Bot, slack: SlackSandbox
) -> None:
    """After a refusal the button is there again, and the message says what happened."""
    await slack.people.press(OLIVER, LEADS, lead.ts, "add_lead_to_hubspot")
    await bot.dispatch.drain(5)
    store.write_now(lead_to_hubspot.refused, 1, HubSpotRefusal.CONTACT, now=utc_now())
    await slack.people.press(JONAS, LEADS, lead.ts, "claim_lead")
    await bot.dispatch.drain(5)

    assert buttons(lead) == ["Add to HubSpot", "Dismiss", "Release", "Opt out"]
    assert "HubSpot refused" in str(lead.blocks)


async def test_add_to_hubspot_is_for_permitted_people(
    lead: Message, store: Store, bot: Bot, slack: SlackSandbox
) -> None:
    """A member who is no admin is told who may, and nothing is owed."""
    await slack.people.press(JONAS, LEADS, lead.ts, "add_lead_to_hubspot")

    told = await until_said(slack, LEADS, "Admins")
    assert told.only_for == JONAS
    assert store.read_now(lambda session: session.exec(select(OutboxItem)).all()) == []


@pytest.mark.parametrize("action", ["claim_lead", "dismiss_lead", "add_lead_to_hubspot", "ask_opt_out"])
async def test_guest_may_press_nothing(lead: Message, store: Store, bot: Bot, slack: SlackSandbox, action: str) -> None:
    """A guest who sees the channel changes nothing by any button."""
    slack.workspace.channels[LEADS].members.add(GUEST)

    await slack.people.press(GUEST, LEADS, lead.ts, action)
    await bot.dispatch.drain(5)

    assert stage(store) is LeadStage.OPEN
    assert slack.workspace.stacks.get(GUEST, []) == []


async def test_list_of_leads_has_their_buttons(lead: Message, bot: Bot, slack: SlackSandbox) -> None:
    """`/leads` lists each lead with its buttons, and is made anew when one is pressed."""
    await slack.people.command(OLIVER, GENERAL, "/leads")
    listed = await until_said(slack, GENERAL, "j.doe@acme.example")

    await slack.people.press(OLIVER, GENERAL, listed.ts, "claim_lead")
    await bot.dispatch.drain(5)

    assert f"<@{OLIVER}> is on it" in str(listed.blocks)
    assert buttons(listed) == ["Add to HubSpot", "Dismiss", "Release", "Opt out"]


async def test_more_leads_than_fit(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """The list says how many there are and leads to the rest; a button pressed there keeps the page."""
    for number in range(19):
        become_lead(store, f"p{number:02}@acme.example")
    await slack.people.command(OLIVER, GENERAL, "/leads")
    listed = await until_said(slack, GENERAL, "1 to 8 of 19", "p18@")

    await slack.people.press(OLIVER, GENERAL, listed.ts, "more_leads")
    await until_said(slack, GENERAL, "9 to 16 of 19", "p10@")
    await slack.people.press(OLIVER, GENERAL, listed.ts, "more_leads", "16")
    await until_said(slack, GENERAL, "17 to 19 of 19", "p02@")
    assert buttons(listed)[-1] == "From the start"

    await slack.people.press(OLIVER, GENERAL, listed.ts, "claim_lead", "lead:1:list:16")
    await until_said(slack, GENERAL, "17 to 19 of 19", f"<@{OLIVER}> is on it")
    assert len(seen(slack, GENERAL)) == 1


@pytest.mark.parametrize(
    ("command", "was", "is_now", "topic"),
    [
        ("/leads", "gets no leads anyway", "gets no new leads any more", Topic.LEADS),
        ("/feed", "gets no activity anyway", "gets no new activity any more", Topic.FEED),
    ],
)
async def test_off(
    store: Store, bot: Bot, slack: SlackSandbox, command: str, was: str, is_now: str, topic: Topic
) -> None:
    """`off` ends what the channel is told, what waits for its digest too, and says so, or that there was nothing."""
    await slack.people.command(OLIVER, GENERAL, command, "off")
    await until_said(slack, GENERAL, was)
    assert store.read_now(audit.newest, 5) == ()

    store.write_now(subscriptions.subscribe, topic, GENERAL, now=utc_now())
    store.write_now(digests.add, GENERAL, topic, 1, now=utc_now())
    await slack.people.command(OLIVER, GENERAL, command, " OFF")
    await until_said(slack, GENERAL, is_now)
    assert store.read_now(subscriptions.of_topic, topic) == ()
    assert store.read_now(digests.waiting, GENERAL, topic) == ()
    assert [entry.detail for entry in store.read_now(audit.newest, 5)] == [f"{topic} {GENERAL}"]

    await slack.people.command(JONAS, GENERAL, command, "off")
    await until_said(slack, GENERAL, "Admins")


async def test_no_leads(bot: Bot, slack: SlackSandbox) -> None:
    """Where there is no lead, `/leads` says what one is."""
    await slack.people.command(OLIVER, GENERAL, "/leads")

    await until_said(slack, GENERAL, "No leads at the moment")


@pytest.mark.parametrize("value", ["lead:999", "lead:0", "contact:1", "1; DROP TABLE lead", ""])
async def test_made_up_lead_is_gone(lead: Message, store: Store, bot: Bot, slack: SlackSandbox, value: str) -> None:
    """A value that no button of ours has changes nothing."""
    for block in lead.blocks:
        for element in block.get("elements", ()):
            element["value"] = value

    await slack.people.press(JONAS, LEADS, lead.ts, "claim_lead")
    await bot.dispatch.drain(5)

    assert stage(store) is LeadStage.OPEN
    assert any("gone" in message.text or "gibt es nicht mehr" in message.text for message in seen(slack, LEADS))
