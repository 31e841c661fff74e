"""What a channel is told stands there as it is now: one message that changes, and loses the name of who went."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.admin_message import admin_message
from bot.blocks.reader import Reader
from bot.carrier import SlackCarrier
from bot.slack_errors import CLOSED, closed
from bot.texts import CATALOGUES, Texts
from jobs.deliver import Delivery, Pace
from sandbox.sample_data.workspace import ANNA, FEED, LEADS, OLIVER
from sandbox.slack import SlackSandbox
from storage import (
    Session,
    Store,
    feed,
    lead_moves,
    lead_to_hubspot,
    opt_out_asked,
    posted,
    privacy,
    privacy_requests,
    subscriptions,
)
from storage.addresses import keep_addresses
from storage.leads import HubSpotRefusal
from storage.outbox import Due
from storage.privacy_requests import Wish
from storage.subscriptions import Topic
from tests.bot.conftest import buttons, seen, until_said, utc_now
from tests.storage.people import HASHER, T0, a_state, at, become_lead, fetch, store_all

EMAIL = "j.doe@acme.example"


@pytest.fixture
async def engine(store: Store, carrier: SlackCarrier) -> AsyncIterator[Delivery]:
    """The delivery, running with the carrier."""
    pace = Pace(settle=timedelta(0), poll=timedelta(seconds=0.02))
    delivery_ = Delivery(store, {"slack": carrier}, now=utc_now, registry=CollectorRegistry(), pace=pace)
    running = asyncio.ensure_future(delivery_.run())
    yield delivery_
    await delivery_.stop(timedelta(seconds=5))
    await running


async def test_lead_is_one_message_that_changes(store: Store, slack: SlackSandbox, engine: Delivery) -> None:
    """A new lead is posted with its buttons, and the same message grows and changes with it."""
    become_lead(store, EMAIL)
    message = await until_said(slack, LEADS, EMAIL, "Spring Fair")
    assert buttons(message) == ["Claim", "Add to HubSpot", "Dismiss", "Opt out"]
    assert message.metadata is not None
    assert EMAIL not in str(message.metadata)

    fetch(store, EMAIL, campaign="Catalogue", minute=3)
    store.write_now(lead_moves.claim, 1, actor=f"slack:{OLIVER}", now=utc_now())
    engine.wake()

    changed = await until_said(slack, LEADS, f"<@{OLIVER}> is on it", "2 clicks", "Catalogue (1)")
    assert (changed.ts, len(seen(slack, LEADS))) == (message.ts, 1)


async def test_opted_out_lead_is_rewritten(store: Store, slack: SlackSandbox, engine: Delivery) -> None:
    """After an opt-out the address is gone from the message, and so are the buttons."""
    become_lead(store, EMAIL)
    message = await until_said(slack, LEADS, EMAIL)

    store.write_now(opt_out_asked.opt_out, EMAIL, actor="cli", hasher=HASHER, now=utc_now())
    engine.wake()

    await slack.until(lambda: EMAIL not in f"{message.text} {message.blocks}")
    assert buttons(message) == []


async def test_lead_that_became_a_contact(store: Store, slack: SlackSandbox, engine: Delivery) -> None:
    """When HubSpot has the contact, the message leads there."""
    become_lead(store, EMAIL)
    await until_said(slack, LEADS, EMAIL)

    store_all(store, a_state("901", EMAIL))
    engine.wake()

    message = await until_said(slack, LEADS, "Became a contact in HubSpot")
    assert buttons(message) == ["Open in HubSpot"]
    assert "/contacts/4711/record/0-1/901" in str(message.blocks)


async def test_erased_person_is_taken_out_of_every_message(store: Store, slack: SlackSandbox, engine: Delivery) -> None:
    """After an erase no message names the person."""
    become_lead(store, EMAIL)
    message = await until_said(slack, LEADS, EMAIL)

    store.write_now(privacy.erase, EMAIL, actor="cli", hasher=HASHER, now=utc_now())
    engine.wake()

    await slack.until(lambda: "erased" in message.text)
    assert EMAIL not in f"{message.text} {message.blocks}"


async def test_request_of_a_recipient(store: Store, slack: SlackSandbox, engine: Delivery) -> None:
    """The admin is told who wants what, with the command that does it; the erased person's name goes from there too."""
    store.write_now(subscriptions.subscribe, Topic.ADMIN, FEED, now=T0)
    fetch(store, EMAIL)

    store.write_now(privacy_requests.ask, EMAIL, Wish.ERASE, now=utc_now())
    engine.wake()
    message = await until_said(slack, FEED, EMAIL, f"footlight erase {EMAIL}")
    store.write_now(privacy.erase, EMAIL, actor="cli", hasher=HASHER, now=utc_now())
    engine.wake()

    await slack.until(lambda: "This person was erased" in message.text)
    assert EMAIL not in f"{message.text} {message.blocks}"


