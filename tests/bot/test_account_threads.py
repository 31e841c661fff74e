"""What several people of one account do within a week is one message of the feed, with each of them in its thread."""

from datetime import timedelta

from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.subject import Subject, SubjectKind
from bot.carrier import SlackCarrier
from bot.contact import remember_named
from bot.permissions import People
from bot.web_client import always
from decisions.quiet_hours import Rhythm
from sandbox.sample_data.workspace import ANNA, FEED, LEADS
from sandbox.slack import Message, SlackSandbox
from sandbox.slack.workspace import BOT_USER
from storage import (
    Session,
    Store,
    aggregate_only,
    delivery,
    events_folded,
    feed,
    groups_by_hand,
    privacy,
    subscriptions,
)
from storage.addresses import keep_addresses
from storage.carriers import Sent
from storage.outbox import Due
from storage.subscriptions import Terms, Topic
from tests.bot.conftest import deliver_all, seen, utc_now
from tests.storage.people import HASHER, T0, a_state, at, fetch, store_all

DAY = 24 * 60
PEOPLE = ("max@firma.de", "erika@firma.de", "kim@firma.de")
LEASE = timedelta(seconds=20)


def contacts(store: Store, *emails: str) -> None:
    for number, email in enumerate(emails):
        name = {"firstname": email.partition("@")[0].title()}
        store_all(store, a_state(str(501 + number), email, properties=name))


def clicked(store: Store, email: str, minute: int) -> None:
    """A contact's click so many minutes after T0, and its activity."""
    fetch(store, email, minute=minute)

    def write(session: Session) -> None:
        address_id = keep_addresses(session, [email], now=T0)[email].id
        feed.note_clicks(session, [(address_id, at(minute))], now=utc_now())

    store.write_now(write)


def split(slack: SlackSandbox) -> tuple[list[Message], list[Message]]:
    """The messages of the feed's channel, and those that stand in a thread."""
    messages = seen(slack, FEED)
    return [one for one in messages if not one.thread_ts], [one for one in messages if one.thread_ts]


async def test_one_message_with_its_people_in_the_thread(
    store: Store, slack: SlackSandbox, carrier: SlackCarrier
) -> None:
    """The first person's message becomes the account's; each stands in the thread, in order, and grows there."""
    contacts(store, *PEOPLE)
    clicked(store, PEOPLE[0], -60 * DAY)
    await deliver_all(store, carrier, FEED)
    for number, email in enumerate(PEOPLE):
        clicked(store, email, number * 2 * DAY - number)
        await deliver_all(store, carrier, FEED)

    (old, one), lines = split(slack)
    assert "3 people of *firma.de* in 4 days" in one.text
    assert "first time since" in one.text
    assert "people" not in old.text
    assert [line.thread_ts for line in lines] == [one.ts] * 3
    assert [line.text.partition(" ")[0] for line in lines] == ["*Max*", "*Erika*", "*Kim*"]

    clicked(store, PEOPLE[2], 4 * DAY)
    clicked(store, PEOPLE[0], 4 * DAY + 1)
    await deliver_all(store, carrier, FEED)
    assert [len(each) for each in split(slack)] == [2, 4]
    assert "2 clicks" in lines[2].text
    assert "3 people of *firma.de*" in one.text
    assert "5 clicks" in one.text

    clicked(store, PEOPLE[1], 8 * DAY)
    await deliver_all(store, carrier, FEED)
    assert [len(each) for each in split(slack)] == [3, 4]


async def test_nobody_shares_a_free_mail_provider(store: Store, slack: SlackSandbox, carrier: SlackCarrier) -> None:
    """Those who are of no account, and one person alone, have messages of their own."""
    contacts(store, "a@gmail.com", "b@gmail.com", "max@firma.de")
    for minute, email in ((0, "a@gmail.com"), (1, "b@gmail.com"), (2, "max@firma.de"), (60, "max@firma.de")):
        clicked(store, email, minute)
        await deliver_all(store, carrier, FEED)

    assert [len(each) for each in split(slack)] == [4, 0]


