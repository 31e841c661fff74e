"""Posted: every message of ours in Slack that names a person, so that it can be renewed, or the name taken out."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Index, delete
from sqlmodel import Field, Session, SQLModel, col, select

from storage.bulk import insert_missing
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
    thread_ts: str | None = Field(default=None, description="of the message in whose thread it stands")


@dataclass(frozen=True, slots=True)
class Message:
    """A message of ours: where it stands, what it tells of, and when it was first posted; in whose thread, if any."""

    channel: str
    ts: str
    kind: Due
    subject: str
    at: datetime
    thread_ts: str | None = None


def remember(
    session: Session,
    *,
    channel: str,
    ts: str,
    kind: Due,
    subject: str | int,
    address_id: int | None,
    now: datetime,
    thread_ts: str | None = None,
) -> None:
    """Know that a message names a person (None: nobody); telling it again changes nothing."""
    same = select(Posted.id).where(
        col(Posted.channel) == channel,
        col(Posted.ts) == ts,
        col(Posted.address_id).is_not_distinct_from(address_id),
    )
    if session.exec(same).first() is None:
        named = Posted(channel=channel, ts=ts, kind=kind, subject=str(subject), address_id=address_id, at=now)
        named.thread_ts = thread_ts
        session.add(named)
        session.flush()


def find(session: Session, kind: Due, subject: str | int, *, channel: str | None) -> Message | None:
    """The newest message in `channel` (None: wherever it stands) that tells of this subject."""
    query = select(Posted).where(col(Posted.kind) == kind, col(Posted.subject) == str(subject))
    if channel is not None:
        query = query.where(col(Posted.channel) == channel)
    row = session.exec(query.order_by(col(Posted.id).desc()).limit(1)).first()
    return _message(row) if row else None


def how_many(session: Session, kind: Due, *, channel: str, since: datetime, most: int) -> int:
    """How many messages of a kind were posted in a channel since then; counted to `most`."""
    there = (col(Posted.channel) == channel, col(Posted.kind) == kind, col(Posted.at) >= since)
    return len(session.exec(select(Posted.id).where(*there).limit(most)).all())


def remember_all(
    session: Session, *, channel: str, ts: str, kind: Due, subject: str, address_ids: Collection[int], now: datetime
) -> None:
    """Know that a message names these people."""
    named = {"channel": channel, "ts": ts, "kind": kind, "subject": subject, "at": now, "thread_ts": None}
    insert_missing(session, Posted, [{**named, "address_id": id_} for id_ in sorted(set(address_ids))])


def naming(session: Session, address_ids: Collection[int]) -> tuple[Message, ...]:
    """Every message that names one of these addresses, oldest first."""
    rows = session.exec(select(Posted).where(col(Posted.address_id).in_(address_ids)).order_by(col(Posted.id)))
    return tuple(dict.fromkeys(_message(row) for row in rows))


def is_known(session: Session, *, channel: str, ts: str) -> bool:
    """Whether a message tells of somebody, or of something that is renewed."""
    there = (col(Posted.channel) == channel, col(Posted.ts) == ts)
    return session.exec(select(Posted.id).where(*there)).first() is not None


def forget(session: Session, *, channel: str, ts: str) -> None:
    """The message names nobody any more, or is gone."""
    session.execute(delete(Posted).where(col(Posted.channel) == channel, col(Posted.ts) == ts))


def _message(row: Posted) -> Message:
    return Message(row.channel, row.ts, row.kind, row.subject, row.at, row.thread_ts)
