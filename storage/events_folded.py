"""Somebody came to be counted only in groups: what was recorded of them goes into totals that name nobody, for good."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, or_, select
from sqlmodel import Session, col

from storage import aggregate_only, hours, kept_totals, privacy
from storage.addresses import Address
from storage.contacts import take_turns
from storage.feed import Activity
from storage.follows import FollowedClicks
from storage.kept_totals import KeptCount
from storage.leads import Lead
from storage.performance import Counter
from storage.tracking import Event, LastSeen

# A transaction with so many holds SQLite's write lock for tens of milliseconds, unless they clicked a lot.
AT_ONCE: Final = 100
RECORDED: Final[tuple[Any, ...]] = (Event, LastSeen, Counter, KeptCount, Activity, Lead, FollowedClicks)


def recorded(session: Session) -> list[int]:
    """Some addresses whose people are counted only in groups, and of which something is recorded all the same."""
    if not aggregate_only.group_ids(session):
        return []
    theirs = aggregate_only.addresses()
    anything = or_(*(select(1).where(table.address_id == theirs.c.id).exists() for table in RECORDED))
    return list(session.execute(select(theirs.c.id).where(anything).limit(AT_ONCE)).scalars())


def fold(session: Session, address_ids: Collection[int], *, now: datetime) -> None:
    """
    Add their views and clicks to the totals of days, and keep no event, number, activity or lead of theirs.

    Messages in Slack that told of it are rewritten, in the background; all totals stay what they were.
    """
    take_turns(session)
    session.execute(select(col(Address.id)).where(col(Address.id).in_(address_ids)).with_for_update())
    chosen = col(Event.address_id).in_(address_ids)
    kept_totals.fold(session, chosen)
    hours.blur(session, chosen)
    privacy.take_back_what_was_told(session, address_ids, now)
    for table in RECORDED:
        session.execute(delete(table).where(table.address_id.in_(address_ids)))
