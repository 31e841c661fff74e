"""The inbox: HubSpot's hints not yet applied, and Slack's events not yet answered."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, Index, Integer, LargeBinary, Text, cast, delete, func, or_, select, update
from sqlmodel import Field, Session, SQLModel, col

from storage import dead_letters
from storage.bulk import insert_if_missing, write_rows
from storage.columns import Moment, Word, to_microseconds
from storage.database import listed
from storage.dead_letters import DeadLetterTold


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
    trouble: str | None = Field(default=None)


class SlackEvent(SQLModel, table=True):
    """An event of Slack that was acknowledged; Slack may send it again, and tell of one message by several events."""

    __tablename__ = "slack_event"
    __table_args__ = (Index("ux_slack_event_channel_ts", "channel", "ts", unique=True),)

    event_id: str = Field(primary_key=True)
    channel: str | None = Field(default=None)
    ts: str | None = Field(default=None, description="with the channel: the message that several events may tell of")
    received_at: datetime = Field(sa_type=Moment, index=True)
    answered_at: datetime | None = Field(default=None, sa_type=Moment)
    leased_until: datetime | None = Field(default=None, sa_type=Moment, description="until then a process answers it")
    sealed_body: bytes | None = Field(default=None, sa_type=LargeBinary, description="until it is answered")


@dataclass(frozen=True, slots=True)
class HintTold:
    """What a webhook told: this object of HubSpot's may have changed."""

    kind: HintKind
    object_id: str


@dataclass(frozen=True, slots=True)
class ClaimedHint:
    """A hint leased to one process. `times` proves that it was not told again since; `attempts` failed before."""

    kind: HintKind
    object_id: str
    times: int
    attempts: int
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Unanswered:
    """An event of Slack that was acknowledged and not answered, as a process that died left it; leased to one."""

    event_id: str
    sealed_body: bytes


def keep_hints(
    session: Session, hints: Iterable[HintTold], unusable: Iterable[DeadLetterTold] = (), *, now: datetime
) -> None:
    """Keep what a request told. Known hints count up and are due at once, save those that wait after a failure."""
    at = to_microseconds(now)
    told = Counter((hint.kind.value, hint.object_id) for hint in hints)
    rows = [(*key, at, times, at, 0) for key, times in sorted(told.items())]
    if rows:
        columns = ("kind", "object_id", "told_at", "times", "due_at", "attempts")
        write_rows(session, "hint", columns, rows, _TOLD_AGAIN)
    dead_letters.bury(session, unusable, now=now)


_TOLD_AGAIN: Final = """
    ON CONFLICT (kind, object_id) DO UPDATE SET
        times = hint.times + excluded.times,
        told_at = excluded.told_at,
        due_at = CASE WHEN hint.attempts = 0 AND excluded.due_at < hint.due_at
            THEN excluded.due_at ELSE hint.due_at END
"""


