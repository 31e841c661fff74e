"""Permitted: who else than the workspace's admins and owners may decide in Slack, and whom we showed the way."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Field, Session, SQLModel, col, select

from decisions.slack_ids import FIRST, workspace_of
from storage import audit, outbox
from storage.bulk import insert_if_missing, insert_missing
from storage.columns import Moment
from storage.outbox import Due
from storage.workspaces import is_in


class PermittedUser(SQLModel, table=True):
    """A Slack user who may do what admins and owners may."""

    __tablename__ = "permitted_user"

    user_id: str = Field(primary_key=True)


class WelcomedUser(SQLModel, table=True):
    """The one who was shown how to set up Footlight, unasked."""

    __tablename__ = "welcomed_user"

    user_id: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Moment)


def is_permitted(session: Session, user_id: str) -> bool:
    """Whether somebody is on the list."""
    return session.get(PermittedUser, user_id) is not None


def permitted(session: Session, workspace: str = FIRST) -> tuple[str, ...]:
    """The user ids on a workspace's list, in their order."""
    there = is_in(col(PermittedUser.user_id), workspace)
    return tuple(session.exec(select(PermittedUser.user_id).where(there).order_by(PermittedUser.user_id)))


def permit(session: Session, user_ids: Collection[str], *, now: datetime, actor: str, workspace: str = FIRST) -> None:
    """Let exactly these users be on a workspace's list."""
    before, wanted = set(permitted(session, workspace)), set(user_ids)
    session.execute(delete(PermittedUser).where(col(PermittedUser.user_id).in_(before - wanted)))
    insert_missing(session, PermittedUser, [{"user_id": id_} for id_ in sorted(wanted - before)])
    for action, changed in (("permitted", wanted - before), ("no longer permits", before - wanted)):
        if changed:
            audit.note(session, now=now, actor=actor, action=action, detail=" ".join(sorted(changed)))


def is_welcomed(session: Session, workspace: str = FIRST) -> bool:
    """Whether somebody of a workspace was shown the way already."""
    there = is_in(col(WelcomedUser.user_id), workspace)
    return session.exec(select(WelcomedUser.user_id).where(there).limit(1)).first() is not None


def welcome(session: Session, user_id: str, *, now: datetime) -> bool:
    """Owe the first admin of a workspace who uses us one message on what is to be set up; whether this is the first."""
    if is_welcomed(session, workspace_of(user_id)):
        return False
    if not insert_if_missing(session, WelcomedUser, {"user_id": user_id, "at": now}):
        return False
    outbox.owe(session, Due.ADMIN_WELCOMED, user_id, destination=outbox.slack(user_id), now=now)
    return True
