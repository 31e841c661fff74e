"""Senders: the employees whose signatures carry banners."""

from sqlmodel import Field, SQLModel

from storage.columns import BigId


class Sender(SQLModel, table=True):
    __tablename__ = "sender"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    email: str = Field(unique=True, description="normalised")
    domain: str = Field(index=True, description="its domains are our own, unless the settings name them")
