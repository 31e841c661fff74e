"""Erased bytes: that people were erased, until their bytes are gone from the database's files as well."""

from datetime import datetime

from sqlalchemy import delete, func
from sqlmodel import Field, Session, SQLModel, col, select

from storage.columns import BigId, Moment


class ErasedBytes(SQLModel, table=True):
    """Somebody was erased, nobody says who; the row goes once `storage.database.forget_bytes` went through."""

    __tablename__ = "erased_bytes"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    erased_at: datetime = Field(sa_type=Moment)


def owe(session: Session, *, now: datetime) -> None:
    """Bytes of somebody who is erased in this transaction are to be forgotten."""
    session.add(ErasedBytes(erased_at=now))
    session.flush()


def owed_up_to(session: Session) -> int | None:
    """The last that is owed; None: nothing is."""
    return session.exec(select(func.max(ErasedBytes.id))).one()


def forgotten(session: Session, up_to: int) -> None:
    """Bytes were forgotten after `up_to` was read, so all until there are gone."""
    session.execute(delete(ErasedBytes).where(col(ErasedBytes.id) <= up_to))
