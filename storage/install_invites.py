"""Invitations to install us in a workspace: links that are good once, and the installations that they began."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import LargeBinary, delete
from sqlmodel import Field, Session, SQLModel, col, select

from storage import audit
from storage.columns import Moment

GOOD_FOR: Final = timedelta(days=1)
STATE_GOOD_FOR: Final = timedelta(minutes=10)
OCTETS: Final = 32

NewSecret = Callable[[int], str]


class InstallInvite(SQLModel, table=True):
    """An invitation that nobody used yet."""

    __tablename__ = "install_invite"

    # An invitation is 256 random bits: nothing is gained by a slow hash.
    hash: bytes = Field(primary_key=True, sa_type=LargeBinary, description="SHA-256 of the link's secret")
    expires_at: datetime = Field(sa_type=Moment)


class InstallState(SQLModel, table=True):
    """An installation that was begun and is not back from Slack."""

    __tablename__ = "install_state"

    hash: bytes = Field(primary_key=True, sa_type=LargeBinary, description="SHA-256 of OAuth's state")
    invite_hash: bytes = Field(sa_type=LargeBinary)
    expires_at: datetime = Field(sa_type=Moment)


def invite(session: Session, *, actor: str, now: datetime, new_secret: NewSecret = secrets.token_urlsafe) -> str:
    """Make an invitation that is good for a day: its secret, told now and never again."""
    session.execute(delete(InstallInvite).where(col(InstallInvite.expires_at) <= now))
    session.execute(delete(InstallState).where(col(InstallState.expires_at) <= now))
    made = new_secret(OCTETS)
    session.add(InstallInvite(hash=_hash(made), expires_at=now + GOOD_FOR))
    audit.note(session, now=now, actor=actor, action="invited a workspace")
    return made


def begin(
    session: Session, invited: str, *, now: datetime, new_secret: NewSecret = secrets.token_urlsafe
) -> str | None:
    """The state of an installation begun by this invitation, good for ten minutes; None: it is not good (any more)."""
    good = (InstallInvite.hash == _hash(invited), col(InstallInvite.expires_at) > now)
    if session.exec(select(InstallInvite.hash).where(*good)).first() is None:
        return None
    state = new_secret(OCTETS)
    session.add(InstallState(hash=_hash(state), invite_hash=_hash(invited), expires_at=now + STATE_GOOD_FOR))
    return state


def use(session: Session, state: str, *, now: datetime) -> bool:
    """Use up a state and the invitation that it began with; False: neither is good any more, or never was."""
    begun = (
        delete(InstallState)
        .where(col(InstallState.hash) == _hash(state))
        .returning(col(InstallState.invite_hash), col(InstallState.expires_at))
    )
    row = session.execute(begun).first()
    if row is None or row.expires_at <= now:
        return False
    good = (col(InstallInvite.hash) == row.invite_hash, col(InstallInvite.expires_at) > now)
    return bool(session.execute(delete(InstallInvite).where(*good)).rowcount)  # type: ignore[attr-defined]


def _hash(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()
