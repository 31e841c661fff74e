"""*Follow*: who follows a person or a company is told directly of new clicks, until they stop or it ends."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry
from sqlmodel import select

from bot.carrier import SlackCarrier
from jobs.deliver import Delivery, Pace
from jobs.follows import tell_followers
from sandbox.sample_data.workspace import ANNA, GENERAL, GUEST, JONAS, LEADS, OLIVER, PARTNER, SHARED
from sandbox.slack import Message, SlackSandbox
from sandbox.slack.block_kit import message_faults, view_faults
from storage import Session, Store, audit, delivery, follows, opt_out_asked, outbox, privacy
from storage.addresses import keep_addresses
from storage.carriers import Lost, Sent
from storage.follows import Target
from storage.outbox import OutboxItem
from storage.tracking import Event
from tests.bot.conftest import Bot, buttons, deliver_all, seen, until_said, utc_now
from tests.bot.test_opt_out import the_modal
from tests.storage.people import HASHER, T0, a_state, become_lead, fetch, store_all

MAX, EVA = "max@firma.de", "eva@firma.de"


@pytest.fixture
def people(store: Store) -> Store:
    """Max and Eva, both of firma.de, are contacts."""
    eva = a_state("502", EVA, properties={"firstname": "Eva", "lastname": "Muster"})
    store_all(store, a_state(), eva)
    return store


@pytest.fixture
async def engine(store: Store, carrier: SlackCarrier) -> AsyncIterator[Delivery]:
    """The delivery, running with the carrier."""
    pace = Pace(settle=timedelta(0), poll=timedelta(seconds=0.02))
    delivery_ = Delivery(store, {"slack": carrier}, now=utc_now, registry=CollectorRegistry(), pace=pace)
    running = asyncio.ensure_future(delivery_.run())
    yield delivery_
    await delivery_.stop(timedelta(seconds=5))
    await running


async def click(store: Store, *emails: str) -> None:
    """Clicks of just now, told to whoever follows."""
    for email in emails:
        fetch(store, email)

        def move(session: Session, email: str = email) -> None:
            address_id = keep_addresses(session, [email], now=T0)[email].id
            for event in session.exec(select(Event).where(Event.address_id == address_id, Event.at == T0)):
                event.at = utc_now()

        store.write_now(move)
    await tell_followers(store, HASHER, utc_now)


async def follow(slack: SlackSandbox, bot: Bot, user: str, whom: str) -> Message:
    await slack.people.command(user, LEADS, "/footlight", f"follow {whom}")
    await bot.dispatch.drain(30)
    return seen(slack, LEADS)[-1]


def direct(slack: SlackSandbox, user: str) -> str:
    return slack.workspace.direct(user).id


async def test_follow_from_the_card(people: Store, bot: Bot, slack: SlackSandbox, engine: Delivery) -> None:
    """*Follow* asks for how long; new clicks come as one direct message that grows, and *Stop following* ends them."""
    await slack.people.command(OLIVER, LEADS, "/contact", MAX)
    card = await until_said(slack, LEADS, "Max Mustermann", "Follow")
    await slack.people.press(OLIVER, LEADS, card.ts, "follow")
    modal = await the_modal(slack, OLIVER)
    assert view_faults(modal.view) == []
    assert "Everybody of firma.de" in str(modal.view)
    await slack.people.submit(OLIVER, modal.id)
    assert buttons(await until_said(slack, LEADS, "You follow *Max Mustermann* until")) == [
        "Until when …",
        "Stop following",
    ]

    await click(people, MAX)
    told = await until_said(slack, direct(slack, OLIVER), "*Max Mustermann*, whom you follow", "Spring Fair")
    await click(people, MAX, EVA)
    grown = await until_said(slack, direct(slack, OLIVER), "2 clicks")
    assert grown.ts == told.ts
    assert "Eva" not in str(grown.blocks)
    assert message_faults(grown.blocks) == []

    await slack.people.press(OLIVER, grown.channel, grown.ts, "stop_following")
    assert buttons(await until_said(slack, direct(slack, OLIVER), "You no longer follow")) == []
    await click(people, MAX)
    assert people.read_now(follows.of_user, OLIVER, now=utc_now()) == ()
    noted = people.read_now(audit.newest, 2)
    assert [(one.actor, one.action, one.email) for one in noted] == [
        (f"slack:{OLIVER}", "stopped following", MAX),
        (f"slack:{OLIVER}", "followed", MAX),
    ]


async def test_direct_message_whose_answer_was_lost(people: Store, slack: SlackSandbox, carrier: SlackCarrier) -> None:
    """What was posted to a user, and whose answer never came, is found in their conversation, and not posted again."""
    whom = people.read_now(follows.target_of_contact, 1)
    assert whom is not None
    until = utc_now() + timedelta(days=1)
    people.write_now(follows.follow, whom, user_id=OLIVER, team_id=slack.workspace.team.id, until=until, now=T0)
    await click(people, MAX)
    item = people.write_now(delivery.claim, outbox.slack(OLIVER), now=utc_now(), lease=timedelta(seconds=20))
    assert item is not None
    slack.faults.only, slack.faults.cut_after_doing = "chat.postMessage", 1
    assert isinstance(await carrier.send(item), Lost)
    slack.faults.clear()

    found = await carrier.find_sent(item)
    assert isinstance(found, Sent)
    people.write_now(delivery.sent, item, free_at=utc_now(), keep=found.keep)
    await click(people, MAX)
    await deliver_all(people, carrier, OLIVER)

    (told,) = seen(slack, direct(slack, OLIVER))
    assert "2 clicks" in told.text


async def test_follow_a_company(people: Store, bot: Bot, slack: SlackSandbox, engine: Delivery) -> None:
    """Who follows a domain hears of everybody there in one message; who opts out or is erased goes from it."""
    assert "You follow *firma.de* until" in (await follow(slack, bot, OLIVER, "firma.de")).text

    await click(people, MAX, EVA, "new@firma.de")
    told = await until_said(slack, direct(slack, OLIVER), "Max Mustermann", "Eva Muster", "new@firma.de")
    people.write_now(opt_out_asked.opt_out, MAX, actor="cli", hasher=HASHER, now=utc_now())
    people.write_now(privacy.erase, EVA, actor="cli", hasher=HASHER, now=utc_now())
    engine.wake()

    await slack.until(lambda: "Eva" not in f"{told.text} {told.blocks}", within=30)
    assert "new@firma.de" in str(told.blocks)
    await click(people, "new@firma.de")
    await slack.until(lambda: "2 clicks" in str(told.blocks), within=30)
    assert "Max" not in str(told.blocks)


async def test_erased_while_their_message_is_rewritten(
    people: Store, slack: SlackSandbox, carrier: SlackCarrier
) -> None:
    """Who is erased while the message is rewritten for another goes from it too; whoever is left stays in it."""
    whom = people.read_now(lambda session: Target(account_id=follows.account_of(session, 1)[0]))
    until = utc_now() + timedelta(days=1)
    people.write_now(follows.follow, whom, user_id=OLIVER, team_id=slack.workspace.team.id, until=until, now=T0)
    await click(people, MAX, EVA, "new@firma.de")
    await deliver_all(people, carrier, OLIVER)
    (told,) = seen(slack, there := direct(slack, OLIVER))
    people.write_now(privacy.erase, MAX, actor="cli", hasher=HASHER, now=utc_now())
    item = people.write_now(delivery.claim, outbox.slack(there), now=utc_now(), lease=timedelta(seconds=20))
    assert item is not None
    sent = await carrier.send(item)
    assert isinstance(sent, Sent)
    people.write_now(privacy.erase, EVA, actor="cli", hasher=HASHER, now=utc_now())
    people.write_now(delivery.sent, item, free_at=utc_now(), keep=sent.keep)
    await deliver_all(people, carrier, there)

    assert "Eva" not in f"{told.text} {told.blocks}"
    assert "new@firma.de" in str(told.blocks)


async def test_whom_one_can_follow(people: Store, bot: Bot, slack: SlackSandbox) -> None:
    """Whoever cannot be followed is told why; of several one chooses."""
    become_lead(people, "gone@firma.de")
    people.write_now(opt_out_asked.opt_out, "gone@firma.de", actor="cli", hasher=HASHER, now=T0)
    people.write_now(opt_out_asked.opt_out_domain, "away.example", actor="cli", hasher=HASHER, now=T0)

    for whom, told in (
        ("gmail.com", "Everybody may have an address there"),
        ("", "/footlight follow max@firma.de"),
        ("nobody@nowhere.example", "no contact, no lead"),
        ("gone@firma.de", "opted out"),
        ("away.example", "opted out"),
        ("must", "2 people match"),
        ("musterma", "You follow *Max Mustermann*"),
    ):
        assert told in (await follow(slack, bot, OLIVER, whom)).text


async def test_list_and_home(people: Store, bot: Bot, slack: SlackSandbox) -> None:
    """`/footlight following` and the Home list whom one follows, each with *Stop following*, of one's own alone."""
    for whom in (MAX, "firma.de"):
        await follow(slack, bot, OLIVER, whom)
    await slack.people.command(OLIVER, LEADS, "/footlight", "following")
    listed = await until_said(slack, LEADS, "Whom you follow", "Max Mustermann", "firma.de")
    value = next(block["accessory"]["value"] for block in listed.blocks if "Max" in str(block))

    for user in (JONAS, OLIVER):
        await slack.people.open_home(user)
        await slack.until(lambda user=user: user in slack.workspace.homes, within=30)
    home = slack.workspace.homes[OLIVER]
    assert "Max Mustermann" in str(home.view)
    assert "firma.de" not in str(slack.workspace.homes[JONAS].view["blocks"]).replace("follow firma.de", "").replace(
        "max@firma.de", ""
    )
    await slack.people.press_in_view(OLIVER, home.id, "home_stop_following", value)
    await slack.until(lambda: "Max" not in str(slack.workspace.homes[OLIVER].view["blocks"]), within=30)
    assert view_faults(home.view) == []

    await slack.people.press(OLIVER, LEADS, listed.ts, "stop_following", value)
    await until_said(slack, LEADS, "don't follow them any more")


async def test_nobody_else_is_told(people: Store, bot: Bot, slack: SlackSandbox, engine: Delivery) -> None:
    """Guests and outsiders cannot follow; who became a guest since hears nothing any more."""
    for user, channel, because in ((GUEST, GENERAL, "Gäste"), (PARTNER, SHARED, "Only members")):
        await slack.people.command(user, channel, "/footlight", f"follow {MAX}")
        await until_said(slack, channel, because)
    await follow(slack, bot, ANNA, MAX)
    slack.workspace.users[ANNA].is_restricted = True
    bot.desk.people._known.clear()

    await click(people, MAX)
    engine.wake()
    await slack.until(lambda: not people.read_now(owed), within=30)

    assert "Max" not in str(seen(slack, direct(slack, ANNA)))


def owed(session: Session) -> bool:
    return session.exec(select(OutboxItem.id)).first() is not None