async def test_message_that_somebody_removed(store: Store, slack: SlackSandbox, carrier: SlackCarrier) -> None:
    """Where the message is gone under which news was to stand, each is told in a message of its own."""
    contacts(store, *PEOPLE)
    for minute, email in enumerate(PEOPLE[:2]):
        clicked(store, email, minute)
        await deliver_all(store, carrier, FEED)
        if minute == 0:
            slack.people.remove(ANNA, FEED, seen(slack, FEED)[0].ts)
    assert ["Erika" in str(one.blocks) for one in split(slack)[0]] == [True]

    clicked(store, PEOPLE[2], 3)
    await deliver_all(store, carrier, FEED)
    slack.people.remove(ANNA, FEED, split(slack)[0][0].ts)
    clicked(store, PEOPLE[2], 4)
    clicked(store, PEOPLE[0], 5)
    await deliver_all(store, carrier, FEED)
    assert "Max" in str(split(slack)[0][-1].blocks)


async def test_erased_people_are_taken_out(store: Store, slack: SlackSandbox, carrier: SlackCarrier) -> None:
    """The account's message counts them no more, and with the last of them it names nobody."""
    contacts(store, *PEOPLE[:2])
    for minute, email in enumerate(PEOPLE[:2]):
        clicked(store, email, minute)
    await deliver_all(store, carrier, FEED)
    (one,), lines = split(slack)
    assert "2 people of *firma.de* within a day" in one.text

    store.write_now(privacy.erase, PEOPLE[0], actor="cli", hasher=HASHER, now=utc_now())
    await deliver_all(store, carrier, FEED)
    assert "1 person of *firma.de*" in one.text
    store.write_now(privacy.erase, PEOPLE[1], actor="cli", hasher=HASHER, now=utc_now())
    await deliver_all(store, carrier, FEED)

    assert ["erased" in each.text for each in (one, *lines)] == [True, True, True]
    assert "firma" not in f"{seen(slack, FEED)}"


async def test_person_erased_while_the_message_is_on_its_way(
    store: Store, slack: SlackSandbox, carrier: SlackCarrier
) -> None:
    """Who is erased while the account's message is posted is taken out of it right after."""
    contacts(store, *PEOPLE[:2])
    for minute, email in enumerate(PEOPLE[:2]):
        clicked(store, email, minute)
    item, outcome = None, None
    while item is None or item.kind is not Due.ACCOUNT_ACTIVE:
        if item is not None:
            assert isinstance(outcome, Sent)
            store.write_now(delivery.sent, item, free_at=utc_now(), keep=outcome.keep)
        item = store.write_now(delivery.claim, f"slack:{FEED}", now=utc_now(), lease=LEASE)
        assert item is not None
        outcome = await carrier.send(item)
    assert isinstance(outcome, Sent)
    for email in PEOPLE[:2]:
        store.write_now(privacy.erase, email, actor="cli", hasher=HASHER, now=utc_now())
    store.write_now(delivery.sent, item, free_at=utc_now(), keep=outcome.keep)
    await deliver_all(store, carrier, FEED)

    assert "firma" not in f"{seen(slack, FEED)}"


async def test_first_person_erased_while_their_line_is_posted(
    store: Store, slack: SlackSandbox, carrier: SlackCarrier
) -> None:
    """Who makes a thread of another's message is told all the same when that other is erased meanwhile."""
    contacts(store, *PEOPLE[:2])
    clicked(store, PEOPLE[0], 0)
    await deliver_all(store, carrier, FEED)
    clicked(store, PEOPLE[1], 1)
    item = store.write_now(delivery.claim, f"slack:{FEED}", now=utc_now(), lease=LEASE)
    assert item is not None
    sent = await carrier.send(item)
    assert isinstance(sent, Sent)
    store.write_now(privacy.erase, PEOPLE[0], actor="cli", hasher=HASHER, now=utc_now())
    store.write_now(delivery.sent, item, free_at=utc_now(), keep=sent.keep)
    await deliver_all(store, carrier, FEED)

    assert ["Max" in str(one.blocks) for one in seen(slack, FEED)] == [False, False, False]
    assert "Erika" in str(seen(slack, FEED)[-1].blocks)


