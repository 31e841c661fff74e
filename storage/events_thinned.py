"""Events grow old: first they lose their agent, then they go, and totals that name nobody keep their numbers."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlmodel import Session, col

from storage import kept_totals, tracking
from storage.contacts import take_turns
from storage.feed import Activity
from storage.tracking import Event

# A transaction with so many holds SQLite's write lock for tens of milliseconds.
AT_ONCE: Final = 200
# No index is kept on the age of events, for the sake of those who click; so many are looked at in one read.
STRETCH: Final = 20_000


@dataclass(frozen=True, slots=True)
class Stretch:
    """The ids of old events in a stretch of the table, and the id from which to look on; None: that was the end."""

    old: tuple[int, ...]
    next_id: int | None


def look(session: Session, from_id: int, before: datetime) -> Stretch:
    """The next old events. Those that are doubted still wait for their verdict."""
    return _look(session, from_id, col(Event.at) < before, col(Event.is_doubted).is_(False))


def look_for_agents(session: Session, from_id: int, before: datetime) -> Stretch:
    """The next old events that still have their agent itself."""
    return _look(session, from_id, col(Event.at) < before, col(Event.user_agent).is_not(None))


def _look(session: Session, from_id: int, *wanted: ColumnElement[bool]) -> Stretch:
    start = session.execute(select(func.min(col(Event.id))).where(col(Event.id) >= from_id)).scalar()
    if start is None:
        return Stretch((), None)
    within = col(Event.id).between(start, start + STRETCH - 1)
    query = select(col(Event.id)).where(within, *wanted)
    old = tuple(session.execute(query.order_by(col(Event.id)).limit(AT_ONCE)).scalars())
    return Stretch(old, old[-1] + 1 if len(old) == AT_ONCE else start + STRETCH)


def thin(session: Session, ids: Collection[int]) -> int:
    """Fold these events into the totals and delete them; how many. The counters of people stay as they are."""
    take_turns(session)  # whoever erases a person folds events too
    chosen = col(Event.id).in_(ids)
    kept_totals.fold(session, chosen)
    kept_totals.fold_of_people(session, chosen)
    tracking.forget_last_seen(session, ids)
    return int(session.execute(delete(Event).where(chosen)).rowcount)  # type: ignore[attr-defined]


def forget_agents(session: Session, ids: Collection[int]) -> int:
    """Leave these events only the family of their agent; how many."""
    forgotten = update(Event).where(col(Event.id).in_(ids)).values(user_agent=None)
    return int(session.execute(forgotten).rowcount)  # type: ignore[attr-defined]


def forget_activities(session: Session, before: datetime) -> int:
    """Delete some of the feed's activities that ended before that moment, as their events go; how many."""
    old = select(col(Activity.id)).where(col(Activity.last_at) < before).limit(AT_ONCE)
    return int(session.execute(delete(Activity).where(col(Activity.id).in_(old))).rowcount)  # type: ignore[attr-defined]
