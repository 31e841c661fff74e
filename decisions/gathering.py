"""Whether something new is a message of its own, or is told with others in one: after a pause, in a burst, or late."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct

# So many leads that were missed while a channel could not be reached are messages of their own.
OWN_AFTER_A_PAUSE: Final = 10
# Slack takes a message a second: what would take longer than this is one message.
BURST: Final = 20
# What comes so late is told together, where there is enough of it.
LATE: Final = timedelta(minutes=5)
MANY_LATE: Final = 3


class Gathered(StrEnum):
    """Why it is told with others. MISSED: the channel was paused; HELD_UP: there is too much, or it comes too late."""

    MISSED = "missed"
    HELD_UP = "held_up"


class Backlog(Struct, frozen=True):
    """
    What a channel is owed when it is the turn of something new, that has been owed since `owed_at`.

    `waiting` others of its kind are due. `resumed_at`: when the channel was last reached again after a pause; since
    then it was told of `own` things of this kind in messages of their own. `is_gathering`: a message with others waits.
    """

    owed_at: datetime
    waiting: int
    is_gathering: bool
    resumed_at: datetime | None = None
    own: int = 0


def gathered(backlog: Backlog, now: datetime, *, own_after_a_pause: int = 0) -> Gathered | None:
    """Why something new is told with others, None: it is a message of its own. Alone it always is."""
    if backlog.resumed_at is not None and backlog.owed_at <= backlog.resumed_at:
        return None if backlog.own < own_after_a_pause or _is_alone(backlog) else Gathered.MISSED
    is_late = now - backlog.owed_at >= LATE and backlog.waiting >= MANY_LATE
    return Gathered.HELD_UP if backlog.is_gathering or backlog.waiting >= BURST or is_late else None


def _is_alone(backlog: Backlog) -> bool:
    return backlog.waiting == 0 and not backlog.is_gathering and backlog.own == 0
