"""Installations: in which workspaces Slack gave us a bot token, each sealed with this installation's keys."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import LargeBinary, delete
from sqlmodel import Field, Session, SQLModel, col, select

from decisions.mendable import Mendable
from decisions.sealing import CannotOpen, Keys, open_bytes, seal_bytes
from storage import workspaces
from storage.columns import Moment
from storage.workspaces import Workspace

PURPOSE: Final = "slack installation"


class Installation(SQLModel, table=True):
    __tablename__ = "installation"

    team_id: str = Field(primary_key=True, foreign_key="workspace.team_id")
    sealed: bytes = Field(sa_type=LargeBinary, description="`Installed`, bound to the team id")
    installed_at: datetime = Field(sa_type=Moment)


@dataclass(frozen=True, slots=True)
class Installed:
    """
    What Slack told when we were installed. `enterprise_id` is that of the organisation to which the workspace belongs.

    `user_id` installed us; `scopes` were granted, with commas between them.
    """

    team_id: str
    team_name: str
    bot_token: str = field(repr=False)
    bot_id: str
    bot_user_id: str
    user_id: str
    scopes: str
    app_id: str = ""
    enterprise_id: str | None = None


class CannotOpenInstallation(Mendable):
    """The secret key that sealed this installation is gone: put it back behind the newest one, or install anew."""


def keep(session: Session, told: Installed, keys: Keys, *, now: datetime) -> str:
    """We are installed in a workspace, or anew; its name among ids."""
    known = workspaces.begin(session, told.team_id, told.team_name, now=now)
    row = session.get(Installation, told.team_id) or Installation(team_id=told.team_id, sealed=b"", installed_at=now)
    row.sealed, row.installed_at = _seal(told, keys), now
    session.add(row)
    session.flush()
    return known


def of_team(session: Session, team_id: str, keys: Keys) -> Installed | None:
    """
    The installation in a workspace.

    Raises:
        CannotOpenInstallation
    """
    row = session.get(Installation, team_id, populate_existing=True)
    return _open(row, keys) if row else None


def of_workspace(session: Session, known_as: str, keys: Keys) -> Installed | None:
    """
    The installation in a workspace, by its name among ids.

    Raises:
        CannotOpenInstallation
    """
    query = select(Installation).join(Workspace).where(Workspace.known_as == known_as)
    row = session.exec(query).first()
    return _open(row, keys) if row else None


def since(session: Session, team_id: str) -> datetime | None:
    """When we were last installed in a workspace; None: we are not."""
    return session.exec(select(Installation.installed_at).where(Installation.team_id == team_id)).first()


def forget(session: Session, team_id: str) -> bool:
    """Delete the installation in a workspace; whether there was one."""
    done = session.execute(delete(Installation).where(col(Installation.team_id) == team_id))
    return bool(done.rowcount)  # type: ignore[attr-defined]


def seal_anew(session: Session, keys: Keys) -> int:
    """Seal with the newest key what an older one sealed, which may then be left out; how many that were."""
    newest, count = Keys(keys.secrets[:1]), 0
    for row in session.exec(select(Installation)):
        if not _opens(row, newest) and _opens(row, keys):
            row.sealed, count = _seal(_open(row, keys), keys), count + 1
    session.flush()
    return count


def _seal(told: Installed, keys: Keys) -> bytes:
    return seal_bytes(keys, msgspec.json.encode(told), PURPOSE, bound_to=told.team_id.encode())


def _open(row: Installation, keys: Keys) -> Installed:
    try:
        told = open_bytes(keys, bytes(row.sealed), PURPOSE, bound_to=row.team_id.encode())
    except CannotOpen:
        raise CannotOpenInstallation(CannotOpenInstallation.__doc__) from None
    return msgspec.json.decode(told, type=Installed)


def _opens(row: Installation, keys: Keys) -> bool:
    try:
        _open(row, keys)
    except CannotOpenInstallation:
        return False
    return True
