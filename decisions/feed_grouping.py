"""Which clicks of one person make one activity of the feed."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

TOGETHER: Final = timedelta(minutes=10)


class Activity(Struct, frozen=True):
    """Clicks of one person; times are aware."""

    id: int
    first_at: datetime
    last_at: datetime


def running_activity(activities: Iterable[Activity], clicked_at: datetime) -> Activity | None:
    """
    The activity of this person that a click joins; None: it starts a new one.

    It joins what ended at most ten minutes before it, or, when it is told late, what began at most ten minutes after.
    """
    near = [one for one in activities if one.first_at - TOGETHER <= clicked_at <= one.last_at + TOGETHER]
    if len(near) < 2:
        return near[0] if near else None
    return max(near, key=lambda activity: (activity.last_at, activity.id))


def grown(activity: Activity, clicked_at: datetime) -> Activity:
    """`activity` with this click in it."""
    return Activity(activity.id, min(activity.first_at, clicked_at), max(activity.last_at, clicked_at))
