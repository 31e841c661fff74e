"""Members change all at once for whoever reads, in small transactions for whoever writes."""

import itertools
import time
from datetime import datetime, timedelta
from threading import Event, Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from storage import Session, Store, editions, open_store, staging, target_groups
from storage.contacts import ContactState
from storage.contacts_arrived import store_states
from storage.editions import Edition
from storage.hubspot_lists import HubSpotListState
from storage.opt_outs import Hasher
from storage.recipients import Named, look_up
from tests.storage.test_target_groups import ids_of, import_group, know, make_equal, members, stage

PEOPLE = range(1, 21)
_lists = itertools.count(700)


def mark(store: Store, group_id: int, now: datetime, *, most: int = 1000) -> Edition:
    """All that a pass does before its members are shown, `most` in a transaction."""
    for table in editions.COMPARED:
        store.write_now(editions.learn_size, table)
    edition = store.write_now(editions.next_edition, group_id, holds_companies=False)
    while store.write_now(editions.tidy, edition):
        pass
    after: int | str = 0
    while keys := store.read_now(editions.leaving, edition, now, after, most):
        store.write_now(editions.mark_leaving, edition, now, keys)
        after = keys[-1]
    after = ""
    while ids := store.read_now(editions.joining, edition, after, most):
        store.write_now(editions.mark_joining, edition, ids, now=now)
        after = ids[-1]
    return edition


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=8)
@given(lists=st.lists(st.sets(st.sampled_from(PEOPLE)), min_size=2, max_size=5), dies=st.sets(st.integers(0, 4)))
def test_readers_see_all_or_nothing(
    store: Store, database_url: str, now: datetime, lists: list[set[int]], dies: set[int]
) -> None:
    """Whoever reads while passes go on, die and begin anew sees the members of one whole pass, never of a half one."""
    name = str(next(_lists))
    group_id = import_group(store, now, list_id=name, name=name)
    know(store, PEOPLE, now)
    seen: set[frozenset[int]] = set()
    over, reader = Event(), open_store(database_url)

    def read() -> None:
        while not over.is_set():
            seen.add(frozenset(members(reader, group_id)))

    reading = Thread(target=read)
    reading.start()
    whole = {frozenset[int]()}
    for number, listed in enumerate(lists):
        stage(store, group_id, *listed)
        edition = mark(store, group_id, now, most=2)
        if number not in dies:
            store.write_now(editions.show, edition)
            whole.add(frozenset(ids_of(store, *listed)))
            assert members(store, group_id) == ids_of(store, *listed)
    over.set()
    reading.join()
    reader.close_now()

    assert seen <= whole


def test_banners_between_marks_and_the_end(store: Store, now: datetime) -> None:
    """Banners are chosen by the members that are shown: not by who is about to join, still by who is about to leave."""
    group_id = import_group(store, now)
    know(store, [1, 2], now)
    stage(store, group_id, 1)
    make_equal(store, group_id, now)
    stage(store, group_id, 2)
    asked = [Named(f"p{number}@firma.de", None) for number in (1, 2)]

    def groups() -> list[set[int]]:
        seen_as = store.read_now(look_up, asked, own=frozenset())
        return [set(seen_as[one].group_ids) for one in asked]

    edition = mark(store, group_id, now)
    before = groups()
    store.write_now(editions.show, edition)

    assert (before, groups()) == ([{group_id}, set()], [set(), {group_id}])


def test_hints_between_marks_and_the_end(store: Store, now: datetime) -> None:
    """What a hint says while a pass has marked the contact is so at once, and stays so."""
    group_id = import_group(store, now)
    know(store, [1, 2], now)
    stage(store, group_id, 1)
    make_equal(store, group_id, now)
    stage(store, group_id, 2)
    edition = mark(store, group_id, now)
    (first,), (second,) = ids_of(store, 1), ids_of(store, 2)

    store.write_now(target_groups.place_contact, first, [group_id], now=now + timedelta(seconds=1))
    store.write_now(target_groups.place_contact, second, [], now=now + timedelta(seconds=1))
    before = members(store, group_id)
    store.write_now(editions.show, edition)

    assert before == members(store, group_id) == {first}


