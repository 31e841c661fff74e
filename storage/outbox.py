"""The outbox: what we owe Slack and HubSpot. Rows hold facts and ids; the words are made when they are sent."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from storage.columns import BigId, Json, Moment, Word


class Due(StrEnum):
    """What is owed. The subject is the id of what it speaks of."""

    LEAD_CHANGED = "lead_changed"
    ACTIVITY_CHANGED = "activity_changed"
    ADMIN_TOLD = "admin_told"
    PERSON_FORGOTTEN = "person_forgotten"
    ADD_TO_HUBSPOT = "add_to_hubspot"


class OutboxState(StrEnum):
    """SENDING: an attempt began, and its end is not known."""

    DUE = "due"
    SENDING = "sending"
    FAILED = "failed"


class OutboxItem(SQLModel, table=True):
    """
    One thing owed to one destination; sent, its row goes.

    A change that comes while it waits raises `version` and queues nothing; one that comes while it is being sent
    makes it due again. `key` stands in the metadata of the Slack message, so that a crash between sending and
    marking is recognised. Of several, the lower `id` goes first.
    """

    __tablename__ = "outbox_item"
    __table_args__ = (
        Index("ux_outbox_item_destination_kind_subject", "destination", "kind", "subject", unique=True),
        Index("ix_outbox_item_state_due_at", "state", "due_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    destination: str = Field(description="`slack:CHANNEL`, or `hubspot`")
    kind: Due = Field(sa_type=Word(Due))
    subject: str
    facts: dict[str, str] = Field(default_factory=dict, sa_type=Json, description="never an address")
    key: str
    version: int = Field(default=1)
    state: OutboxState = Field(default=OutboxState.DUE, sa_type=Word(OutboxState))
    created_at: datetime = Field(sa_type=Moment)
    due_at: datetime = Field(sa_type=Moment)
    attempts: int = Field(default=0)
    attempted_at: datetime | None = Field(default=None, sa_type=Moment)
    leased_until: datetime | None = Field(default=None, sa_type=Moment)
    trouble: str | None = Field(default=None)
