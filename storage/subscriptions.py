"""Subscriptions: which Slack channel gets leads, the feed, or words for the admin."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Index, bindparam, update
from sqlalchemy import select as core_select
from sqlmodel import Field, Session, SQLModel, col, select

from storage.bulk import insert_if_missing
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
    paused_because: str | None = Field(default=None, description="kept while it is tried again")


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A channel's subscription; paused, what it is owed waits."""

    topic: Topic
    channel: str
    since: datetime
    paused_at: datetime | None
    paused_because: str | None


def subscribe(session: Session, topic: Topic, channel: str, *, now: datetime) -> bool:
    """Let `channel` get what belongs to `topic`; whether that is new. A paused subscription stays paused."""
    return insert_if_missing(session, Subscription, {"topic": topic, "channel": channel, "since": now})


def of_topic(session: Session, topic: Topic) -> tuple[Subscribed, ...]:
    """The subscriptions of a topic, paused ones too, oldest first."""
    rows = session.exec(select(Subscription).where(col(Subscription.topic) == topic).order_by(col(Subscription.id)))
    return tuple(_subscribed(row) for row in rows)


def channels_of(session: Session, topic: Topic) -> tuple[str, ...]:
    """The channels of a topic's subscriptions, paused ones too; asked with each batch of clicks."""
    return tuple(session.connection().execute(_CHANNELS, {"topic": topic}).scalars())


_CHANNELS: Final = (
    core_select(col(Subscription.channel))
    .where(col(Subscription.topic) == bindparam("topic", type_=Word(Topic)))
    .order_by(col(Subscription.id))
)


def paused(session: Session) -> tuple[Subscribed, ...]:
    """The subscriptions that wait, to be tried again or shown to the admin."""
    rows = session.exec(
        select(Subscription).where(col(Subscription.paused_at).is_not(None)).order_by(col(Subscription.id))
    )
    return tuple(_subscribed(row) for row in rows)


def pause(session: Session, channel: str, because: str, *, now: datetime) -> bool | None:
    """
    Stop delivery to a channel that cannot be reached, whatever its topics.

    Whether that is news: False when it was only tried again, in vain. None: it has no subscription that ran.
    """
    running = (col(Subscription.channel) == channel, col(Subscription.paused_at).is_(None))
    reasons = session.exec(select(Subscription.paused_because).where(*running)).all()
    session.execute(update(Subscription).where(*running).values(paused_at=now, paused_because=because))
    return any(reason != because for reason in reasons) if reasons else None


def pause_all(session: Session, because: str, *, now: datetime) -> int:
    """Stop delivery to every channel; how many subscriptions ran until now."""
    running = update(Subscription).where(col(Subscription.paused_at).is_(None))
    done = session.execute(running.values(paused_at=now, paused_because=because))
    return int(done.rowcount)  # type: ignore[attr-defined]


def resume(session: Session, channel: str) -> int:
    """Deliver to a channel again, what it is owed first; how many subscriptions that woke."""
    waiting = (col(Subscription.channel) == channel, col(Subscription.paused_at).is_not(None))
    done = session.execute(update(Subscription).where(*waiting).values(paused_at=None, paused_because=None))
    return int(done.rowcount)  # type: ignore[attr-defined]


def try_again(session: Session) -> int:
    """Give every paused channel another try; how many subscriptions that woke. Reasons stay until one is reached."""
    done = session.execute(update(Subscription).where(col(Subscription.paused_at).is_not(None)).values(paused_at=None))
    return int(done.rowcount)  # type: ignore[attr-defined]


def reached(session: Session, channel: str) -> None:
    """Something got through to this channel: whatever paused it before is over."""
    tried = (col(Subscription.paused_at).is_(None), col(Subscription.paused_because).is_not(None))
    session.execute(
        update(Subscription).where(col(Subscription.channel) == channel, *tried).values(paused_because=None)
    )


def admin_channel(session: Session) -> str | None:
    """Where words for the admin go: the admin's channel, else the leads', as long as it is not paused."""
    reachable = [
        one.channel for topic in (Topic.ADMIN, Topic.LEADS) for one in of_topic(session, topic) if one.paused_at is None
    ]
    return reachable[0] if reachable else None


def _subscribed(row: Subscription) -> Subscribed:
    return Subscribed(row.topic, row.channel, row.since, row.paused_at, row.paused_because)
