"""The Home: each sees their own leads and contacts, admins how things stand; it follows what changes."""

import asyncio
from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.home_view import home_view
from bot.blocks.reader import Reader
from bot.homes import Homes
from bot.permissions import People
from bot.texts import Texts
from bot.web_client import always
from sandbox.sample_data.workspace import ANNA, CLARA, GUEST, JONAS, LEADS, OLIVER
from sandbox.slack import SlackSandbox
from sandbox.slack.block_kit import view_faults
from storage import Session, Store, audit, feed, lead_moves, subscriptions
from storage.addresses import keep_addresses
from storage.home_state import AdminState, HomeState, Week
from storage.owners import OwnerState, store_owners
from storage.subscriptions import Topic
from storage.target_groups import GroupView
from tests.bot.conftest import Bot, running_bot, utc_now
from tests.storage.people import T0, a_state, at, become_lead, fetch, store_all

EMAIL, OTHER, MAX = "j.doe@acme.example", "k.roe@other.example", "max@firma.de"


def home(slack: SlackSandbox, user: str) -> str:
    return str(slack.workspace.homes[user].view["blocks"])


async def look(slack: SlackSandbox, bot: Bot, user: str) -> str:
    await slack.people.open_home(user)
    await slack.until(lambda: user in slack.workspace.homes, within=30)
    await bot.dispatch.drain(30)
    return home(slack, user)


def a_click_now(store: Store, email: str) -> None:
    """A contact's click of just now."""
    fetch(store, email)

    def write(session: Session) -> None:
        address_id = keep_addresses(session, [email], now=T0)[email].id
        feed.note_clicks(session, [(address_id, T0), (address_id, utc_now())], now=T0)

    store.write_now(write)


