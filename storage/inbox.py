"""The inbox: hints and Slack events not yet dealt with, and what could not be read (dead letters, without values)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field, SQLModel

from storage.columns import BigId, Json, Moment, Word


class HintKind(StrEnum):
    """What may have changed in HubSpot."""

    CONTACT = "contact"
    COMPANY = "company"
    LIST = "list"
    PRIVACY_DELETION = "privacy_deletion"


class Hint(SQLModel, table=True):
    """One thing of HubSpot's that may have changed; told again before it was applied, it is still one row."""

    __tablename__ = "hint"

    kind: HintKind = Field(primary_key=True, sa_type=Word(HintKind))
    object_id: str = Field(primary_key=True)
    told_at: datetime = Field(sa_type=Moment, description="the last time")
    times: int = Field(default=1, description="how often it was told; whoever applied it removes it only if unchanged")
    due_at: datetime = Field(sa_type=Moment, index=True)
    attempts: int = Field(default=0)
    leased_until: datetime | None = Field(default=None, sa_type=Moment)


class DeadLetter(SQLModel, table=True):
    """What came and could not be used: type, ids, reason and names of fields, never values. Kept 30 days."""

    __tablename__ = "dead_letter"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    source: str
    kind: str
    reason: str
    ids: list[str] = Field(default_factory=list, sa_type=Json)
    fields: list[str] = Field(default_factory=list, sa_type=Json)
    at: datetime = Field(sa_type=Moment, index=True)


class SlackEvent(SQLModel, table=True):
    """An event of Slack that was acknowledged: answered by whoever received it, or after a restart."""

    __tablename__ = "slack_event"
    __table_args__ = (Index("ux_slack_event_channel_ts", "channel", "ts", unique=True),)

    event_id: str = Field(primary_key=True)
    channel: str | None = Field(default=None)
    ts: str | None = Field(default=None, description="with the channel: the message that several events may tell of")
    received_at: datetime = Field(sa_type=Moment, index=True)
    answered_at: datetime | None = Field(default=None, sa_type=Moment)
    sealed_body: bytes | None = Field(default=None, sa_type=LargeBinary, description="until it is answered")
