"""List walks: where a pass stands in the pages of a HubSpot list, and what HubSpot told of one last read whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete
from sqlmodel import Field, Session, SQLModel, col, select

from decisions.list_moved import ListTold
from storage import staging
from storage.columns import BigId, Moment
from storage.target_groups import TargetGroup

# What was read so long ago is read again, even if nothing seems to have moved.
TAKEN_UP_WITHIN: Final = timedelta(hours=12)


class ListWalk(SQLModel, table=True):
    """A walk over the pages of a group's list that has not become its members yet; they are on the stage."""

    __tablename__ = "list_walk"

    group_id: int = Field(foreign_key="target_group.id", primary_key=True, sa_type=BigId)
    edition: int = Field(description="of the group's members, that the walk began from")
    began_at: datetime = Field(sa_type=Moment)
    after: str | None = Field(default=None, description="HubSpot's cursor of the next page; None: the first one")
    is_whole: bool = Field(default=False, description="its last page is on the stage")
    size: int | None = Field(default=None, description="this and the next two: as HubSpot told when it began")
    last_added_at: datetime | None = Field(default=None, sa_type=Moment)
    last_removed_at: datetime | None = Field(default=None, sa_type=Moment)


class ListPaged(SQLModel, table=True):
    """What HubSpot told of a group's list when the last walk that became its members began."""

    __tablename__ = "list_paged"

    group_id: int = Field(foreign_key="target_group.id", primary_key=True, sa_type=BigId)
    size: int | None = Field(default=None)
    last_added_at: datetime | None = Field(default=None, sa_type=Moment)
    last_removed_at: datetime | None = Field(default=None, sa_type=Moment)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a walk goes on; `staged` members were read before."""

    began_at: datetime
    after: str | None
    is_whole: bool
    staged: int


def place(session: Session, group_id: int, told: ListTold, *, now: datetime) -> Place | None:
    """
    Where the walk that was cut off goes on. None: there is none to take up, so begin a new one.

    Members read before and after the list moved, or before and after another pass, are never mixed.
    """
    walk = session.get(ListWalk, group_id)
    if walk is None or not told.tells_moves or _told(walk) != told or walk.began_at < now - TAKEN_UP_WITHIN:
        return None
    if walk.edition != session.get_one(TargetGroup, group_id).edition:
        return None
    return Place(walk.began_at, walk.after, walk.is_whole, staging.staged_count(session, group_id))


def forget(session: Session, group_id: int) -> bool:
    """Forget the walk, and empty the stage a part at a time; True while there is more to do."""
    session.execute(delete(ListWalk).where(col(ListWalk.group_id) == group_id))
    return staging.forget_staged(session, group_id)


def begin(session: Session, group_id: int, told: ListTold, *, now: datetime) -> Place:
    """Begin a walk, on a stage that is empty."""
    edition = session.get_one(TargetGroup, group_id).edition
    session.add(ListWalk(group_id=group_id, edition=edition, began_at=now, **_values(told)))
    session.flush()
    return Place(now, None, is_whole=False, staged=0)


def stage_page(session: Session, group_id: int, hubspot_ids: Iterable[str], next_after: str | None) -> None:
    """A page is on the stage, and the walk stands behind it; without a next one it is whole."""
    staging.stage_page(session, group_id, hubspot_ids)
    walk = session.get_one(ListWalk, group_id)
    walk.after, walk.is_whole = next_after, next_after is None
    session.flush()


def end(session: Session, group_id: int) -> None:
    """The walk became the group's members."""
    walk = session.get_one(ListWalk, group_id)
    session.merge(ListPaged(group_id=group_id, **_values(_told(walk))))
    session.delete(walk)
    session.flush()


def paged(session: Session) -> dict[int, ListTold]:
    """What HubSpot told of the lists when they were last read whole, by group."""
    return {row.group_id: _told(row) for row in session.exec(select(ListPaged))}


def read_everybody_again(session: Session) -> None:
    """Other properties are held from now on: the next pass over each list reads all of its contacts."""
    session.execute(delete(ListPaged))


def cut_off(session: Session) -> frozenset[int]:
    """The groups whose walk has not become their members: it was cut off, or is under way."""
    return frozenset(session.exec(select(ListWalk.group_id)))


def _told(row: ListWalk | ListPaged) -> ListTold:
    return ListTold(row.size, row.last_added_at, row.last_removed_at)


def _values(told: ListTold) -> dict[str, Any]:
    return {name: getattr(told, name) for name in ListTold.__slots__}
