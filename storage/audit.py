"""The audit log: who changed what, and when. People stand in it by address id, so that erasing empties it."""

from datetime import datetime

from sqlmodel import Field, Session, SQLModel

from storage.columns import BigId, Moment


class AuditEntry(SQLModel, table=True):
    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    at: datetime = Field(sa_type=Moment, index=True)
    actor: str = Field(description="`slack:U...`, `cli`, `hubspot` or `recipient`")
    action: str
    address_id: int | None = Field(default=None, foreign_key="address.id", index=True, sa_type=BigId)
    detail: str = Field(default="", description="ids and numbers, never an address")


def note(
    session: Session, *, now: datetime, actor: str, action: str, address_id: int | None = None, detail: str = ""
) -> None:
    """Write down that `actor` did something."""
    session.add(AuditEntry(at=now, actor=actor, action=action, address_id=address_id, detail=detail))
