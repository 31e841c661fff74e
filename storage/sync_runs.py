"""Sync runs: the record of each reconcile of a target group, and the lease on the one under way."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from storage.columns import BigId, Moment


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


class PassLease(SQLModel, table=True):
    """Who is making a group equal to its list now; taken over when the heartbeat is 10 s old."""

    __tablename__ = "pass_lease"

    group_id: int = Field(foreign_key="target_group.id", primary_key=True, sa_type=BigId)
    holder: str
    heartbeat_at: datetime = Field(sa_type=Moment)
    run_id: int = Field(foreign_key="sync_run.id", sa_type=BigId)
