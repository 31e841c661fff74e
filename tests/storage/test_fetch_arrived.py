"""A banner or a link is fetched: who it was, what they see, what counts, and who hears of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import func
from sqlmodel import Session, col, select

from decisions.sealing import Keys
from storage import Store, feed, leads, opt_out_asked, opt_outs, performance
from storage.accounts import account_ids
from storage.addresses import Address
from storage.campaign_changes import NewCampaign, archive_campaign, create_campaign, pause_campaign
from storage.campaigns import CampaignsInForce
from storage.clicks_settled import SETTLED_AFTER, settle
from storage.contacts import ContactState
from storage.contacts_arrived import store_states
from storage.fetch_arrived import Fetched, Tracker
from storage.hubspot_lists import HubSpotListState
from storage.performance import Performance
from storage.target_groups import COMPANIES, GroupAccount, import_list
from storage.tracking import Event, EventKind

PERSON = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
)
SCANNER = "python-requests/2.32.3"


@pytest.fixture
def tracker(store: Store, now: datetime) -> Tracker:
    """A tracker over a store with the contact max@firma.example and a default campaign."""
    hasher = store.write_now(opt_outs.load_hasher, Keys.parse("a secret key"))
    max_ = ContactState("501", now, email="max@firma.example", properties={"firstname": "Max"})
    store.write_now(store_states, [max_], hasher=hasher, now=now)
    store.write_now(
        create_campaign,
        NewCampaign(
            name="Fair", target_url="https://fair.example/", image_url="https://x.example/1.png", is_default=True
        ),
        now=now,
    )
    return Tracker(CampaignsInForce(), hasher)


def fetched(
    kind: EventKind, at: datetime, recipient: str | None = "max@firma.example", mail: str = "mail0000", **rest: str
) -> Fetched:
    told = {"user_agent": PERSON, "sender": "anna@ours.example", **rest}
    return Fetched(kind, at, mail, recipient=recipient, **told)  # type: ignore[arg-type]


def performance_of(session: Session, email: str) -> Performance:
    ids = session.exec(select(Address.id).where(col(Address.email) == email)).all()
    return performance.of_addresses(session, [id_ for id_ in ids if id_ is not None])


def number_of_events(session: Session) -> int:
    return session.exec(select(func.count()).select_from(Event)).one()


def keep(store: Store, tracker: Tracker, *batch: Fetched) -> Sequence[str | None]:
    return [one.decided.name if one else None for one in store.write_now(tracker.keep, batch)]


def test_view_and_click_of_a_contact_count(store: Store, tracker: Tracker, now: datetime) -> None:
    """A contact's view and click are counted, and the click stands in the feed with its campaign."""
    shown = keep(store, tracker, fetched(EventKind.VIEW, now))
    followed = keep(store, tracker, fetched(EventKind.CLICK, now + timedelta(seconds=5)))

    numbers = store.read_now(performance_of, "max@firma.example")
    (activity,) = store.read_now(feed.newest, 10)
    assert (shown, followed) == (["Fair"], ["Fair"])
    assert (numbers.views, numbers.clicks, numbers.click_rate) == (1, 1, 1.0)
    assert [(one.campaign, one.sender) for one in numbers.recent_clicks] == [("Fair", "anna@ours.example")]
    assert (activity.email, activity.clicks) == ("max@firma.example", 1)


def test_click_by_a_stranger_makes_a_lead(store: Store, tracker: Tracker, now: datetime) -> None:
    """Somebody who is no contact becomes a lead with the first human click, and grows with the next."""
    for seconds in (0, 60):
        keep(store, tracker, fetched(EventKind.CLICK, now + timedelta(seconds=seconds), "jo@acme.example"))

    (lead,) = store.read_now(leads.newest, 10)
    assert (lead.email, lead.clicks) == ("jo@acme.example", 2)


@pytest.mark.parametrize(
    "rest", [{"user_agent": SCANNER}, {"method": "HEAD"}], ids=["a scanner's agent", "a HEAD request"]
)
def test_machines_click_is_kept_and_alerts_nobody(
    store: Store, tracker: Tracker, now: datetime, rest: dict[str, str]
) -> None:
    """A certain sign of a machine: the click is kept apart, no lead, no activity, no human click."""
    followed = keep(store, tracker, fetched(EventKind.CLICK, now, "jo@acme.example", **rest))

    numbers = store.read_now(performance_of, "jo@acme.example")
    assert followed == ["Fair"]
    assert (numbers.clicks, numbers.machine_clicks) == (0, 1)
    assert store.read_now(leads.newest, 10) == ()


