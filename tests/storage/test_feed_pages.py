"""The feed as it is asked for: its filters, and pages that nothing disturbs."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import Session, Store, accounts, campaigns, feed_pages
from storage.contact_card import contact_of_address
from storage.contacts import ContactState
from storage.contacts_arrived import store_states
from storage.feed_pages import ActivityKind, FeedAsked
from storage.opt_out_asked import opt_out, opt_out_domain
from tests.storage.clicking import TRACKER, click

MAX, EVA, JO = "max@firma.example", "eva@firma.example", "jo@other.example"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def contacts(store: Store, now: datetime) -> None:
    """Three contacts of two accounts and two owners."""
    states = [
        ContactState("501", now, email=MAX, properties={"hubspot_owner_id": "1"}),
        ContactState("502", now, email=EVA, properties={"hubspot_owner_id": "2"}),
        ContactState("503", now, email=JO, properties={"hubspot_owner_id": "2"}),
    ]
    store.write_now(store_states, states, hasher=TRACKER.hasher, now=now)


def found(store: Store, asked: FeedAsked | None = None, limit: int = 50, before: int | None = None) -> list[str]:
    """Who is on a page."""
    page = store.read_now(feed_pages.page, asked or FeedAsked(), limit, before=before, hasher=TRACKER.hasher)
    return [entry.card.email or "" for entry in page.entries]


def test_filters(store: Store, now: datetime) -> None:
    """The feed is narrowed by contact, account, campaign, owner, kind and time, each alone and together."""
    click(store, MAX, now, campaign="Fair")
    click(store, EVA, now + HOUR, campaign="Catalogue")
    click(store, MAX, now + 2 * HOUR, now + 2 * HOUR + 9 * MINUTE, campaign="Catalogue")
    click(store, JO, now + 3 * HOUR, campaign="Fair")

    def ids(session: Session) -> tuple[int | None, dict[str, int], dict[str, int]]:
        return (
            contact_of_address(session, MAX),
            accounts.account_ids(session, ["firma.example"]),
            campaigns.external_ids(session, ["Fair"], now=now),
        )

    max_id, of_firma, fair = store.write_now(ids)
    account_ids = list(of_firma.values())

    assert found(store) == [JO, MAX, EVA, MAX]
    assert found(store, FeedAsked(contact_id=max_id)) == [MAX, MAX]
    assert found(store, FeedAsked(account_ids=account_ids)) == [MAX, EVA, MAX]
    assert found(store, FeedAsked(campaign_id=fair["Fair"])) == [JO, MAX]
    assert found(store, FeedAsked(owner_ids=["2"])) == [JO, EVA]
    assert found(store, FeedAsked(kind=ActivityKind.FIRST)) == [JO, EVA, MAX]
    assert found(store, FeedAsked(kind=ActivityKind.RETURN)) == [MAX]
    assert found(store, FeedAsked(since=now + 2 * HOUR + 5 * MINUTE)) == [JO, MAX]
    assert found(store, FeedAsked(until=now + HOUR)) == [MAX]
    assert found(store, FeedAsked(since=now + MINUTE, until=now + 3 * HOUR)) == [MAX, EVA]
    assert found(store, FeedAsked(account_ids=account_ids, owner_ids=["2"], kind=ActivityKind.FIRST)) == [EVA]
    assert found(store, FeedAsked(account_ids=[])) == []


@pytest.mark.parametrize("whom", ["the person", "the domain"])
def test_who_opted_out_is_left_out(whom: str, store: Store, now: datetime) -> None:
    """Who opted out since is not in the feed any more, by themselves or by their domain; others are."""
    for email in (MAX, JO):
        click(store, email, now)
    if whom == "the person":
        store.write_now(opt_out, MAX, actor="cli", hasher=TRACKER.hasher, now=now)
    else:
        store.write_now(opt_out_domain, "firma.example", actor="cli", hasher=TRACKER.hasher, now=now)

    assert found(store) == [JO]


Step = tuple[str, int]
STEPS = st.lists(st.tuples(st.sampled_from([MAX, EVA, JO]), st.integers(-30, 300)), max_size=6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=8)
@given(first=STEPS.filter(bool), meanwhile=st.lists(STEPS, max_size=4), limit=st.integers(1, 3))
def test_pages_are_stable(
    store: Store, now: datetime, first: list[Step], meanwhile: list[list[Step]], limit: int
) -> None:
    """Whatever comes or grows between two pages, each activity that was there at the start is met exactly once."""
    _click_all(store, first, now)
    whole = store.read_now(feed_pages.page, FeedAsked(), 1_000, hasher=TRACKER.hasher)
    wanted = [entry.card.id for entry in whole.entries]

    met, before, coming = [], None, iter(meanwhile)
    while True:
        page = store.read_now(feed_pages.page, FeedAsked(), limit, before=before, hasher=TRACKER.hasher)
        met += [entry.card.id for entry in page.entries]
        before = page.next_before
        if before is None:
            break
        _click_all(store, next(coming, []), now)

    assert met == wanted


def _click_all(store: Store, steps: list[Step], now: datetime) -> None:
    for email, minute in steps:
        click(store, email, now + minute * MINUTE, now=now + 10 * HOUR)
