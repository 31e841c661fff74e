"""Workspaces of Slack: each that we ever spoke in, and how its ids are told from those of the others."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, SQLColumnExpression, update
from sqlmodel import Field, Session, SQLModel, col, select

from decisions.outside_text import clean
from decisions.slack_ids import FIRST
from storage.bulk import insert_if_missing
from storage.columns import Moment

LONGEST_NAME = 100


class Workspace(SQLModel, table=True):
    """A workspace keeps its name among ids for ever, so that ids which are kept mean the same after it came back."""

    __tablename__ = "workspace"

    team_id: str = Field(primary_key=True)
    known_as: str = Field(unique=True, description="its name among ids: empty for the first, else the team id")
    name: str = Field(default="")
    since: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment, description="uninstalled, or removed")


@dataclass(frozen=True, slots=True)
class WorkspaceView:
    """A workspace as it is listed; ended, nothing is kept for it and nothing goes there."""

    team_id: str
    known_as: str
    name: str
    since: datetime
    ended_at: datetime | None


def known_as(session: Session, team_id: str, *, now: datetime) -> str:
    """The name among ids of a workspace, which it gets at first contact."""
    # Of two that come first at once, one is first.
    for name in (FIRST, team_id):
        if (row := session.get(Workspace, team_id)) is not None:
            return row.known_as
        insert_if_missing(session, Workspace, {"team_id": team_id, "known_as": name, "name": "", "since": now})
    return session.exec(select(Workspace.known_as).where(Workspace.team_id == team_id)).one()


def begin(session: Session, team_id: str, name: str, *, now: datetime) -> str:
    """We may speak there (again); its name among ids."""
    known = known_as(session, team_id, now=now)
    called = " ".join(clean(name, LONGEST_NAME).split())
    told = {"name": called or col(Workspace.name), "ended_at": None}
    session.execute(update(Workspace).where(col(Workspace.team_id) == team_id).values(**told))
    return known


def end(session: Session, team_id: str, *, now: datetime) -> None:
    """We may not speak there any more."""
    session.execute(update(Workspace).where(col(Workspace.team_id) == team_id).values(ended_at=now))


def find(session: Session, known: str) -> WorkspaceView | None:
    """The workspace with this name among ids."""
    row = session.exec(select(Workspace).where(Workspace.known_as == known)).first()
    return _view(row) if row else None


def has_first_ended(session: Session) -> bool:
    """Whether the workspace whose ids stand alone was uninstalled or removed."""
    first = find(session, FIRST)
    return first is not None and first.ended_at is not None


def all_workspaces(session: Session) -> tuple[WorkspaceView, ...]:
    """Every workspace, ended ones too, oldest first."""
    rows = session.exec(select(Workspace).order_by(col(Workspace.since), col(Workspace.team_id)))
    return tuple(_view(row) for row in rows)


def is_in(column: SQLColumnExpression[str], workspace: str, before: str = "") -> ColumnElement[bool]:
    """
    Whether a column's kept id belongs to the workspace.

    Args:
        before: what stands before the id in the column, such as `slack:`.
    """
    if workspace == FIRST:
        return column.startswith(before, autoescape=True) & column.not_like(f"{before}%/%")
    return column.startswith(f"{before}{workspace}/", autoescape=True)


def _view(row: Workspace) -> WorkspaceView:
    return WorkspaceView(row.team_id, row.known_as, row.name, row.since, row.ended_at)
