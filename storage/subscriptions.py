"""Subscriptions: which Slack channel gets leads, the feed, or words for the admin."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from storage.columns import BigId, Moment, Word


class Topic(StrEnum):
    LEADS = "leads"
    FEED = "feed"
    ADMIN = "admin"


class Subscription(SQLModel, table=True):
    __tablename__ = "subscription"
    __table_args__ = (Index("ux_subscription_topic_channel", "topic", "channel", unique=True),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    topic: Topic = Field(sa_type=Word(Topic))
    channel: str
    since: datetime = Field(sa_type=Moment)
    paused_at: datetime | None = Field(default=None, sa_type=Moment)
    paused_because: str | None = Field(default=None)