def claim(session: Session, limit: int, *, now: datetime, lease: timedelta) -> tuple[ClaimedHint, ...]:
    """Hints that are due, oldest first, leased to the caller; a lease that ran out is anyone's."""
    query = (
        select(col(Hint.kind), col(Hint.object_id), col(Hint.times), col(Hint.attempts), col(Hint.told_at))
        .where(col(Hint.due_at) <= now, or_(col(Hint.leased_until).is_(None), col(Hint.leased_until) <= now))
        .order_by(col(Hint.due_at), col(Hint.kind), col(Hint.object_id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = tuple(ClaimedHint(*row) for row in session.execute(query))
    _set(session, claimed, leased_until=now + lease)
    return claimed


def renew(session: Session, claimed: Sequence[ClaimedHint], until: datetime) -> None:
    """These are still being dealt with; what was given back meanwhile stays so."""
    held = (_among(session, claimed), col(Hint.leased_until).is_not(None))
    session.execute(update(Hint).where(*held).values(leased_until=until))


def applied(session: Session, claimed: Sequence[ClaimedHint]) -> None:
    """These were dealt with: gone, unless they were told again in the meantime; then they are due again."""
    session.execute(delete(Hint).where(_among(session, claimed, unchanged=True)))
    _set(session, claimed, leased_until=None, attempts=0, trouble=None)


def failed(session: Session, claimed: Sequence[ClaimedHint], because: str, retry_at: datetime) -> None:
    """These could not be dealt with: they are due again at `retry_at`."""
    again = {"attempts": Hint.attempts + 1, "due_at": retry_at, "leased_until": None, "trouble": because}
    _set(session, claimed, **again)


def bury(session: Session, claimed: Sequence[ClaimedHint], because: str, *, now: datetime) -> None:
    """These will never be dealt with: dead letters."""
    session.execute(delete(Hint).where(_among(session, claimed)))
    letters = [DeadLetterTold("hubspot", hint.kind.value, because, (hint.object_id,)) for hint in claimed]
    dead_letters.bury(session, letters, now=now)


def waiting(session: Session) -> int:
    """How many hints are not yet applied."""
    return session.scalar(select(func.count()).select_from(Hint)) or 0


def _set(session: Session, claimed: Sequence[ClaimedHint], **values: object) -> None:
    session.execute(update(Hint).where(_among(session, claimed)).values(**values))


def _among(session: Session, claimed: Sequence[ClaimedHint], *, unchanged: bool = False) -> ColumnElement[bool]:
    rows = [(hint.kind.value, hint.object_id, hint.times) for hint in claimed]
    asked = listed(session, rows, kind=Text(), object_id=Text(), times=Integer())
    same = [cast(col(Hint.kind), Text) == asked.c.kind, col(Hint.object_id) == asked.c.object_id]
    if unchanged:
        same.append(col(Hint.times) == asked.c.times)
    return select(asked.c.kind).where(*same).correlate(Hint).exists()


def keep_slack_event(
    session: Session,
    event_id: str,
    channel: str | None,
    ts: str | None,
    sealed_body: bytes,
    *,
    now: datetime,
    lease: timedelta,
) -> bool:
    """
    Keep an event, leased to the caller; False when it is here already.

    It is too when another event tells of the same message.
    """
    event = {"event_id": event_id, "channel": channel, "ts": ts, "received_at": now, "sealed_body": sealed_body}
    return insert_if_missing(session, SlackEvent, event | {"leased_until": now + lease})


def answered(session: Session, event_id: str, *, now: datetime) -> None:
    """The event was answered: what it said is forgotten, that it came is not."""
    done = {"answered_at": now, "sealed_body": None}
    session.execute(update(SlackEvent).where(col(SlackEvent.event_id) == event_id).values(**done))


def claim_unanswered(
    session: Session,
    since: datetime,
    until: datetime,
    *,
    but_not: Collection[str] = (),
    now: datetime,
    lease: timedelta,
) -> tuple[Unanswered, ...]:
    """The unanswered events that came from `since` to `until` and are nobody's, oldest first, leased to the caller."""
    is_free = or_(col(SlackEvent.leased_until).is_(None), col(SlackEvent.leased_until) <= now)
    query = (
        select(col(SlackEvent.event_id), col(SlackEvent.sealed_body))
        .where(col(SlackEvent.received_at) >= since, col(SlackEvent.received_at) <= until, is_free)
        .where(col(SlackEvent.sealed_body).is_not(None), col(SlackEvent.event_id).not_in(but_not))
        .order_by(col(SlackEvent.received_at), col(SlackEvent.event_id))
        .with_for_update(skip_locked=True)
    )
    claimed = tuple(Unanswered(event_id, bytes(body or b"")) for event_id, body in session.execute(query))
    renew_events(session, [event.event_id for event in claimed], now + lease)
    return claimed


def renew_events(session: Session, event_ids: Collection[str], until: datetime) -> None:
    """These are still being answered; those that were answered meanwhile stay so."""
    session.execute(update(SlackEvent).where(col(SlackEvent.event_id).in_(event_ids)).values(leased_until=until))


def drop_older(session: Session, before: datetime) -> int:
    """Give up the unanswered events of before; how many. That they came is remembered, so a repeat is known."""
    late = (col(SlackEvent.received_at) < before, col(SlackEvent.sealed_body).is_not(None))
    done = session.execute(update(SlackEvent).where(*late).values(sealed_body=None))
    return int(done.rowcount)  # type: ignore[attr-defined]


def forget_slack_events(session: Session, before: datetime) -> int:
    """Remove every event of before; how many. Slack repeats an event for minutes, never for a day."""
    done = session.execute(delete(SlackEvent).where(col(SlackEvent.received_at) < before))
    return int(done.rowcount)  # type: ignore[attr-defined]