def test_own_people_are_not_counted(store: Store, tracker: Tracker, now: datetime) -> None:
    """Whoever writes from a sender's domain is one of us: nothing is kept, no campaign shown."""
    shown = keep(store, tracker, fetched(EventKind.VIEW, now, "bob@ours.example"))
    keep(store, tracker, fetched(EventKind.CLICK, now, "bob@ours.example"))

    assert shown == [None]
    assert store.read_now(number_of_events) == 0


def test_one_copy_to_our_own_people_is_not_counted(store: Store, tracker: Tracker, now: datetime) -> None:
    """A mail in one copy to people of our own domain alone is no view and no click; to others of one domain it is."""
    for domain in ("ours.example", "firma.example"):
        for kind in (EventKind.VIEW, EventKind.CLICK):
            keep(store, tracker, fetched(kind, now, None, account_domain=domain))

    assert store.read_now(number_of_events) == 2


@pytest.mark.parametrize("how", ["by address", "by domain", "before ever seen"])
def test_opted_out_leave_no_trace(store: Store, tracker: Tracker, now: datetime, how: str) -> None:
    """Who opted out sees a campaign like anyone and lands at its target; nothing of it is recorded."""
    email = "unknown@else.example" if how == "before ever seen" else "max@firma.example"
    if how == "by domain":
        store.write_now(opt_out_asked.opt_out_domain, "firma.example", actor="cli", hasher=tracker.hasher, now=now)
    else:
        store.write_now(opt_out_asked.opt_out, email, actor="cli", hasher=tracker.hasher, now=now)

    seen = keep(store, tracker, *(fetched(kind, now, email) for kind in (EventKind.VIEW, EventKind.CLICK)))

    assert seen == ["Fair", "Fair"]
    assert store.read_now(number_of_events) == 0
    if how == "before ever seen":
        assert store.read_now(lambda session: session.exec(select(Address).where(Address.email == email)).all()) == []


def test_click_follows_the_campaign_last_seen(store: Store, tracker: Tracker, now: datetime) -> None:
    """A click leads to the banner that this mail showed, though another campaign has taken its place since."""
    keep(store, tracker, fetched(EventKind.VIEW, now))
    other = NewCampaign(
        name="Newer", target_url="https://new.example/", image_url="https://x.example/2.png", accounts=["firma.example"]
    )
    store.write_now(create_campaign, other, now=now)

    later = now + timedelta(minutes=5)
    assert keep(store, tracker, fetched(EventKind.CLICK, later)) == ["Fair"]
    assert keep(store, tracker, fetched(EventKind.CLICK, later, mail="mail0001")) == ["Newer"]


def test_changed_campaign_holds_from_the_next_request(store: Store, tracker: Tracker, now: datetime) -> None:
    """A pause, whoever made it, is seen by the next batch; without a campaign the pixel is no view."""
    assert keep(store, tracker, fetched(EventKind.VIEW, now)) == ["Fair"]
    store.write_now(pause_campaign, "Fair", now=now)

    assert keep(store, tracker, fetched(EventKind.VIEW, now)) == [None]
    assert store.read_now(performance_of, "max@firma.example").views == 1


def test_archived_campaign_still_names_its_clicks(store: Store, tracker: Tracker, now: datetime) -> None:
    """A click from an old mail goes to the archived campaign that it showed."""
    keep(store, tracker, fetched(EventKind.VIEW, now))
    store.write_now(archive_campaign, "Fair", now=now)

    assert keep(store, tracker, fetched(EventKind.CLICK, now + timedelta(days=1))) == ["Fair"]


def test_quick_click_counts_but_alerts_only_when_settled(store: Store, tracker: Tracker, now: datetime) -> None:
    """A click half a second after the banner counts as a person's at once; the lead waits 45 seconds."""
    stranger = "jo@acme.example"
    keep(store, tracker, fetched(EventKind.VIEW, now, stranger))
    keep(store, tracker, fetched(EventKind.CLICK, now + timedelta(seconds=0.5), stranger))
    at_once = (store.read_now(performance_of, stranger).clicks, store.read_now(leads.newest, 10))

    store.write_now(settle, now=now + timedelta(seconds=30))
    too_early = store.read_now(leads.newest, 10)
    store.write_now(settle, now=now + timedelta(seconds=1) + SETTLED_AFTER)

    (lead,) = store.read_now(leads.newest, 10)
    assert (at_once, too_early, lead.email) == ((1, ()), (), stranger)


