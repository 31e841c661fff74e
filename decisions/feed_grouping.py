"""Which clicks of one person make one activity of the feed, and which activities of an account one message."""

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from typing import Final

from msgspec import Struct

TOGETHER: Final = timedelta(minutes=10)
# People of one account who are active within a week are told of in one message.
ACCOUNT_TOGETHER: Final = timedelta(days=7)
# That an account comes back is worth a word after so long.
LONG: Final = timedelta(days=30)


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


class Span(Struct, frozen=True):
    """From when to when somebody, or an account's people, were active; aware."""

    first_at: datetime
    last_at: datetime


def is_together(told: Span, new: Span) -> bool:
    """Whether a new activity belongs to those of the same account that one message tells of: all of it in a week."""
    first_at, last_at = min(told.first_at, new.first_at), max(told.last_at, new.last_at)
    return last_at - first_at <= ACCOUNT_TOGETHER


def week_around(new: Span) -> Span:
    """When an activity must have been that is told of together with `new`."""
    return Span(new.last_at - ACCOUNT_TOGETHER, new.first_at + ACCOUNT_TOGETHER)


def is_shown_again(shown_at: datetime, now: datetime, zone: tzinfo) -> bool:
    """Whether a channel that last showed something of an account then shows its news now: the first of a day there."""
    return shown_at.astimezone(zone).date() < now.astimezone(zone).date()


def days_of(span: Span) -> int:
    """Over how many days it went on: 1 within a day."""
    return max(1, -((span.first_at - span.last_at) // timedelta(days=1)))


def is_first_for_long(before: datetime, first_at: datetime) -> bool:
    """Whether nobody of the account was active for so long before that it is worth saying."""
    return first_at - before >= LONG
