"""API keys: named, revocable, each with its scopes; only their hashes are kept."""

import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final

from sqlalchemy import Index, LargeBinary, text
from sqlmodel import Field, Session, SQLModel, col, select

from decisions.mendable import Mendable
from decisions.outside_text import clean
from storage import audit
from storage.columns import BigId, Moment


class Scope(StrEnum):
    """What a key may: READ leaves e-mail addresses out, READ_ADDRESSES is READ with them."""

    READ = "read"
    READ_ADDRESSES = "read:addresses"
    SIGNATURES = "signatures"
    OPT_OUTS = "opt-outs"


class ApiKey(SQLModel, table=True):
    __tablename__ = "api_key"
    __table_args__ = (
        Index(
            "ux_api_key_name_key",
            "name_key",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    name: str
    name_key: str = Field(description="the name case-folded; free again when the key is revoked")
    # A key is 256 random bits: nothing is gained by a slow hash.
    hash: bytes = Field(unique=True, sa_type=LargeBinary, description="SHA-256 of the key")
    scopes: str = Field(description="words with a space between them")
    created_at: datetime = Field(sa_type=Moment)
    revoked_at: datetime | None = Field(default=None, sa_type=Moment)


PREFIX: Final = "fl_"
LONGEST_NAME: Final = 100
KEY_OCTETS: Final = 32


class KeyRefused(Mendable, ValueError):
    """This key cannot be made; the text says why."""


class NoSuchKey(Mendable):
    """No key in force has this name: `footlight keys list` names them."""


@dataclass(frozen=True, slots=True)
class KeyView:
    """A key as it is listed; the key itself is known to whoever was given it, and to nobody else."""

    id: int
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made: `key` is told now and never again."""

    view: KeyView
    key: str


def create(
    session: Session,
    name: str,
    scopes: Collection[Scope],
    *,
    actor: str,
    now: datetime,
    new_secret: Callable[[int], str] = secrets.token_urlsafe,
) -> NewKey:
    """
    Make a key.

    Raises:
        KeyRefused: it has no name or no scope, or a key in force has that name.
    """
    called = " ".join(clean(name, LONGEST_NAME).split())
    if not called or not scopes:
        raise KeyRefused("a key needs a name and at least one scope")
    if _in_force(session, called) is not None:
        raise KeyRefused(f"there is a key named {called} already: revoke it, or choose another name")
    key = PREFIX + new_secret(KEY_OCTETS)
    words = " ".join(scope for scope in Scope if scope in scopes)
    row = ApiKey(name=called, name_key=called.casefold(), hash=_hash(key), scopes=words, created_at=now)
    session.add(row)
    session.flush()
    audit.note(session, now=now, actor=actor, action="made an API key", detail=f"key {row.id}: {words}")
    return NewKey(_view(row), key)


def revoke(session: Session, name: str, *, actor: str, now: datetime) -> None:
    """
    From the next request on, the key of this name (in any case) opens nothing.

    Raises:
        NoSuchKey
    """
    row = _in_force(session, name)
    if row is None:
        raise NoSuchKey(f"{name}: {NoSuchKey.__doc__}")
    row.revoked_at = now
    session.flush()
    audit.note(session, now=now, actor=actor, action="revoked an API key", detail=f"key {row.id}")


def revocations(session: Session) -> dict[bytes, datetime]:
    """When each revoked key was revoked, by the key's hash."""
    revoked = select(ApiKey).where(col(ApiKey.revoked_at).is_not(None))
    return {row.hash: row.revoked_at for row in session.exec(revoked) if row.revoked_at}


def revoke_again(session: Session, since: Mapping[bytes, datetime], *, actor: str, now: datetime) -> int:
    """Of the keys with these hashes those in force are revoked, since when they were; how many."""
    again = [row for row in session.exec(select(ApiKey).where(col(ApiKey.revoked_at).is_(None))) if row.hash in since]
    for row in again:
        row.revoked_at = since[row.hash]
        audit.note(session, now=now, actor=actor, action="revoked an API key", detail=f"key {row.id}")
    session.flush()
    return len(again)


def all_keys(session: Session) -> tuple[KeyView, ...]:
    """Every key, revoked ones too, oldest first."""
    return tuple(_view(row) for row in session.exec(select(ApiKey).order_by(col(ApiKey.id))))


def are_there_any(session: Session) -> bool:
    """Whether any key is in force."""
    return session.exec(select(ApiKey.id).where(col(ApiKey.revoked_at).is_(None)).limit(1)).first() is not None


def has_form(key: str) -> bool:
    """Whether this may be a key that `create` made."""
    return key.startswith(PREFIX) and key.isascii()


def find(session: Session, key: str) -> KeyView | None:
    """The key in force that this text is."""
    row = session.exec(select(ApiKey).where(ApiKey.hash == _hash(key), col(ApiKey.revoked_at).is_(None))).first()
    return _view(row) if row else None


def _in_force(session: Session, name: str) -> ApiKey | None:
    same = col(ApiKey.name_key) == " ".join(name.split()).casefold()
    return session.exec(select(ApiKey).where(same, col(ApiKey.revoked_at).is_(None))).first()


def _hash(key: str) -> bytes:
    return sha256(key.encode()).digest()


def _view(row: ApiKey) -> KeyView:
    assert row.id is not None
    return KeyView(row.id, row.name, tuple(map(Scope, row.scopes.split())), row.created_at, row.revoked_at)
