"""Sync runs: the record of each reconcile of a target group, and the lease on the one under way."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, col

from decisions.mendable import Mendable
from storage.columns import BigId, Moment

# A pass whose heartbeat is this old has died with its process.
DEAD_AFTER: Final = timedelta(seconds=10)
DIED: Final = "the process that ran this pass ended before it was done; the next one took over"


class SyncRun(SQLModel, table=True):
    __tablename__ = "sync_run"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    group_id: int = Field(foreign_key="target_group.id", index=True, sa_type=BigId)
    started_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    added: int = Field(default=0)
    removed: int = Field(default=0)
    updated: int = Field(default=0)
    unchanged: int = Field(default=0)
    failed: int = Field(default=0)
    held_back: int = Field(default=0)
    requests: int = Field(default=0)
    trouble: str | None = Field(default=None, description="why it failed, and what to do")
    reason: str | None = Field(default=None, description="why it was started")


class PassLease(SQLModel, table=True):
    """Who is making a group equal to its list now; taken over when the heartbeat is 10 s old."""

    __tablename__ = "pass_lease"

    group_id: int = Field(foreign_key="target_group.id", primary_key=True, sa_type=BigId)
    holder: str
    heartbeat_at: datetime = Field(sa_type=Moment)
    run_id: int = Field(foreign_key="sync_run.id", sa_type=BigId)


class PassUnderWay(Mendable):
    """Another pass is making this group equal now: wait for it, then make your own."""


class LeaseLost(Exception):
    """This pass was taken for dead and another one began; whatever it still has in hand is void."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to make a group equal, and the record of it."""

    group_id: int
    run_id: int
    holder: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a pass did. `updated` members hold other properties than before; `trouble`: why it failed."""

    added: int = 0
    removed: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    held_back: int = 0
    requests: int = 0
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class RunView:
    """A sync run as people see it; under way while `ended_at` is None. `reason`: why it was started."""

    started_at: datetime
    ended_at: datetime | None
    reason: str | None
    outcome: Outcome

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it is under way."""
        return None if self.ended_at is None else (self.ended_at - self.started_at).total_seconds()


def begin(session: Session, group_id: int, holder: str, *, now: datetime, reason: str | None = None) -> Lease:
    """
    Begin a pass; `reason` is why, in words.

    Raises:
        PassUnderWay: while another one lives.
    """
    held = session.get(PassLease, group_id, with_for_update=True)
    if held is not None and held.heartbeat_at > now - DEAD_AFTER:
        raise PassUnderWay(PassUnderWay.__doc__)
    run = SyncRun(group_id=group_id, started_at=now, reason=reason)
    session.add(run)
    session.flush()
    assert run.id is not None
    if held is None:
        _take(session, PassLease(group_id=group_id, holder=holder, heartbeat_at=now, run_id=run.id))
    else:
        session.execute(_ended(held.run_id, Outcome(trouble=DIED), now))
        held.holder, held.heartbeat_at, held.run_id = holder, now, run.id
    session.flush()
    return Lease(group_id, run.id, holder)


def heartbeat(session: Session, lease: Lease, *, now: datetime) -> None:
    """
    Say that the pass lives. Each write of a pass begins with this, so that a pass taken for dead writes no more.

    Raises:
        LeaseLost
    """
    said = session.execute(update(PassLease).where(*_held(lease)).values(heartbeat_at=now))
    if not said.rowcount:  # type: ignore[attr-defined]
        raise LeaseLost(LeaseLost.__doc__)


def end(session: Session, lease: Lease, outcome: Outcome, *, now: datetime) -> None:
    """
    End the pass and let the next one begin.

    Raises:
        LeaseLost
    """
    heartbeat(session, lease, now=now)
    session.execute(delete(PassLease).where(*_held(lease)))
    session.execute(_ended(lease.run_id, outcome, now))


def newest(session: Session, group_id: int, limit: int) -> list[RunView]:
    """The last sync runs of a group, newest first."""
    query = select(SyncRun).where(col(SyncRun.group_id) == group_id).order_by(col(SyncRun.id).desc()).limit(limit)
    return [RunView(run.started_at, run.ended_at, run.reason, _outcome(run)) for run in session.scalars(query)]


def last_begun(session: Session) -> dict[int, datetime]:
    """When the last pass of each group began."""
    group_id = col(SyncRun.group_id)
    rows = session.execute(select(group_id, func.max(col(SyncRun.started_at))).group_by(group_id)).all()
    return {row[0]: row[1] for row in rows}


def under_way(session: Session, *, now: datetime) -> frozenset[int]:
    """The groups that a pass which lives is making equal now."""
    lives = col(PassLease.heartbeat_at) > now - DEAD_AFTER
    return frozenset(session.scalars(select(col(PassLease.group_id)).where(lives)))


def _take(session: Session, lease: PassLease) -> None:
    try:
        with session.begin_nested():
            session.add(lease)
    except IntegrityError as error:  # two processes found it free at the same moment (PostgreSQL)
        raise PassUnderWay(PassUnderWay.__doc__) from error


def _held(lease: Lease) -> tuple[Any, ...]:
    return col(PassLease.group_id) == lease.group_id, col(PassLease.run_id) == lease.run_id


def _ended(run_id: int, outcome: Outcome, now: datetime) -> Any:
    return update(SyncRun).where(col(SyncRun.id) == run_id).values(ended_at=now, **asdict(outcome))


def _outcome(run: SyncRun) -> Outcome:
    return Outcome(**{field.name: getattr(run, field.name) for field in fields(Outcome)})
