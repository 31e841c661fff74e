"""Which clicks make one activity."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions.feed_grouping import TOGETHER, Activity, grown, running_activity

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
