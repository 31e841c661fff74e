"""Digests: what waits to be told in one message, and what each such message told."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, delete, update
from sqlmodel import Field, Session, SQLModel, col, select

from decisions.gathering import Gathered
from storage.columns import BigId, Moment, Word
from storage.subscriptions import Topic


class DigestEntry(SQLModel, table=True):
    """A lead or an activity in a channel's digest; it waits until it has a `ts`, that of the message."""

    __tablename__ = "digest_entry"
    __table_args__ = (
        Index("ix_digest_entry_channel_topic_subject", "channel", "topic", "subject"),
        Index("ix_digest_entry_channel_ts", "channel", "ts"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    channel: str
    topic: Topic = Field(sa_type=Word(Topic))
    subject: int = Field(sa_type=BigId, description="the id of the lead or the activity")
    added_at: datetime = Field(sa_type=Moment)
    ts: str | None = Field(default=None)
    told_at: datetime | None = Field(default=None, sa_type=Moment)
    gathered: Gathered | None = Field(default=None, sa_type=Word(Gathered), description="None: as its terms say")


@dataclass(frozen=True, slots=True)
class Entry:
    """
    Something in a digest; `subject` is the id of a lead or an activity, `gathered` why it is not told as the terms say.
    """

    id: int
    subject: int
    added_at: datetime
    told_at: datetime | None
    gathered: Gathered | None


@dataclass(frozen=True, slots=True)
class DigestTold:
    """The digest that told of something last."""

    ts: str
    at: datetime


def add(
    session: Session, channel: str, topic: Topic, subject: int, *, now: datetime, gathered: Gathered | None = None
) -> None:
    """Let a lead or an activity, which was owed from `now` on, wait for the channel's next digest; twice is once."""
    if session.exec(select(DigestEntry.id).where(*_waiting(channel, topic), _about(subject))).first() is None:
        session.add(DigestEntry(channel=channel, topic=topic, subject=subject, added_at=now, gathered=gathered))
        session.flush()


def drop(session: Session, channel: str, topic: Topic, subject: int | None = None) -> None:
    """What waits need not be told any more; None: nothing of it."""
    only = () if subject is None else (_about(subject),)
    session.execute(delete(DigestEntry).where(*_waiting(channel, topic), *only))


def withdraw(session: Session, topic: Topic, subjects: Collection[int]) -> None:
    """What waits of these is not to be told any more."""
    of_them = (col(DigestEntry.topic) == topic, col(DigestEntry.subject).in_(subjects))
    session.execute(delete(DigestEntry).where(*of_them, col(DigestEntry.ts).is_(None)))


def is_gathering(session: Session, channel: str, topic: Topic) -> bool:
    """Whether anything waits for the channel's next digest that is not told as the terms say."""
    there = (*_waiting(channel, topic), col(DigestEntry.gathered).is_not(None))
    return session.exec(select(DigestEntry.id).where(*there).limit(1)).first() is not None


def waiting(session: Session, channel: str, topic: Topic) -> tuple[Entry, ...]:
    """What the channel's next digest tells, oldest first."""
    rows = session.exec(select(DigestEntry).where(*_waiting(channel, topic)).order_by(col(DigestEntry.id)))
    return tuple(_entry(row) for row in rows)


def note_told(session: Session, entry_ids: Collection[int], ts: str, *, now: datetime) -> None:
    """A message told of these."""
    session.execute(update(DigestEntry).where(col(DigestEntry.id).in_(entry_ids)).values(ts=ts, told_at=now))


def told_in(session: Session, channel: str, ts: str) -> tuple[Entry, ...]:
    """What a message told, oldest first."""
    there = (col(DigestEntry.channel) == channel, col(DigestEntry.ts) == ts)
    return tuple(_entry(row) for row in session.exec(select(DigestEntry).where(*there).order_by(col(DigestEntry.id))))


def topic_of(session: Session, channel: str, ts: str) -> Topic | None:
    """Of what a digest tells; None: there is none."""
    there = (col(DigestEntry.channel) == channel, col(DigestEntry.ts) == ts)
    topic = session.exec(select(DigestEntry.topic).where(*there).limit(1)).first()
    return None if topic is None else Topic(topic)


def last_told(session: Session, channel: str, topic: Topic, subject: int) -> DigestTold | None:
    """The digest in which the channel heard of a lead or an activity last; None: in none."""
    where = (col(DigestEntry.channel) == channel, col(DigestEntry.topic) == topic, _about(subject))
    query = select(DigestEntry).where(*where, col(DigestEntry.ts).is_not(None)).order_by(col(DigestEntry.id).desc())
    row = session.exec(query.limit(1)).first()
    return DigestTold(row.ts, row.told_at) if row and row.ts and row.told_at else None


def _waiting(channel: str, topic: Topic) -> tuple[Any, Any, Any]:
    return col(DigestEntry.channel) == channel, col(DigestEntry.topic) == topic, col(DigestEntry.ts).is_(None)


def _about(subject: int) -> Any:
    return col(DigestEntry.subject) == subject


def _entry(row: DigestEntry) -> Entry:
    assert row.id is not None
    return Entry(row.id, row.subject, row.added_at, row.told_at, row.gathered)
