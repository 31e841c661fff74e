"""Old views and clicks leave the store; the numbers that they made stay."""

from collections import Counter as Tally
from datetime import datetime, timedelta
from time import perf_counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import select

from decisions.human_or_machine import VerdictKind
from storage import Session, Store, events_thinned
from storage.bulk import insert_rows
from storage.columns import to_microseconds
from storage.events_thinned import AT_ONCE, forget_activities, look, thin
from storage.feed import newest
from storage.kept_totals import KeptTotal
from storage.performance import of_addresses
from storage.privacy import erase
from storage.tracking import COLUMNS, COUNTED, Event, EventClass, EventKind
from tests.storage.clicking import click
from tests.storage.people import HASHER, T0, a_state, at, fetch, store_all

DAYS = 60 * 24
PEOPLE = ("max@firma.de", "eva@firma.de", "jo@acme.example")
NUMBERS = (
    "SELECT campaign_id, sum(views + proxy_views + machine_views), sum(clicks + machine_clicks) "
    "FROM counter GROUP BY campaign_id"
)
FETCHES = st.tuples(
    st.just("fetch"),
    st.sampled_from(PEOPLE),
    st.sampled_from([EventKind.VIEW, EventKind.CLICK]),
    st.sampled_from(["Fair", "Summit"]),
    st.integers(0, 40),
    st.sampled_from(list(VerdictKind)),
)
STEPS = st.lists(
    FETCHES | st.tuples(st.just("thin"), st.integers(0, 40)) | st.tuples(st.just("erase"), st.sampled_from(PEOPLE)),
    max_size=12,
)


def thin_all(store: Store, before: datetime) -> int:
    """As the job does; how many."""
    thinned, next_id = 0, 0
    while True:
        stretch = store.read_now(look, next_id, before)
        thinned += store.write_now(thin, stretch.old) if stretch.old else 0
        if stretch.next_id is None:
            return thinned
        next_id = stretch.next_id


def everything_counted(session: Session) -> Tally[tuple[int, int, int]]:
    """How often anybody did what, by campaign, kind and class: what is kept of the past, and the events."""
    events = session.exec(select(Event.campaign_id, Event.kind, Event.counts_as)).all()
    counted = Tally((campaign or 0, kind, counts_as) for campaign, kind, counts_as in events if kind in COUNTED)
    for total in session.exec(select(KeptTotal)):
        counted[total.campaign_id, total.kind, total.counts_as] += total.number
    return counted


def empty(store: Store) -> None:
    """Only for the next example; what is kept for good in the product goes too."""

    def clear(session: Session) -> None:
        numbers = ("event", "counter", "hour_counter", "kept_count", "kept_total")
        for table in (*numbers, "address", "campaign", "opt_out", "audit_entry"):
            session.execute(text(f"DELETE FROM {table}"))

    store.write_now(clear)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_numbers_stay(store: Store, steps: list[tuple[object, ...]]) -> None:
    """Whatever is thinned out and whoever is erased, in any order: events and totals are all there ever was."""
    empty(store)
    happened: Tally[tuple[str, int]] = Tally()
    erased: set[str] = set()
    for step, *told in steps:
        if step == "fetch" and told[0] not in erased:
            who, kind, campaign, days, verdict = told
            fetch(store, who, kind, campaign, minute=-days * DAYS, verdict=verdict)  # type: ignore[arg-type]
            happened[str(campaign), int(kind)] += 1  # type: ignore[call-overload]
        elif step == "thin":
            before, counters = at(-told[0] * DAYS), store.read_now(rows, NUMBERS)  # type: ignore[operator]
            thin_all(store, before)
            assert store.read_now(rows, NUMBERS) == counters
            assert store.read_now(look, 0, before).old == ()
        elif step == "erase":
            store.write_now(erase, str(told[0]), actor="cli", hasher=HASHER, now=T0)
            erased.add(str(told[0]))

    names = dict(store.read_now(rows, "SELECT id, name FROM campaign"))
    counted: Tally[tuple[str, int]] = Tally()
    for (campaign_id, kind, _), number in store.read_now(everything_counted).items():
        counted[names[campaign_id], kind] += number
    assert counted == happened


def rows(session: Session, query: str) -> list[tuple[object, ...]]:
    return sorted(tuple(row) for row in session.execute(text(query)))


def test_what_a_person_did_stays_a_number(store: Store) -> None:
    """A person's old clicks are gone as events and as activities; how many they were, and when the last was, stays."""
    store_all(store, a_state())
    click(store, "max@firma.de", at(-800 * DAYS), at(-799 * DAYS), at(0))
    (address_id,) = (row[0] for row in store.read_now(rows, "SELECT id FROM address WHERE email = 'max@firma.de'"))
    before = store.read_now(of_addresses, [address_id])

    assert thin_all(store, at(-730 * DAYS)) == 2
    assert store.write_now(forget_activities, at(-730 * DAYS)) == 2

    after = store.read_now(of_addresses, [address_id])
    assert (after.clicks, after.last_click_at, after.popular_campaigns) == (3, at(0), before.popular_campaigns)
    assert [one.occurred_at for one in after.recent_clicks] == [at(0)]
    assert [one.last_at for one in store.read_now(newest, 9)] == [at(0)]
    totals = store.read_now(lambda session: session.exec(select(KeptTotal.day, KeptTotal.number)).all())
    days = sorted(at(-days * DAYS).replace(hour=0) for days in (800, 799))
    assert sorted(tuple(one) for one in totals) == [(day, 1) for day in days]


def test_doubted_clicks_wait(store: Store) -> None:
    """A click that has no last verdict yet is left alone."""
    fetch(store, "max@firma.de", minute=-800 * DAYS)
    store.write_now(lambda session: session.execute(text("UPDATE event SET is_doubted = true")))

    assert thin_all(store, T0) == 0


def test_no_long_lock(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much is old, it goes in transactions of at most 200 events, each well within a quarter of a second."""
    fetch(store, "max@firma.de")
    store.write_now(add_old, 3 * AT_ONCE)
    monkeypatch.setattr(events_thinned, "STRETCH", 2 * AT_ONCE)

    sizes, took, next_id = [], [], 0
    while True:
        stretch = store.read_now(look, next_id, T0)
        if stretch.old:
            began = perf_counter()
            sizes.append(store.write_now(thin, stretch.old))
            took.append(perf_counter() - began)
        if stretch.next_id is None:
            break
        next_id = stretch.next_id

    assert sum(sizes) == 3 * AT_ONCE
    assert max(sizes) == AT_ONCE
    assert sorted(took)[len(took) // 2] < 0.25


def add_old(session: Session, number: int) -> None:
    """Many a click of the one address there is, years ago."""
    address_id, campaign_id = session.execute(text("SELECT address_id, campaign_id FROM event")).one()
    told = {"kind": 2, "address_id": address_id, "campaign_id": campaign_id, "counts_as": int(EventClass.HUMAN)}
    told |= {"is_doubted": False, "measures": "", "agent": "", "method": "GET", "rule": "default"}
    moments = [to_microseconds(T0 - timedelta(days=900, seconds=place)) for place in range(number)]
    insert_rows(
        session, "event", COLUMNS, [tuple((told | {"at": one}).get(name) for name in COLUMNS) for one in moments]
    )
