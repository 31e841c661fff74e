"""What a channel missed, and what would come in a flood, is told in one message that says so."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from bot.carrier import SlackCarrier
from decisions.gathering import BURST, LATE, Backlog, Gathered, gathered
from sandbox.sample_data.workspace import FEED, JONAS, LEADS
from sandbox.slack import Message, SlackSandbox
from storage import Session, Store, feed, subscriptions
from storage.addresses import keep_addresses
from storage.lead_clicks import LeadClick, note_clicks
from tests.bot.conftest import Bot, buttons, deliver_all, seen, utc_now
from tests.storage.people import T0, a_state, fetch, store_all


def new_leads(store: Store, number: int, now: datetime, first: int = 0) -> list[str]:
    emails = [f"p{first + one:03}@x{first + one}.example" for one in range(number)]

    def write(session: Session) -> None:
        known = keep_addresses(session, emails, now=now)
        for email in emails:
            note_clicks(session, [LeadClick(known[email].id, now)], now=now)

    store.write_now(write)
    return emails


def told(messages: Sequence[Message]) -> tuple[list[Message], list[Message]]:
    """Those that tell of one lead, and those that tell of several."""
    own = [one for one in messages if "New lead" in one.text]
    return own, [one for one in messages if one not in own]


@pytest.mark.parametrize("missed", [3, 10, 11, pytest.param(500, marks=pytest.mark.soak)])
async def test_missed_leads(missed: int, store: Store, slack: SlackSandbox, carrier: SlackCarrier) -> None:
    """After a pause up to ten leads have messages of their own, the rest one; what comes later is not missed."""
    began = utc_now() - timedelta(hours=1)
    store.write_now(subscriptions.pause, LEADS, "is_archived", now=began)
    emails = new_leads(store, missed, began)
    store.write_now(subscriptions.resume, LEADS, now=utc_now())
    await deliver_all(store, carrier, LEADS)

    own, lists = told(seen(slack, LEADS))
    assert [email in f"{one.text}" for one, email in zip(own, emails, strict=False)] == [True] * min(missed, 10)
    assert len(lists) == (missed > 10)
    for one in lists:
        assert f"{missed - 10} lead" in one.text
        assert "missed while" in one.text

    new_leads(store, 1, utc_now(), first=900)
    await deliver_all(store, carrier, LEADS)
    assert len(told(seen(slack, LEADS))[0]) == min(missed, 10) + 1


async def test_all_that_was_missed_can_be_shown(
    store: Store, bot: Bot, slack: SlackSandbox, carrier: SlackCarrier
) -> None:
    """*Show all* under the list leads through all of it, in pages, each person with *Show*."""
    began = utc_now() - timedelta(hours=1)
    store.write_now(subscriptions.pause, LEADS, "is_archived", now=began)
    emails = new_leads(store, 40, began)
    store.write_now(subscriptions.resume, LEADS, now=utc_now())
    await deliver_all(store, carrier, LEADS)

    (missed,) = told(seen(slack, LEADS))[1]
    await slack.people.press(JONAS, LEADS, missed.ts, "show_all_of_digest")
    await bot.dispatch.drain(30)
    page = seen(slack, LEADS)[-1]
    assert (page.only_for, emails[10] in str(page.blocks), emails[26] in str(page.blocks)) == (JONAS, True, False)
    assert len(buttons(page)) == 17
    await slack.people.press(JONAS, LEADS, page.ts, "show_all_of_digest")
    await bot.dispatch.drain(30)

    last = seen(slack, LEADS)[-1]
    assert (emails[26] in str(last.blocks), emails[39] in str(last.blocks)) == (True, True)
    assert buttons(last) == ["Zeigen"] * 14


async def test_burst_is_one_message(store: Store, slack: SlackSandbox, carrier: SlackCarrier) -> None:
    """A burst of many in the feed is one message, and so is what a limit held up, which says how late it is."""
    people = [(f"p{one}@x{one}.example", str(600 + one)) for one in range(30)]
    store_all(store, *(a_state(id_, email, properties={"firstname": f"P{id_}"}) for email, id_ in people))

    def write(session: Session, emails: Sequence[str], now: datetime) -> None:
        known = keep_addresses(session, emails, now=now)
        feed.note_clicks(session, [(known[email].id, T0) for email in emails], now=now)

    for email, _ in people:
        fetch(store, email)
    store.write_now(write, [email for email, _ in people], now=utc_now())
    await deliver_all(store, carrier, FEED)
    (burst,) = seen(slack, FEED)
    assert "30 activities since" in burst.text
    assert "late" not in burst.text

    new_leads(store, 5, utc_now() - timedelta(minutes=14))
    await deliver_all(store, carrier, LEADS)
    late = told(seen(slack, LEADS))[1][0]
    assert "late: 14 min" in late.text
    assert len(seen(slack, LEADS)) == 1


@pytest.mark.parametrize(
    ("backlog", "expected"),
    [
        (Backlog(T0, 0, False), None),
        (Backlog(T0, BURST, False), Gathered.HELD_UP),
        (Backlog(T0, 0, True), Gathered.HELD_UP),
        (Backlog(T0 - LATE, 2, False), None),
        (Backlog(T0 - LATE, 3, False), Gathered.HELD_UP),
        (Backlog(T0 - LATE, 500, False, T0, 9), None),
        (Backlog(T0 - LATE, 0, False, T0, 10), Gathered.MISSED),
        (Backlog(T0, 0, False, T0 - LATE, 10), None),
    ],
)
def test_gathered(backlog: Backlog, expected: Gathered | None) -> None:
    """Ten after a pause, twenty at once, and what is not late alone stand by themselves."""
    assert gathered(backlog, T0, own_after_a_pause=10) is expected
    assert gathered(Backlog(T0 - LATE, 0, False, T0), T0) is None
    assert gathered(Backlog(T0 - LATE, 1, False, T0), T0) is Gathered.MISSED
