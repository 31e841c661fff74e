"""The audit log: who changed what, and when. People stand in it by address id, so that erasing empties it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlmodel import Field, Session, SQLModel, col

from storage.addresses import Address
from storage.columns import BigId, Moment
from storage.workspaces import is_in


class AuditEntry(SQLModel, table=True):
    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    at: datetime = Field(sa_type=Moment, index=True)
    actor: str = Field(description="`slack:USER` (a kept id), `slack`, `cli`, `api:NAME`, `hubspot` or `recipient`")
    action: str
    address_id: int | None = Field(default=None, foreign_key="address.id", index=True, sa_type=BigId)
    detail: str = Field(default="", description="ids and numbers, never an address")


@dataclass(frozen=True, slots=True)
class Noted:
    """An entry as it is shown; `email` is None where it speaks of nobody, or of somebody erased since."""

    at: datetime
    actor: str
    action: str
    email: str | None
    detail: str


def slack_user(actor: str | None) -> str | None:
    """The id of the Slack user that an actor is, if one."""
    kind, _, user_id = (actor or "").partition(":")
    return user_id or None if kind == "slack" else None


def note(
    session: Session, *, now: datetime, actor: str, action: str, address_id: int | None = None, detail: str = ""
) -> None:
    """Write down that `actor` did something."""
    session.add(AuditEntry(at=now, actor=actor, action=action, address_id=address_id, detail=detail))


def newest(session: Session, limit: int, workspace: str | None = None) -> tuple[Noted, ...]:
    """The last entries, newest first; of all, or of what a workspace's people did and what nobody did in Slack."""
    query = (
        select(
            col(AuditEntry.at),
            col(AuditEntry.actor),
            col(AuditEntry.action),
            col(Address.email),
            col(AuditEntry.detail),
        )
        .outerjoin(Address, col(Address.id) == col(AuditEntry.address_id))
        .order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc())
        .limit(limit)
    )
    if workspace is not None:
        actor = col(AuditEntry.actor)
        query = query.where(or_(actor.not_like("slack:%"), is_in(actor, workspace, "slack:")))
    return tuple(Noted(*row) for row in session.execute(query))
