"""A channel hears what its terms say, when they say, and nothing that it was to hear is lost."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from time import monotonic

import pytest
from prometheus_client import CollectorRegistry
from slack_sdk.web.async_client import AsyncWebClient
from sqlmodel import col, or_, select

from bot.carrier import SlackCarrier
from bot.chart_links import ChartLinks
from bot.permissions import People
from bot.web_client import always
from decisions.channel_filters import Filters
from decisions.quiet_hours import Mode, Rhythm
from decisions.sealing import Keys
from jobs.deliver import Delivery, Pace
from sandbox.sample_data.workspace import FEED, JONAS, LEADS, OLIVER
from sandbox.slack import Message, SlackSandbox
from storage import Session, Store, channel_chosen, feed, lead_moves, opt_out_asked, privacy, subscriptions
from storage.addresses import keep_addresses
from storage.campaigns import external_ids
from storage.outbox import OutboxItem, OutboxState
from storage.subscriptions import Terms, Topic
from tests.bot.conftest import Bot, buttons, seen
from tests.storage.people import HASHER, T0, a_state, at, become_lead, fetch, store_all

EMAIL, OTHER, THIRD = "j.doe@acme.example", "k.roe@other.example", "l.moe@third.example"
NIGHT = Rhythm(zone="Europe/Berlin", quiet_from=time(22), quiet_until=time(7))


class Clock:
    """A time that begins at T0, and can be put forward."""

    def __init__(self) -> None:
        self._begin, self._ahead = monotonic(), timedelta(0)

    def __call__(self) -> datetime:
        return T0 + self._ahead + timedelta(seconds=monotonic() - self._begin)

    def pass_until(self, moment: str) -> None:
        """Let it be just after `moment`."""
        self._ahead += datetime.fromisoformat(moment) + timedelta(seconds=1) - self()


@dataclass
class Channels:
    """Slack's channels, to which is brought what they are owed."""

    store: Store
    slack: SlackSandbox
    clock: Clock
    engine: Delivery

    def choose(self, topic: Topic, channel: str, terms: Terms) -> None:
        """Let a channel be told of a topic; it was greeted long ago."""
        self.store.write_now(subscriptions.subscribe, topic, channel, now=T0)
        self.store.write_now(
            channel_chosen.choose, topic, channel, terms, actor="cli", user_id=OLIVER, now=self.clock()
        )

    async def said(self, channel: str) -> list[Message]:
        """What stands in a channel when nothing more is due."""
        self.engine.wake()
        await self.slack.until(lambda: not self.store.read_now(_is_due, self.clock()), within=30)
        return seen(self.slack, channel)


def _is_due(session: Session, now: datetime) -> bool:
    may_go = or_(col(OutboxItem.state) == OutboxState.SENDING, col(OutboxItem.due_at) <= now)
    return session.exec(select(OutboxItem.id).where(may_go)).first() is not None


@pytest.fixture
async def channels(store: Store, slack: SlackSandbox, client: AsyncWebClient) -> AsyncIterator[Channels]:
    clock = Clock()
    charts = ChartLinks(Keys.parse("a secret key that is long enough"), "https://footlight.ours.de", clock)
    carrier = SlackCarrier(client, store, people=People(always(client)), now=clock, charts=charts)
    carrier.interval = timedelta(0)
    pace = Pace(settle=timedelta(0), poll=timedelta(seconds=0.02))
    engine = Delivery(store, {"slack": carrier}, now=clock, registry=CollectorRegistry(), pace=pace)
    running = asyncio.ensure_future(engine.run())
    yield Channels(store, slack, clock, engine)
    await engine.stop(timedelta(seconds=5))
    await running


def whole(message: Message) -> str:
    return f"{message.text} {message.blocks}"


def become_active(store: Store, email: str, minute: int = 0, campaign: str = "Spring Fair") -> None:
    """A contact's click."""
    fetch(store, email, minute=minute, campaign=campaign)

    def write(session: Session) -> None:
        address_id = keep_addresses(session, [email], now=T0)[email].id
        feed.note_clicks(session, [(address_id, at(minute))], now=T0)

    store.write_now(write)


async def test_hourly_digest(store: Store, channels: Channels) -> None:
    """Leads of an hour come in one message, the most interested first, each with a way to its buttons."""
    channels.choose(Topic.LEADS, LEADS, Terms(rhythm=Rhythm(Mode.HOURLY, "Europe/Berlin")))
    become_lead(store, EMAIL)
    fetch(store, OTHER, minute=1)
    become_lead(store, OTHER)
    assert await channels.said(LEADS) == []

    channels.clock.pass_until("2026-11-25T10:00Z")

    (message,) = await channels.said(LEADS)
    assert message.text.startswith("2 leads since")
    assert whole(message).index(OTHER) < whole(message).index(EMAIL)
    assert buttons(message) == ["Show", "Show"]
    become_lead(store, THIRD)
    assert len(await channels.said(LEADS)) == 1
    channels.clock.pass_until("2026-11-25T11:00Z")
    assert [message.text[:6] for message in await channels.said(LEADS)] == ["2 lead", "1 lead"]