async def test_people_counted_only_in_groups_are_taken_out(
    store: Store, slack: SlackSandbox, carrier: SlackCarrier
) -> None:
    """Who comes to be counted only in groups is taken out of the account's message, and of cards that were shared."""
    contacts(store, *PEOPLE[:2])
    for minute, email in enumerate(PEOPLE[:2]):
        clicked(store, email, minute)
    await deliver_all(store, carrier, FEED)
    card = slack.workspace.post(LEADS, BOT_USER, "Max, 1 click")
    subject = Subject(SubjectKind.CONTACT, 1)
    store.write_now(remember_named, LEADS, card.ts, [subject], now=T0)
    (one,), _ = split(slack)
    for email, told in ((PEOPLE[0], "1 person of *firma.de*"), (PEOPLE[1], "in groups now")):
        group_id = store.write_now(groups_by_hand.create, email, actor="cli", now=T0)
        store.write_now(groups_by_hand.add, group_id, [email], [], hasher=HASHER, now=T0)
        store.write_now(aggregate_only.switch, group_id, on=True, actor="cli", now=T0)
        store.write_now(events_folded.fold, store.read_now(events_folded.recorded), now=utc_now())
        await deliver_all(store, carrier, FEED, LEADS)
        assert told in one.text

    assert "counted only in groups now" in card.text
    assert "firma" not in f"{seen(slack, FEED)}"


async def test_a_line_is_found_in_its_thread(store: Store, slack: SlackSandbox, carrier: SlackCarrier) -> None:
    """A line whose answer was lost is looked for in the thread, and not posted twice."""
    contacts(store, *PEOPLE)
    for minute, email in enumerate(PEOPLE[:2]):
        clicked(store, email, minute)
    await deliver_all(store, carrier, FEED)
    clicked(store, PEOPLE[2], 3)
    item = store.write_now(delivery.claim, f"slack:{FEED}", now=utc_now(), lease=LEASE)
    assert item is not None
    await carrier.send(item)

    found = await carrier.find_sent(item)
    assert isinstance(found, Sent)
    store.write_now(delivery.sent, item, free_at=utc_now(), keep=found.keep)
    await deliver_all(store, carrier, FEED)

    assert [len(each) for each in split(slack)] == [1, 3]
    assert "3 people" in split(slack)[0][0].text


async def test_the_first_news_of_a_day_stands_in_the_channel_too(
    store: Store, slack: SlackSandbox, client: AsyncWebClient, carrier: SlackCarrier
) -> None:
    """On the channel's clocks; further news of that day are in the thread alone, also where an answer was lost."""
    kolkata = Terms(rhythm=Rhythm(zone="Asia/Kolkata"))
    store.write_now(subscriptions.set_terms, Topic.FEED, FEED, kolkata)
    moment = (utc_now() + timedelta(days=1)).replace(hour=17)
    slack.workspace.now = lambda: moment.timestamp()
    carrier = SlackCarrier(client, store, people=People(always(client)), now=lambda: moment)
    contacts(store, *PEOPLE, "ada@acme.de", "bob@acme.de")
    for minute, email in enumerate((*PEOPLE[:2], "ada@acme.de")):
        clicked(store, email, minute)
        await deliver_all(store, carrier, FEED, now=moment)
    assert not any(one.is_broadcast for one in seen(slack, FEED))

    moment = moment.replace(hour=19)
    clicked(store, PEOPLE[2], 120)
    item = store.write_now(delivery.claim, f"slack:{FEED}", now=moment, lease=LEASE)
    assert item is not None
    await carrier.send(item)
    found = await carrier.find_sent(item)
    assert isinstance(found, Sent)
    store.write_now(delivery.sent, item, free_at=moment, keep=found.keep)
    for minute, email in ((121, PEOPLE[2]), (122, PEOPLE[0]), (123, "bob@acme.de")):
        clicked(store, email, minute)
        await deliver_all(store, carrier, FEED, now=moment)

    lines = split(slack)[1]
    assert [one.text.partition(" ")[0] for one in lines] == ["*Max*", "*Erika*", "*Kim*", "*Max*", "*Ada*", "*Bob*"]
    assert [one.is_broadcast for one in lines] == [False, False, True, False, False, True]
    assert "2 clicks" in lines[2].text