async def test_my_leads_and_contacts(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """My leads, those that are free, and what contacts did whose HubSpot owner has my address; not other people's."""
    for email in (EMAIL, OTHER):
        become_lead(store, email)
    store.write_now(lead_moves.claim, lead_id=1, actor=f"slack:{JONAS}", now=utc_now())
    store_all(store, a_state("501", MAX, properties={"firstname": "Max", "hubspot_owner_id": "77"}))
    store.write_now(store_owners, [OwnerState("77", "Jonas", "Jonas.Petersen@nordwerk.example", False)])
    a_click_now(store, MAX)

    own = await look(slack, bot, JONAS)
    others = await look(slack, bot, CLARA)

    assert "Meine Leads" in own
    assert own.index(EMAIL) < own.index("*Frei*: 1") < own.index(OTHER)
    assert "Max" in own
    assert "Für Admins" not in own
    assert EMAIL not in others
    assert "Max" not in others
    assert view_faults(slack.workspace.homes[JONAS].view) == []


async def test_admins_see_how_things_stand(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Channels with their terms, what waits, and who changed what; with the buttons of the set-up."""
    store.write_now(subscriptions.subscribe, Topic.LEADS, LEADS, now=T0)
    store.write_now(subscriptions.pause, LEADS, "is_archived: unarchive it", now=T0)
    store.write_now(audit.note, now=T0, actor=f"slack:{ANNA}", action="chose a channel", detail=LEADS)

    seen = await look(slack, bot, OLIVER)

    for words in ("For admins", f"<#{LEADS}>", "the channel is archived", "channel chosen", f"<@{ANNA}>"):
        assert words in seen
    await slack.people.press_in_view(OLIVER, slack.workspace.homes[OLIVER].id, "setup_channels")
    await slack.until(lambda: slack.workspace.stacks.get(OLIVER), within=30)


async def test_claim_in_the_home(store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """*Claim* moves a lead to mine at once; whoever comes later is told who was faster."""
    become_lead(store, EMAIL)
    await look(slack, bot, JONAS)
    await look(slack, bot, CLARA)
    for user in (JONAS, CLARA):
        await slack.people.press_in_view(user, slack.workspace.homes[user].id, "home_claim")
        await bot.dispatch.drain(30)

    assert f"<@{JONAS}>" in home(slack, JONAS)
    assert "*Frei*: 0" in home(slack, JONAS)
    assert EMAIL not in home(slack, CLARA)
    (told,) = await slack.until(lambda: slack.workspace.stacks.get(CLARA), within=30)
    assert f"<@{JONAS}> war schneller" in str(told.view["blocks"])
    assert not slack.workspace.stacks.get(JONAS)
    await slack.people.press_in_view(JONAS, slack.workspace.homes[JONAS].id, "home_show")
    (modal,) = await slack.until(lambda: slack.workspace.stacks.get(JONAS), within=30)
    assert EMAIL in str(modal.view["blocks"])


@pytest.mark.parametrize("tab", ["home", "messages"])
async def test_guests_see_nothing(tab: str, store: Store, bot: Bot, slack: SlackSandbox) -> None:
    """A guest's Home says why it is empty; the Messages tab publishes none."""
    become_lead(store, EMAIL)
    await slack.people.open_home(GUEST, tab)
    await bot.dispatch.drain(30)

    if tab == "messages":
        assert GUEST not in slack.workspace.homes
    else:
        assert EMAIL not in home(slack, GUEST)
        assert "Gäste" in home(slack, GUEST)
    assert slack.workspace.messages.get(f"D{GUEST}", []) == []


async def test_it_follows_what_changes(store: Store, bot: Bot, slack: SlackSandbox, client: AsyncWebClient) -> None:
    """While somebody may be looking it is renewed, and only then when there is something new."""
    for email in (EMAIL, OTHER):
        become_lead(store, email)
    homes = Homes(store, People(always(client)), always(client), now=utc_now, every=timedelta(seconds=0.02))
    await homes.show(JONAS, "TNORDWERK")
    running = asyncio.ensure_future(homes.run())

    for lead_id, free in ((1, 1), (2, 0)):
        slack.faults.too_many, slack.faults.only = 1, "views.publish"
        store.write_now(lead_moves.claim, lead_id=lead_id, actor=f"slack:{JONAS}", now=utc_now())
        await slack.until(lambda free=free: f"*Frei*: {free}" in home(slack, JONAS), within=30)

    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    # Once when it was opened, and for each change a refused try and another.
    assert slack.requests["views.publish"] == 5


async def test_week_is_shown_as_a_picture(store: Store, slack: SlackSandbox, client: AsyncWebClient) -> None:
    """This week's clicks beside last week's, day by day; in words alone where Slack cannot fetch the picture."""
    for days in (0, -1, -9):
        fetch(store, EMAIL, minute=days * 24 * 60)
    async with running_bot(store, client, now=lambda: at(60)) as bot:
        slack.deliveries.app_url = bot.url
        await look(slack, bot, JONAS)
        (picture,) = (one for one in slack.workspace.homes[JONAS].view["blocks"] if one["type"] == "image")
        asked = slack.requests["views.publish"]
        slack.workspace.cannot_fetch = "https://footlight.ours.de/"
        fetch(store, EMAIL)
        await bot.homes.show(JONAS, "TNORDWERK")

    assert picture["image_url"].startswith("https://footlight.ours.de/charts/")
    assert picture["alt_text"].startswith("Klicks diese Woche: 2; Letzte Woche: 1. ")
    assert picture["alt_text"].endswith("Mo 0 (1), Di 1 (0), Mi 1 (0), Do 0 (0), Fr 0 (0), Sa 0 (0), So 0 (0)")
    assert slack.requests["views.publish"] == asked + 2
    assert "*Diese Woche*: 3 Klicks" in home(slack, JONAS)
    assert "image" not in {one["type"] for one in slack.workspace.homes[JONAS].view["blocks"]}


@pytest.mark.parametrize(
    ("hints", "told"),
    [
        (0, "*HubSpot*: 1 Zielgruppe wie in HubSpot, Stand "),
        (1, " · 1 Änderung, die HubSpot gemeldet hat, ist noch nicht gelesen"),
    ],
)
def test_how_groups_stand(hints: int, told: str) -> None:
    """Groups as in HubSpot are one short line; what waits is told only where something does."""
    values: dict[str, Any] = {one.name: None for one in fields(GroupView)}
    group = GroupView(**values | {"equal_since": T0})
    week = Week((), 0)
    admin = AdminState((group,), hints, (), 0, ())
    shown = str(home_view(HomeState((), 0, (), None, week, week, admin), Reader(Texts("de"))))

    assert told in shown
    assert ("gemeldet hat" in shown) is bool(hints)
    assert "Noch bekommt kein Kanal Nachrichten." in shown
    assert "Zuletzt geändert" not in shown