def test_merge_between_marks_and_the_end(store: Store, now: datetime) -> None:
    """Who leaves and who joins are one person by now: they stay, in this edition and in the next."""
    group_id = import_group(store, now)
    know(store, [1, 2], now)
    stage(store, group_id, 1)
    make_equal(store, group_id, now)
    stage(store, group_id, 2)
    edition = mark(store, group_id, now)

    merged = ContactState("3", now + timedelta(seconds=1), email="p1@firma.de", other_ids=("1", "2"))
    store.write_now(store_states, [merged], hasher=Hasher(b"k" * 32), now=now)
    before = members(store, group_id)
    store.write_now(editions.show, edition)

    assert before == members(store, group_id) == ids_of(store, 3)


def test_tidy_leaves_nothing_behind(store: Store, now: datetime) -> None:
    """Marks of who left, and those of a pass that died, are gone after tidying."""
    group_id = import_group(store, now)
    know(store, [1, 2, 3], now)
    stage(store, group_id, 1, 2)
    make_equal(store, group_id, now)
    stage(store, group_id, 3)
    mark(store, group_id, now)
    stage(store, group_id, 2)

    make_equal(store, group_id, now)
    edition = store.write_now(editions.next_edition, group_id, holds_companies=False)
    while store.write_now(editions.tidy, edition):
        pass

    def rows(session: Session) -> list[int]:
        return list(session.execute(text("SELECT contact_id FROM group_member")).scalars())

    assert rows_of(store, rows) == sorted(ids_of(store, 2))


def rows_of(store: Store, read) -> list[int]:  # type: ignore[no-untyped-def]
    return sorted(store.read_now(read))


MEMBERS = 100_000
FILL = (
    "INSERT INTO contact (id, name, properties, search_text, asked_at) SELECT i, 'P', '{{}}', '', 1 FROM ({0})",
    "INSERT INTO contact_id (hubspot_id, contact_id, is_present) SELECT CAST(i AS VARCHAR), i, true FROM ({0})",
    "INSERT INTO staged_member (group_id, hubspot_id, is_held_back) SELECT 1, CAST(i AS VARCHAR), false FROM ({0})",
)
SERIES = {
    "sqlite": f"WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < {MEMBERS}) SELECT i FROM s",
    "postgresql": f"SELECT i FROM generate_series(1, {MEMBERS}) AS s(i)",
}


@pytest.mark.soak
def test_no_long_lock(store: Store, now: datetime) -> None:
    """However many join and leave, no transaction keeps others from writing for longer than 250 ms."""
    group = HubSpotListState("611", now, "Big", "0-1")
    store.write_now(target_groups.import_list, group, now=now)

    def fill(session: Session) -> None:
        for statement in FILL:
            session.execute(text(statement.format(SERIES[store.engine.dialect.name]) + " AS n"))

    store.write_now(fill)
    took: list[float] = []

    class Timed:
        """The store, with a watch on its writes."""

        read_now = staticmethod(store.read_now)

        @staticmethod
        def write_now(fn, *args, **more):  # type: ignore[no-untyped-def]
            began = time.perf_counter()
            try:
                return store.write_now(fn, *args, **more)
            finally:
                took.append(time.perf_counter() - began)

    def turn() -> None:
        edition = mark(Timed(), 1, now, most=editions.MARKED_AT_ONCE)  # type: ignore[arg-type]
        Timed.write_now(editions.show, edition)

    turn()
    assert store.read_now(target_groups.all_groups)[0].size == MEMBERS
    while Timed.write_now(staging.forget_staged, 1):
        pass
    turn()
    assert store.read_now(target_groups.all_groups)[0].size == 0
    # A machine that does other things as well may stop any of them for a while.
    assert sorted(took)[len(took) * 98 // 100] < 0.25