async def test_daily_digest_shows_the_week(store: Store, channels: Channels) -> None:
    """A daily digest of the feed shows the last seven days beside those before, in a picture and in words; where Slack
    cannot fetch the picture, in words alone."""
    channels.choose(Topic.FEED, FEED, Terms(rhythm=Rhythm(Mode.DAILY, "Europe/Berlin"), language="de"))
    store_all(store, a_state(), a_state("502", "eva@firma.de"), a_state("503", "kim@other.example"))
    for email in ("max@firma.de", "eva@firma.de", "kim@other.example"):
        become_active(store, email)
    fetch(store, "kim@other.example", campaign="New catalogue", minute=-7 * 24 * 60)
    become_lead(store, "j.doe@firma.de")
    await channels.said(FEED)
    channels.clock.pass_until("2026-11-26T07:00Z")

    (message,) = await channels.said(FEED)
    (picture,) = (block for block in message.blocks if block["type"] == "image")
    assert picture["image_url"].startswith("https://footlight.ours.de/charts/")
    assert picture["alt_text"].startswith("Klicks in den letzten 7 Tagen: 4; In den 7 Tagen davor: 1. ")
    assert "Do 0 (0), Fr 0 (0), Sa 0 (0), So 0 (0), Mo 0 (0), Di 0 (0), Mi 4 (1). " in picture["alt_text"]
    assert picture["alt_text"].endswith("Meistgeklickte Kampagnen: Spring Fair (4)")
    assert "4 Klicks von allen in den 7 Tagen bis gestern; 1 in den 7 Tagen davor" in message.text
    assert "firma.de (3) · other.example (1)" in whole(message)
    assert "Spring Fair (4)" in whole(message)

    channels.slack.workspace.cannot_fetch = "https://footlight.ours.de/"
    become_active(store, "max@firma.de", minute=24 * 60)
    await channels.said(FEED)
    channels.clock.pass_until("2026-11-27T07:00Z")

    (_, message) = await channels.said(FEED)
    assert "image" not in {block["type"] for block in message.blocks}
    assert "5 Klicks von allen" in whole(message)


async def test_digest_shows_the_present_state(store: Store, channels: Channels) -> None:
    """What became of a lead shows in the digest that told of it; an opt-out takes the name away."""
    channels.choose(Topic.LEADS, LEADS, Terms(rhythm=Rhythm(Mode.DAILY, "Europe/Berlin")))
    for email in (EMAIL, OTHER):
        become_lead(store, email)
    await channels.said(LEADS)
    channels.clock.pass_until("2026-11-26T07:00Z")
    await channels.said(LEADS)

    store.write_now(lead_moves.claim, 1, actor=f"slack:{JONAS}", now=channels.clock())
    store.write_now(opt_out_asked.opt_out, OTHER, actor="cli", hasher=HASHER, now=channels.clock())

    (message,) = await channels.said(LEADS)
    assert f"<@{JONAS}> is on it" in whole(message)
    assert OTHER not in whole(message)
    assert buttons(message) == ["Show"]


async def test_erased_from_a_digest(store: Store, channels: Channels) -> None:
    """Who is erased is taken out of the digest; the others stay in it. Who waits for one is never told."""
    channels.choose(Topic.LEADS, LEADS, Terms(rhythm=Rhythm(Mode.HOURLY, "Europe/Berlin")))
    for email in (EMAIL, OTHER):
        become_lead(store, email)
    await channels.said(LEADS)
    channels.clock.pass_until("2026-11-25T10:00Z")
    await channels.said(LEADS)
    become_lead(store, THIRD)
    await channels.said(LEADS)

    for email in (EMAIL, THIRD):
        store.write_now(privacy.erase, email, actor="cli", hasher=HASHER, now=channels.clock())
    channels.clock.pass_until("2026-11-25T11:00Z")

    (message,) = await channels.said(LEADS)
    assert EMAIL not in whole(message)
    assert OTHER in whole(message)


async def test_quiet_hours(store: Store, channels: Channels) -> None:
    """At night nothing new comes; in the morning it comes in one message, and then each by itself again."""
    channels.choose(Topic.LEADS, LEADS, Terms(rhythm=NIGHT))
    channels.choose(Topic.FEED, FEED, Terms(rhythm=NIGHT))
    store_all(store, a_state("501", "max@firma.de"))
    channels.clock.pass_until("2026-11-25T21:00Z")
    for email in (EMAIL, OTHER):
        become_lead(store, email)
    become_active(store, "max@firma.de")
    assert await channels.said(LEADS) == []
    channels.clock.pass_until("2026-11-26T05:59Z")
    assert await channels.said(LEADS) == []

    channels.clock.pass_until("2026-11-26T06:00Z")

    (message,) = await channels.said(LEADS)
    assert message.text.startswith("2 leads since")
    (message,) = await channels.said(FEED)
    assert "Max Mustermann" in whole(message)
    become_lead(store, THIRD)
    _, own = await channels.said(LEADS)
    assert "Claim" in buttons(own)


