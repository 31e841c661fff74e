"""Leads: addresses without contact that clicked at least one campaign, and what people made of them."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from storage.columns import BigId, Moment, Word


class LeadStage(StrEnum):
    """What became of a lead; the last two are ends."""

    OPEN = "open"
    CLAIMED = "claimed"
    DISMISSED = "dismissed"
    CONTACT = "contact"
    OPTED_OUT = "opted_out"


class Lead(SQLModel, table=True):
    __tablename__ = "lead"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    address_id: int = Field(foreign_key="address.id", unique=True, sa_type=BigId)
    stage: LeadStage = Field(default=LeadStage.OPEN, sa_type=Word(LeadStage))
    since: datetime = Field(sa_type=Moment, description="its first human click")
    changed_at: datetime = Field(sa_type=Moment)
    changed_by: str | None = Field(default=None, description="who did it last, as an actor (see audit)")
    clicks_since_dismissed: int = Field(default=0)
