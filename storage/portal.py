"""The HubSpot portal that this installation belongs to, kept at first contact."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from storage.columns import Moment


class Portal(SQLModel, table=True):
    __tablename__ = "portal"

    portal_id: str = Field(primary_key=True)
    time_zone: str | None = Field(default=None)
    ui_domain: str = Field(default="app.hubspot.com")
    since: datetime = Field(sa_type=Moment)
    v3_since: datetime | None = Field(default=None, sa_type=Moment, description="first proof by signature v3")
