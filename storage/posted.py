"""Posted: every message of ours in Slack that names a person, so that it can be renewed, or the name taken out."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from storage.columns import BigId, Moment, Word
from storage.outbox import Due


class Posted(SQLModel, table=True):
    __tablename__ = "posted"
    __table_args__ = (
        Index("ix_posted_kind_subject_channel", "kind", "subject", "channel"),
        Index("ux_posted_channel_ts_address_id", "channel", "ts", "address_id", unique=True),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    channel: str
    ts: str
    kind: Due = Field(sa_type=Word(Due))
    subject: str
    address_id: int | None = Field(default=None, foreign_key="address.id", index=True, sa_type=BigId)
    at: datetime = Field(sa_type=Moment)
