"""Subscriptions: which Slack channel gets leads, the feed, or words for the admin, and what of it, and when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import msgspec
from sqlalchemy import Index, bindparam, update
from sqlalchemy import select as core_select
from sqlmodel import Field, Session, SQLModel, col, select

from decisions.channel_filters import Filters
from decisions.quiet_hours import Rhythm
from decisions.slack_ids import slack_id
from storage.bulk import insert_if_missing
from storage.columns import BigId, Json, Moment, Word
from storage.workspaces import is_in


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
    terms: dict[str, Any] | None = Field(default=None, sa_type=Json, description="as `Terms`; None: nobody chose any")
    ended_at: datetime | None = Field(default=None, sa_type=Moment, description="what was posted is still renewed")
    resumed_at: datetime | None = Field(default=None, sa_type=Moment, description="what was owed before was missed")


class Terms(msgspec.Struct, frozen=True):
    """
    What a channel wants to hear of a topic, and how.

    `language` None: the installation's. `hides_addresses`: its messages show no address in full.
    """

    filters: Filters = Filters()
    rhythm: Rhythm = Rhythm()
    language: str | None = None
    hides_addresses: bool = False


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A channel's subscription; paused, what it is owed waits. Ended, it gets nothing new."""

    topic: Topic
    channel: str
    since: datetime
    paused_at: datetime | None
    paused_because: str | None
    terms: Terms
    ended_at: datetime | None
    resumed_at: datetime | None = None


def subscribe(session: Session, topic: Topic, channel: str, *, now: datetime) -> bool:
    """Let `channel` get what belongs to `topic`; whether that is new. A paused subscription stays paused."""
    return insert_if_missing(session, Subscription, {"topic": topic, "channel": channel, "since": now})


def find(session: Session, topic: Topic, channel: str) -> Subscribed | None:
    """A channel's subscription to a topic, an ended one too."""
    row = _row(session, topic, channel)
    return _subscribed(row) if row else None


def set_terms(session: Session, topic: Topic, channel: str, terms: Terms) -> None:
    """Let a subscription be as `terms` say, from now on; one that had ended goes on."""
    if row := _row(session, topic, channel):
        row.terms, row.ended_at = msgspec.to_builtins(terms), None
        session.flush()


def end(session: Session, topic: Topic, channel: str, *, now: datetime) -> bool:
    """Tell the channel nothing new of the topic; whether it was told until now."""
    row = _row(session, topic, channel)
    if row is None or row.ended_at is not None:
        return False
    row.ended_at = now
    session.flush()
    return True


def of_topic(session: Session, topic: Topic, workspace: str | None = None) -> tuple[Subscribed, ...]:
    """A topic's subscriptions that have not ended, paused ones too, oldest first; of all workspaces, or of one."""
    going_on = [col(Subscription.topic) == topic, col(Subscription.ended_at).is_(None)]
    if workspace is not None:
        going_on.append(is_in(col(Subscription.channel), workspace))
    rows = session.exec(select(Subscription).where(*going_on).order_by(col(Subscription.id)))
    return tuple(_subscribed(row) for row in rows)


def channels_of(session: Session, topic: Topic) -> tuple[str, ...]:
    """The channels of a topic's subscriptions, paused and ended ones too; asked with each batch of clicks."""
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


def pause_all(session: Session, because: str, *, workspace: str, now: datetime) -> int:
    """Stop delivery to every channel of a workspace; how many subscriptions ran until now."""
    there = is_in(col(Subscription.channel), workspace)
    running = update(Subscription).where(col(Subscription.paused_at).is_(None), there)
    done = session.execute(running.values(paused_at=now, paused_because=because))
    return int(done.rowcount)  # type: ignore[attr-defined]


def resume(session: Session, channel: str, *, now: datetime) -> int:
    """Deliver to a channel again, what it is owed first; how many subscriptions that woke."""
    waiting = (col(Subscription.channel) == channel, col(Subscription.paused_at).is_not(None))
    done = session.execute(
        update(Subscription).where(*waiting).values(paused_at=None, paused_because=None, resumed_at=now)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def resume_all(session: Session, workspace: str, *, now: datetime) -> None:
    """Deliver to every channel of a workspace again."""
    waiting = (is_in(col(Subscription.channel), workspace), col(Subscription.paused_at).is_not(None))
    woken = {"paused_at": None, "paused_because": None, "resumed_at": now}
    session.execute(update(Subscription).where(*waiting).values(**woken))


def try_again(session: Session, *, now: datetime) -> int:
    """Give every paused channel another try; how many subscriptions that woke. Reasons stay until one is reached."""
    waiting = update(Subscription).where(col(Subscription.paused_at).is_not(None))
    done = session.execute(waiting.values(paused_at=None, resumed_at=now))
    return int(done.rowcount)  # type: ignore[attr-defined]


def reached(session: Session, channel: str) -> None:
    """Something got through to this channel: whatever paused it before is over."""
    tried = (col(Subscription.paused_at).is_(None), col(Subscription.paused_because).is_not(None))
    session.execute(
        update(Subscription).where(col(Subscription.channel) == channel, *tried).values(paused_because=None)
    )


def admin_channel(session: Session, workspace: str | None = None) -> str | None:
    """
    Where words for the admin go, as long as it is not paused: the admin's channel, else whoever set us up, else the
    leads' channel. Those on a workspace stay in it; others go to the oldest of all.
    """
    admins = of_topic(session, Topic.ADMIN, workspace)
    in_order = (*sorted(admins, key=lambda one: is_user(one.channel)), *of_topic(session, Topic.LEADS, workspace))
    return next((one.channel for one in in_order if one.paused_at is None), None)


def is_user(channel: str) -> bool:
    """Whether what stands for a channel is a user: then it means their direct messages with us."""
    return slack_id(channel).startswith(("U", "W"))


def _row(session: Session, topic: Topic, channel: str) -> Subscription | None:
    named = (col(Subscription.topic) == topic, col(Subscription.channel) == channel)
    return session.exec(select(Subscription).where(*named)).first()


def _subscribed(row: Subscription) -> Subscribed:
    terms = msgspec.convert(row.terms, Terms) if row.terms else Terms()
    paused = (row.paused_at, row.paused_because)
    return Subscribed(row.topic, row.channel, row.since, *paused, terms, row.ended_at, row.resumed_at)
