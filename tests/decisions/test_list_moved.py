"""A list is paged again when something tells that it moved, and all of them within half of the day's requests."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions.list_moved import A_DAY, LEAST_REQUESTS, MEMBERS_A_REQUEST, ListTold, intervals, why_page

THEN = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
LATER = THEN + timedelta(minutes=1)
EVERY = timedelta(minutes=15)


@pytest.mark.parametrize(
    ("told", "paged", "reason"),
    [
        (ListTold(5, THEN), None, "never read whole before"),
        (ListTold(5, THEN, THEN), ListTold(5, THEN, THEN), None),
        (ListTold(5, THEN), ListTold(5, THEN), None),
        (ListTold(0), ListTold(0), None),
        (ListTold(6, THEN), ListTold(5, THEN), "its size moved"),
        (ListTold(5, LATER), ListTold(5, THEN), "members were added"),
        (ListTold(5, THEN, LATER), ListTold(5, THEN, THEN), "members were removed"),
        (ListTold(5, THEN, LATER), ListTold(5, THEN), "members were removed"),
        (ListTold(5), ListTold(5), "HubSpot does not tell whether it moved"),
        (ListTold(None, THEN), ListTold(None, THEN), "HubSpot does not tell whether it moved"),
        (ListTold(), ListTold(5, THEN), "HubSpot does not tell whether it moved"),
    ],
)
def test_why(told, paged, reason):
    """Size and times are compared with those of the last walk; who is told too little looks."""
    assert why_page(told, paged) == reason


@given(
    sizes=st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 3_000_000), max_size=20),
    calls_a_day=st.integers(1000, 2_000_000),
)
def test_within_half_the_day(sizes, calls_a_day):
    """However large the lists, paging each as often as it may takes half of the day's requests; none waits for ever."""
    found = intervals(sizes, EVERY, calls_a_day)

    assert found.keys() == sizes.keys()
    assert all(each >= EVERY for each in found.values())
    requests = {name: max(LEAST_REQUESTS, -(-size // MEMBERS_A_REQUEST)) for name, size in sizes.items()}
    # A share of less than one request a day is one request a day.
    assert sum(requests[each] * (A_DAY / found[each]) for each in sizes) <= calls_a_day / 2 + len(sizes)


def test_large_lists_pay():
    """Small lists are looked at as often as asked for; the rest goes to the large ones, the largest most seldom."""
    found = intervals({"small": 1000, "large": 500_000, "huge": 1_000_000}, EVERY, 250_000)

    assert found["small"] == EVERY
    assert timedelta(minutes=40) < found["large"] < timedelta(minutes=50)
    assert found["huge"] == pytest.approx(2 * found["large"], rel=0.01)
    assert intervals({"huge": 1_000_000}, EVERY, 1_000_000) == {"huge": EVERY}
