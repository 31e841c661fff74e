"""Which clicks make one activity."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions.feed_grouping import (
    TOGETHER,
    Activity,
    Span,
    days_of,
    grown,
    is_shown_again,
    is_together,
    running_activity,
    week_around,
)

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def minutes(number):
    return NOW + timedelta(minutes=number)


@pytest.mark.parametrize(
    ("activities", "clicked", "joined"),
    [
        ([], 0, None),
        ([(1, 0, 0)], 0, 1),
        ([(1, 0, 0)], 10, 1),
        ([(1, 0, 0)], 10.1, None),
        ([(1, 0, 25)], 35, 1),
        ([(1, 0, 0)], -10, 1),
        ([(1, 0, 0)], -10.1, None),
        ([(1, 0, 5), (2, 30, 40)], 12, 1),
        ([(1, 0, 5), (2, 18, 20)], 14, 2),
    ],
)
def test_joining(activities, clicked, joined):
    """A click within ten minutes of an activity joins it, the later one of two; any other starts a new one."""
    known = [Activity(number, minutes(first), minutes(last)) for number, first, last in activities]
    activity = running_activity(known, minutes(clicked))

    assert (activity and activity.id) == joined


@given(st.lists(st.integers(0, 600), min_size=1, max_size=30))
def test_clicks_in_order(seconds):
    """Told in order, clicks of one activity are never more than ten minutes apart, and those of two always are."""
    activities = []
    for moment in (NOW + timedelta(seconds=10 * second) for second in sorted(seconds)):
        if activity := running_activity(activities, moment):
            activities[activity.id] = grown(activity, moment)
        else:
            activities.append(Activity(len(activities), moment, moment))

    for earlier, later in pairwise(activities):
        assert later.first_at - earlier.last_at > TOGETHER


@pytest.mark.parametrize(
    ("hours", "expected"), [(0, True), (7 * 24, True), (7 * 24 + 1, False), (-6 * 24, True), (-7 * 24, False)]
)
def test_an_accounts_people_are_together_within_a_week(hours, expected):
    """What one message tells of an account never spans more than seven days, told late or not."""
    told, moment = Span(NOW, NOW + timedelta(hours=1) if hours < 0 else NOW), NOW + timedelta(hours=hours)

    assert is_together(told, Span(moment, moment)) is expected
    week = week_around(Span(moment, moment))
    assert (week.first_at <= told.first_at and told.last_at <= week.last_at) is expected


@pytest.mark.parametrize(("hours", "days"), [(0, 1), (23, 1), (24, 1), (25, 2), (4 * 24, 4)])
def test_days(hours, days):
    """Days begun are counted, and what happened within a day is one."""
    assert days_of(Span(NOW, NOW + timedelta(hours=hours))) == days


@pytest.mark.parametrize(
    ("hours", "zone", "expected"),
    [
        (0, "UTC", False),
        (14, "UTC", False),
        (15, "UTC", True),
        (8, "Asia/Kolkata", False),
        (9, "Asia/Kolkata", True),
        (-24, "UTC", False),
    ],
)
def test_an_account_is_shown_once_a_day(hours, zone, expected):
    """A channel shows an account's news again with the first of a day on its own clocks."""
    assert is_shown_again(NOW, NOW + timedelta(hours=hours), ZoneInfo(zone)) is expected
