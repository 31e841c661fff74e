"""Account activities: the messages that tell of several people of one account, where they stand and of which time."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Index, delete, update
from sqlmodel import Field, Session, SQLModel, col

from storage.columns import BigId, Moment


class AccountActivity(SQLModel, table=True):
    """A message about an account; the lines on its people stand in its thread."""

    __tablename__ = "account_activity"
    __table_args__ = (Index("ix_account_activity_account_id_channel", "account_id", "channel"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    channel: str
    account_id: int = Field(foreign_key="account.id", sa_type=BigId)
    ts: str = Field(description="of the message")
    first_at: datetime = Field(sa_type=Moment)
    last_at: datetime = Field(sa_type=Moment)
    shown_at: datetime = Field(sa_type=Moment, description="when the channel itself last showed something of it")


def lead_to(session: Session, others: Collection[int], kept: int) -> None:
    """These accounts are one now."""
    moved = update(AccountActivity).where(col(AccountActivity.account_id).in_(others))
    session.execute(moved.values(account_id=kept))


def forget(session: Session, account_ids: Collection[int]) -> None:
    """These accounts go."""
    session.execute(delete(AccountActivity).where(col(AccountActivity.account_id).in_(account_ids)))