def test_burst_unmasks_a_machine(store: Store, tracker: Tracker, now: datetime) -> None:
    """Three links of one call followed within two seconds: all three are a machine's in the end."""
    people = [f"p{number}@acme.example" for number in range(3)]
    for number, email in enumerate(people):
        keep(store, tracker, fetched(EventKind.CLICK, now + timedelta(seconds=number * 0.4), email))

    store.write_now(settle, now=now + timedelta(seconds=2) + SETTLED_AFTER)

    numbers = [store.read_now(performance_of, email) for email in people]
    assert [(one.clicks, one.machine_clicks) for one in numbers] == [(0, 1)] * 3


def test_mail_to_several_is_nobodys(store: Store, tracker: Tracker, now: datetime) -> None:
    """A mail to several people names nobody: its click is kept without an address, and makes no lead."""
    keep(store, tracker, replace(fetched(EventKind.CLICK, now, None), account_domain="firma.example"))

    assert store.read_now(number_of_events) == 1
    assert store.read_now(leads.newest, 10) == ()


def test_group_of_companies_reaches_everyone_there(store: Store, tracker: Tracker, now: datetime) -> None:
    """A campaign for a group that holds accounts is seen by everyone of them, contact or not."""
    strategic = HubSpotListState("77", now, "Strategic accounts", COMPANIES)
    group_id = store.write_now(import_list, strategic, now=now)
    keep(store, tracker, fetched(EventKind.VIEW, now, "jo@acme.example"))
    store.write_now(add_account, group_id, "acme.example", now=now)
    campaign = NewCampaign(
        name="Strategic", target_url="https://s.example/", image_url="https://x.example/s.png", groups=[strategic.name]
    )
    store.write_now(create_campaign, campaign, now=now)

    assert keep(store, tracker, fetched(EventKind.VIEW, now, "jo@acme.example")) == ["Strategic"]
    assert keep(store, tracker, fetched(EventKind.VIEW, now, "new@acme.example")) == ["Strategic"]
    assert keep(store, tracker, fetched(EventKind.VIEW, now)) == ["Fair"]


def add_account(session: Session, group_id: int, domain: str, *, now: datetime) -> None:
    (account_id,) = account_ids(session, [domain]).values()
    session.add(GroupAccount(group_id=group_id, account_id=account_id, since=now))


HISTORY = st.lists(
    st.tuples(
        st.sampled_from([EventKind.VIEW, EventKind.CLICK]),
        st.sampled_from(["max@firma.example", "jo@acme.example", "eve@acme.example"]),
        st.sampled_from([PERSON, SCANNER, None]),
        st.integers(0, 20),
        st.sampled_from(["mail0000", "mail0001"]),
    ),
    max_size=15,
)


def test_counters_equal_a_recount_whatever_the_batches(store: Store, tracker: Tracker, now: datetime) -> None:
    """However fetches come in batches, and after they are settled, the counters equal the events."""
    clock = iter(range(10_000))

    @given(HISTORY, st.integers(1, 5))
    def hold(history: list[tuple[EventKind, str, str | None, int, str]], size: int) -> None:
        start = now + timedelta(hours=next(clock))
        batch = [
            Fetched(kind, start + timedelta(seconds=after / 4), mail, "anna@ours.example", who, None, agent)
            for kind, who, agent, after, mail in history
        ]
        for place in range(0, len(batch), size):
            store.write_now(tracker.keep, batch[place : place + size])
        store.write_now(settle, now=start + timedelta(minutes=10))
        assert store.read_now(counted) == store.read_now(recounted)

    hold()


def counted(session: Session) -> dict[int, tuple[int, int, int]]:
    rows = session.exec(select(performance.Counter))
    sums: dict[int, tuple[int, int, int]] = {}
    for row in rows:
        views, clicks, machine = sums.get(row.address_id, (0, 0, 0))
        sums[row.address_id] = (views + row.views, clicks + row.clicks, machine + row.machine_clicks)
    return {key: value for key, value in sums.items() if any(value)}


def recounted(session: Session) -> dict[int, tuple[int, int, int]]:
    sums: dict[int, tuple[int, int, int]] = {}
    for event in session.exec(select(Event)):
        if event.address_id is None:
            continue
        views, clicks, machine = sums.get(event.address_id, (0, 0, 0))
        views += event.kind == EventKind.VIEW and event.counts_as == 1
        clicks += event.kind == EventKind.CLICK and event.counts_as == 1
        machine += event.kind == EventKind.CLICK and event.counts_as == 2
        sums[event.address_id] = (views, clicks, machine)
    return {key: value for key, value in sums.items() if any(value)}
