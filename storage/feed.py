"""The performance feed: activities, each one person's clicks close together, newest first."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from storage.columns import BigId, Moment


class Activity(SQLModel, table=True):
    __tablename__ = "activity"
    __table_args__ = (
        Index("ix_activity_address_id_last_at", "address_id", "last_at"),
        Index("ix_activity_last_at", "last_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    address_id: int = Field(foreign_key="address.id", sa_type=BigId)
    first_at: datetime = Field(sa_type=Moment)
    last_at: datetime = Field(sa_type=Moment)
