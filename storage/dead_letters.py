"""Dead letters: what came and could not be used, without values; and the types of events that nobody knows."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Field, Session, SQLModel, col, select

from storage.bulk import add_counts
from storage.columns import BigId, Json, Moment, to_microseconds


class DeadLetter(SQLModel, table=True):
    """What came and could not be used: type, ids, reason and names of fields, never values. Kept 30 days."""

    __tablename__ = "dead_letter"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    source: str
    kind: str
    reason: str
    ids: list[str] = Field(default_factory=list, sa_type=Json)
    fields: list[str] = Field(default_factory=list, sa_type=Json)
    at: datetime = Field(sa_type=Moment, index=True)


class UnknownType(SQLModel, table=True):
    """Events of a type that we have no row for: counted, so that `footlight check` can name them."""

    __tablename__ = "unknown_type"

    source: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    times: int
    last_at: datetime = Field(sa_type=Moment)


@dataclass(frozen=True, slots=True)
class DeadLetterTold:
    """What could not be used, without values: its type, the ids in it, why, and the names of its fields."""

    source: str
    kind: str
    reason: str
    ids: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    """An unknown type and how often it came."""

    source: str
    kind: str
    times: int
    last_at: datetime


def bury(session: Session, letters: Iterable[DeadLetterTold], *, now: datetime) -> None:
    """Keep what cannot be used, for whoever looks for the reason."""
    session.add_all(
        [
            DeadLetter(
                source=letter.source,
                kind=letter.kind,
                reason=letter.reason,
                ids=list(letter.ids),
                fields=list(letter.fields),
                at=now,
            )
            for letter in letters
        ]
    )
    session.flush()


def newest(session: Session, limit: int) -> tuple[DeadLetterTold, ...]:
    """The last dead letters, newest first."""
    rows = session.exec(select(DeadLetter).order_by(col(DeadLetter.at).desc(), col(DeadLetter.id).desc()).limit(limit))
    return tuple(DeadLetterTold(row.source, row.kind, row.reason, tuple(row.ids), tuple(row.fields)) for row in rows)


def forget(session: Session, before: datetime) -> int:
    """Remove the dead letters of before; how many."""
    return session.execute(delete(DeadLetter).where(col(DeadLetter.at) < before)).rowcount  # type: ignore[attr-defined,no-any-return]


def count_unknown(session: Session, source: str, kinds: Iterable[str], *, now: datetime) -> None:
    """Count events whose type we do not know."""
    at = to_microseconds(now)
    rows = [(source, kind, times, at) for kind, times in Counter(kinds).items()]
    add_counts(session, "unknown_type", ("source", "kind"), ("times",), rows, latest=("last_at",))


def unknown_types(session: Session) -> tuple[Counted, ...]:
    """The unknown types that came, the most frequent first."""
    query = select(UnknownType.source, UnknownType.kind, UnknownType.times, UnknownType.last_at)
    return tuple(Counted(*row) for row in session.exec(query.order_by(col(UnknownType.times).desc())))
