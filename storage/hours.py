"""Hours: how often anybody did what with a campaign, hour by hour. They name nobody, and outlive people and events."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import BigInteger, ColumnElement, SmallInteger, delete, func, select, type_coerce
from sqlmodel import Field, Session, SQLModel, col

from storage.bulk import add_counts
from storage.columns import BigId, Moment, to_microseconds
from storage.counts import Counts, counts_of, summed
from storage.kept_totals import DAY
from storage.tracking import COUNTED, Event, EventKind, Tracked


class HourCounter(SQLModel, table=True):
    """Views or clicks of one hour in UTC, with one campaign (0: none) and by one target group's choice (0: none)."""

    __tablename__ = "hour_counter"
    __table_args__ = {"sqlite_with_rowid": False}

    campaign_id: int = Field(primary_key=True, sa_type=BigId)
    hour: datetime = Field(primary_key=True, sa_type=Moment, description="its begin, in UTC")
    group_id: int = Field(primary_key=True, sa_type=BigId)
    kind: int = Field(primary_key=True, sa_type=SmallInteger, description="an EventKind")
    counts_as: int = Field(primary_key=True, sa_type=SmallInteger, description="an EventClass")
    number: int = Field(sa_type=BigId)


KEYS: Final = ("campaign_id", "hour", "group_id", "kind", "counts_as")
HOUR: Final = 3_600_000_000
DAYS_HOUR: Final = 10
COUNTS: Final = summed(col(HourCounter.kind), col(HourCounter.counts_as), col(HourCounter.number))


def count(session: Session, events: Collection[Tracked], by: int) -> None:
    """Add these events to their hours, or take them away with `by` -1."""
    counted: dict[tuple[int, int, int, int, int], int] = {}
    for event in events:
        if event.kind is not EventKind.MANGLED:
            at = to_microseconds(event.at)
            key = (event.campaign_id or 0, at - at % HOUR, event.group_id or 0, int(event.kind), int(event.counts_as))
            counted[key] = counted.get(key, 0) + by
    add_counts(session, "hour_counter", KEYS, ("number",), [(*key, number) for key, number in counted.items()])


def hour_of_the_day(moment: datetime) -> datetime:
    """
    The hour under which those stand of whom only the day is kept.

    It falls on that day from Hawaii to New Zealand.
    """
    return moment.astimezone(UTC).replace(hour=DAYS_HOUR, minute=0, second=0, microsecond=0)


def blur(session: Session, chosen: ColumnElement[bool]) -> None:
    """The chosen views and clicks are told by their day from now on, and no longer by their hour."""
    at = type_coerce(col(Event.at), BigInteger)
    keys = (
        *(func.coalesce(col(Event.campaign_id), 0), at - at % HOUR, func.coalesce(col(Event.group_id), 0)),
        *(col(Event.kind), col(Event.counts_as)),
    )
    query = select(*keys, func.count()).where(chosen, col(Event.kind).in_(COUNTED)).group_by(*keys)
    moved: dict[tuple[int, ...], int] = {}
    for campaign_id, hour, *rest, number in session.execute(query):
        for place, by in ((hour, -number), (hour - hour % DAY + DAYS_HOUR * HOUR, number)):
            moved[campaign_id, place, *rest] = moved.get((campaign_id, place, *rest), 0) + by
    add_counts(session, "hour_counter", KEYS, ("number",), [(*key, by) for key, by in moved.items() if by])
    # A row with nothing in it would tell that something was.
    emptied = col(HourCounter.campaign_id).in_({key[0] for key in moved}), col(HourCounter.number) == 0
    session.execute(delete(HourCounter).where(*emptied))


def by_campaign(session: Session) -> dict[int, Counts]:
    """What each campaign brought in all, by its id; 0: links whose mail showed none."""
    query = select(col(HourCounter.campaign_id), *COUNTS).group_by(col(HourCounter.campaign_id))
    return {campaign_id: counts_of(row) for campaign_id, *row in session.execute(query)}
