"""One pass per group at a time over all processes, taken over after a death, each with its record."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from storage import Store, open_store, sync_runs, target_groups
from storage.hubspot_lists import HubSpotListState
from storage.sync_runs import LeaseLost, Outcome, PassUnderWay


@pytest.fixture
def group_id(store: Store, now: datetime) -> int:
    return store.write_now(target_groups.import_list, HubSpotListState("611", now, "Customers", "0-1"), now=now)


@pytest.fixture
def other_process(database_url: str) -> Iterator[Store]:
    store = open_store(database_url)
    yield store
    store.close_now()


def test_one_pass_at_a_time(store: Store, other_process: Store, group_id: int, now: datetime) -> None:
    """While one process makes a group equal, another cannot begin; when it is done, it can."""
    lease = store.write_now(sync_runs.begin, group_id, "one", now=now)

    with pytest.raises(PassUnderWay):
        other_process.write_now(sync_runs.begin, group_id, "two", now=now + timedelta(seconds=9))
    store.write_now(sync_runs.end, lease, Outcome(added=3), now=now + timedelta(seconds=9))
    other_process.write_now(sync_runs.begin, group_id, "two", now=now + timedelta(seconds=9))

    assert [run.outcome.added for run in store.read_now(sync_runs.newest, group_id, 5)] == [0, 3]


def test_taken_over_after_a_death(store: Store, other_process: Store, group_id: int, now: datetime) -> None:
    """Ten seconds after its last heartbeat a pass counts as dead: another begins, and the dead one writes no more."""
    lease = store.write_now(sync_runs.begin, group_id, "one", now=now)
    store.write_now(sync_runs.heartbeat, lease, now=now + timedelta(seconds=5))

    with pytest.raises(PassUnderWay):
        other_process.write_now(sync_runs.begin, group_id, "two", now=now + timedelta(seconds=14))
    other_process.write_now(sync_runs.begin, group_id, "two", now=now + timedelta(seconds=15))

    with pytest.raises(LeaseLost):
        store.write_now(sync_runs.heartbeat, lease, now=now + timedelta(seconds=15))
    with pytest.raises(LeaseLost):
        store.write_now(sync_runs.end, lease, Outcome(), now=now + timedelta(seconds=15))
    under_way, dead = store.read_now(sync_runs.newest, group_id, 5)
    assert under_way.ended_at is None
    assert dead.outcome.trouble == sync_runs.DIED