async def test_who_asked_is_told_of_hubspots_refusal(
    store: Store, slack: SlackSandbox, engine: Delivery, client: AsyncWebClient
) -> None:
    """HubSpot refused a lead: who wanted it there is told why and what to do, alone, and in their language."""
    become_lead(store, EMAIL)
    await until_said(slack, LEADS, EMAIL)
    store.write_now(lead_to_hubspot.ask, 1, actor=f"slack:{ANNA}", now=utc_now())
    scope = "crm.objects.contacts.write"
    store.write_now(lead_to_hubspot.refused, 1, HubSpotRefusal.SCOPE, needs=scope, now=utc_now())
    engine.wake()

    direct = slack.workspace.direct(ANNA).id
    told = await until_said(slack, direct, EMAIL, scope, "*Add to HubSpot*")
    message = await until_said(slack, LEADS, "HubSpot refused")

    assert "HubSpot hat" in told.text
    assert buttons(message) == ["Claim", "Add to HubSpot", "Dismiss", "Opt out"]
    store.write_now(privacy.erase, EMAIL, actor="cli", hasher=HASHER, now=utc_now())
    engine.wake()
    await slack.until(lambda: EMAIL not in f"{told.text} {told.blocks}")


async def test_who_was_handed_a_lead_gets_it(store: Store, slack: SlackSandbox, engine: Delivery) -> None:
    """Whom a lead was handed to gets its message directly, with its buttons; the channel's message says so too."""
    become_lead(store, EMAIL)
    await until_said(slack, LEADS, EMAIL)
    store.write_now(lead_moves.hand_over, 1, f"slack:{ANNA}", actor=f"slack:{OLIVER}", now=utc_now())
    engine.wake()

    direct = await until_said(slack, slack.workspace.direct(ANNA).id, EMAIL, f"<@{OLIVER}>")
    await until_said(slack, LEADS, f"<@{ANNA}> is on it, handed over by <@{OLIVER}>")
    assert buttons(direct) == ["Add to HubSpot", "Dismiss", "Release", "Opt out"]


async def test_lead_whose_snooze_ended_is_posted_anew(store: Store, slack: SlackSandbox, engine: Delivery) -> None:
    """A lead that comes back is a new message, which notifies; the old one names nobody and leads there."""
    become_lead(store, EMAIL)
    first = await until_said(slack, LEADS, EMAIL)
    await slack.until(lambda: store.read_now(posted.find, Due.LEAD_CHANGED, 1, channel=LEADS))
    until = utc_now()
    store.write_now(lead_moves.snooze, 1, until, actor=f"slack:{OLIVER}", now=until)
    store.write_now(lead_moves.wake, 10, now=utc_now())
    engine.wake()

    again = await until_said(slack, LEADS, "Back from its snooze", EMAIL)
    assert again.ts != first.ts
    await slack.until(lambda: "goes on" in first.text)
    assert EMAIL not in f"{first.text} {first.blocks}"
    assert again.ts.replace(".", "") in str(first.blocks)

    become_lead(store, EMAIL)
    engine.wake()
    store.write_now(lead_moves.claim, 1, actor=f"slack:{OLIVER}", now=utc_now())
    engine.wake()
    await until_said(slack, LEADS, f"<@{OLIVER}> is on it")
    assert "goes on" in first.text


def click(store: Store, minute: int) -> None:
    fetch(store, "max@firma.de", minute=minute)

    def note(session: Session) -> None:
        address_id = keep_addresses(session, ["max@firma.de"], now=T0)["max@firma.de"].id
        feed.note_clicks(session, [(address_id, at(minute))], now=utc_now())

    store.write_now(note)


async def test_activity_is_one_message_that_grows(store: Store, slack: SlackSandbox, engine: Delivery) -> None:
    """Clicks of one person close together are one message."""
    store_all(store, a_state())
    click(store, 0)
    message = await until_said(slack, FEED, "Max Mustermann", "1 click")

    click(store, 4)
    engine.wake()

    grown = await until_said(slack, FEED, "2 clicks")
    assert (grown.ts, len(seen(slack, FEED))) == (message.ts, 1)


async def test_admin_is_told_of_a_paused_channel(store: Store, slack: SlackSandbox, engine: Delivery) -> None:
    """Somebody is told, once, which channel cannot be reached, why, and what to do."""
    store.write_now(subscriptions.subscribe, Topic.ADMIN, FEED, now=T0)
    slack.workspace.channels[LEADS].is_archived = True

    become_lead(store, EMAIL)
    engine.wake()

    await until_said(slack, FEED, f"<#{LEADS}>", "unarchive")


@pytest.mark.parametrize("code", CLOSED)
def test_reason_is_told_in_the_admins_language(code: str) -> None:
    """Why a channel waits stands in the language of the message around it, with Slack's code; no other is left."""
    facts = {"channel": LEADS, "because": closed(code)}
    told = {language: admin_message(facts, [], Reader(Texts(language))).text for language in CATALOGUES}

    assert closed(code) in told["en"]
    assert f"{code}: {CATALOGUES['de'][CLOSED[code]]}" in told["de"]
    assert closed(code) not in told["de"]
