"""Kept totals: what erased people, old events and aggregate-only groups add to the numbers. They name nobody."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, ColumnElement, SmallInteger, func, select, type_coerce
from sqlmodel import Field, Session, SQLModel, col

from storage.bulk import add_counts
from storage.columns import BigId, Moment, to_microseconds
from storage.tracking import COUNTED, Event, Tracked


class KeptTotal(SQLModel, table=True):
    """Views or clicks of one UTC day, with one campaign and by one target group's choice (0: none)."""

    __tablename__ = "kept_total"

    campaign_id: int = Field(primary_key=True, sa_type=BigId)
    day: datetime = Field(primary_key=True, sa_type=Moment, description="its begin, in UTC")
    group_id: int = Field(primary_key=True, sa_type=BigId)
    kind: int = Field(primary_key=True, sa_type=SmallInteger, description="an EventKind")
    counts_as: int = Field(primary_key=True, sa_type=SmallInteger, description="an EventClass")
    number: int


class KeptCount(SQLModel, table=True):
    """
    How many of the old events were of one address, by one target group's choice (0: none, or it was not noted yet).

    So its counters can be recounted, and it stays among a group's people. It goes when the address is erased.
    """

    __tablename__ = "kept_count"
    __table_args__ = {"sqlite_with_rowid": False}

    address_id: int = Field(foreign_key="address.id", primary_key=True, sa_type=BigId)
    campaign_id: int = Field(primary_key=True, sa_type=BigId)
    group_id: int = Field(primary_key=True, sa_type=BigId)
    kind: int = Field(primary_key=True, sa_type=SmallInteger, description="an EventKind")
    counts_as: int = Field(primary_key=True, sa_type=SmallInteger, description="an EventClass")
    number: int = Field(sa_type=BigId)


KEYS: Final = ("campaign_id", "day", "group_id", "kind", "counts_as")
DAY: Final = 86_400_000_000


def fold(session: Session, chosen: ColumnElement[bool]) -> None:
    """Add the views and clicks among the chosen events to the totals. Whoever calls this then deletes them."""
    at = type_coerce(col(Event.at), BigInteger)
    keys = (
        func.coalesce(col(Event.campaign_id), 0),
        at - at % DAY,
        func.coalesce(col(Event.group_id), 0),
        col(Event.kind),
        col(Event.counts_as),
    )
    query = select(*keys, func.count()).where(chosen, col(Event.kind).in_(COUNTED))
    rows = session.execute(query.group_by(*keys)).all()
    add_counts(session, "kept_total", KEYS, ("number",), [tuple(row) for row in rows])


def count(session: Session, events: Collection[Tracked]) -> None:
    """Add views and clicks of which no event is kept."""
    counted: dict[tuple[int, ...], int] = {}
    for event in events:
        at = to_microseconds(event.at)
        key = (event.campaign_id or 0, at - at % DAY, event.group_id or 0, int(event.kind), int(event.counts_as))
        counted[key] = counted.get(key, 0) + 1
    add_counts(session, "kept_total", KEYS, ("number",), [(*key, number) for key, number in counted.items()])


PERSONS_KEYS: Final = ("address_id", "campaign_id", "group_id", "kind", "counts_as")


def fold_of_people(session: Session, chosen: ColumnElement[bool]) -> None:
    """Note how many of the chosen views and clicks are of whom: these people stay, and so do their counters."""
    keys = (
        col(Event.address_id),
        func.coalesce(col(Event.campaign_id), 0),
        func.coalesce(col(Event.group_id), 0),
        col(Event.kind),
        col(Event.counts_as),
    )
    query = select(*keys, func.count()).where(chosen, col(Event.kind).in_(COUNTED), col(Event.address_id).is_not(None))
    rows = session.execute(query.group_by(*keys)).all()
    add_counts(session, "kept_count", PERSONS_KEYS, ("number",), [tuple(row) for row in rows])