async def test_a_worker_that_was_away_keeps_the_quiet_hours(store: Store, channels: Channels) -> None:
    """A digest that comes late waits for the end of quiet hours."""
    rhythm = Rhythm(Mode.HOURLY, "Europe/Berlin", quiet_from=time(22), quiet_until=time(7))
    channels.choose(Topic.LEADS, LEADS, Terms(rhythm=rhythm))
    become_lead(store, EMAIL)
    await channels.said(LEADS)

    channels.clock.pass_until("2026-11-25T22:30Z")
    assert await channels.said(LEADS) == []

    channels.clock.pass_until("2026-11-26T06:00Z")
    assert len(await channels.said(LEADS)) == 1


async def test_what_waits_comes_though_the_terms_change(store: Store, channels: Channels) -> None:
    """Who goes back to single messages gets at once what waited for the digest."""
    channels.choose(Topic.LEADS, LEADS, Terms(rhythm=Rhythm(Mode.DAILY, "Europe/Berlin")))
    become_lead(store, EMAIL)
    assert await channels.said(LEADS) == []

    channels.choose(Topic.LEADS, LEADS, Terms())

    (message,) = await channels.said(LEADS)
    assert EMAIL in whole(message)


async def test_filters(store: Store, channels: Channels) -> None:
    """A lead is told when it clicked a chosen campaign often enough, and its message then stays up to date."""
    fair = store.write_now(external_ids, ["Spring Fair"], now=T0)["Spring Fair"]
    channels.choose(Topic.LEADS, LEADS, Terms(filters=Filters(campaigns=(fair,), least_clicks=2)))
    fetch(store, EMAIL, campaign="Catalogue")
    become_lead(store, EMAIL)
    assert await channels.said(LEADS) == []

    become_lead(store, EMAIL)

    (message,) = await channels.said(LEADS)
    assert "Spring Fair (2)" in whole(message)


async def test_filters_by_group_and_owner(store: Store, channels: Channels) -> None:
    """A channel hears of its own owners' contacts, and of leads at their accounts."""
    store_all(
        store,
        a_state("501", "max@firma.de", properties={"firstname": "Max", "hubspot_owner_id": "77"}),
        a_state("502", "mia@acme.example", properties={"firstname": "Mia", "hubspot_owner_id": "88"}),
    )
    channels.choose(Topic.FEED, FEED, Terms(filters=Filters(owners=("77",))))
    channels.choose(Topic.LEADS, LEADS, Terms(filters=Filters(owners=("88",))))
    for email in ("max@firma.de", "mia@acme.example"):
        become_active(store, email)
    for email in (EMAIL, OTHER):
        become_lead(store, email)

    assert ["firma.de" in whole(one) for one in await channels.said(FEED)] == [True]
    assert [EMAIL in whole(one) for one in await channels.said(LEADS)] == [True]
    channels.choose(Topic.FEED, FEED, Terms(filters=Filters(groups=(4711,))))
    become_active(store, "max@firma.de", minute=600)
    assert len(await channels.said(FEED)) == 1


async def test_hidden_addresses(store: Store, bot: Bot, slack: SlackSandbox, channels: Channels) -> None:
    """No address shows in full, not even after a button was pressed; who looks it up sees it."""
    channels.choose(Topic.LEADS, LEADS, Terms(hides_addresses=True, language="de"))
    become_lead(store, EMAIL)
    (message,) = await channels.said(LEADS)
    assert "Neuer Lead: j…@acme.example" in message.text

    await slack.people.press(JONAS, LEADS, message.ts, "claim_lead")
    await bot.dispatch.drain(30)

    (message,) = await channels.said(LEADS)
    assert f"<@{JONAS}> kümmert sich darum" in whole(message)
    assert EMAIL not in whole(message)


async def test_a_channel_that_was_taken_back(store: Store, channels: Channels) -> None:
    """It hears nothing new, but what stands there still changes: an opt-out takes the name away."""
    channels.choose(Topic.LEADS, LEADS, Terms())
    become_lead(store, EMAIL)
    await channels.said(LEADS)

    store.write_now(channel_chosen.drop, Topic.LEADS, LEADS, actor="cli", now=channels.clock())
    become_lead(store, OTHER)
    store.write_now(opt_out_asked.opt_out, EMAIL, actor="cli", hasher=HASHER, now=channels.clock())

    (message,) = await channels.said(LEADS)
    assert EMAIL not in whole(message)


async def test_a_channel_that_comes_back(store: Store, channels: Channels) -> None:
    """What waited for its digest when it was taken back is not told when it is chosen again."""
    hourly = Terms(rhythm=Rhythm(Mode.HOURLY, "Europe/Berlin"))
    channels.choose(Topic.LEADS, LEADS, hourly)
    become_lead(store, EMAIL)
    await channels.said(LEADS)

    store.write_now(subscriptions.end, Topic.LEADS, LEADS, now=channels.clock())
    channels.choose(Topic.LEADS, LEADS, hourly)
    channels.clock.pass_until("2026-11-25T10:00Z")

    assert await channels.said(LEADS) == []
