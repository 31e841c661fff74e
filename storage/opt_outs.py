"""Opt-outs: the end of tracking, for good. Addresses, domains and HubSpot ids stand here as keyed hashes alone."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import LargeBinary
from sqlmodel import Field, Session, SQLModel, col, select

from decisions.addresses import domain_of
from storage.columns import Moment, Word


class KeyKind(StrEnum):
    """By what someone is recognised."""

    ADDRESS = "address"
    DOMAIN = "domain"
    HUBSPOT_ID = "hubspot_id"


class OptOut(SQLModel, table=True):
    __tablename__ = "opt_out"

    hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    kind: KeyKind = Field(sa_type=Word(KeyKind))
    since: datetime = Field(sa_type=Moment)
    by: str = Field(description="an actor, as in the audit")
    erased_at: datetime | None = Field(default=None, sa_type=Moment, description="and never stored again")


class SealedKey(SQLModel, table=True):
    """The key of the hashes: made with the database, sealed by the newest secret key, never changed."""

    __tablename__ = "sealed_key"

    name: str = Field(primary_key=True)
    sealed: bytes = Field(sa_type=LargeBinary)


HASH_KEY: Final = "opt-out hashes"


@dataclass(frozen=True, slots=True)
class Hasher:
    """Makes the keyed hashes (HMAC-SHA-256) under which opt-outs are kept."""

    key: bytes

    def address(self, email: str) -> bytes:
        return self._hash("a", email)

    def domain(self, domain: str) -> bytes:
        return self._hash("d", domain)

    def hubspot_id(self, hubspot_id: str) -> bytes:
        return self._hash("h", hubspot_id)

    def keys_of(self, email: str) -> tuple[bytes, bytes]:
        """The two hashes by which an address may be opted out: its own, and its domain's."""
        return self.address(email), self.domain(domain_of(email))

    def _hash(self, kind: str, text: str) -> bytes:
        return hmac.digest(self.key, f"{kind}:{text}".encode(), "sha256")


@dataclass(frozen=True, slots=True)
class OptOutState:
    """When and by whom someone was opted out; `erased`: and never to be stored again."""

    since: datetime
    by: str
    erased: bool


def find(session: Session, hashes: Iterable[bytes]) -> dict[bytes, OptOutState]:
    """The opt-outs among `hashes`."""
    query = select(OptOut.hash, OptOut.since, OptOut.by, OptOut.erased_at)
    rows = session.exec(query.where(col(OptOut.hash).in_(hashes)))
    return {bytes(hash_): OptOutState(since, by, erased_at is not None) for hash_, since, by, erased_at in rows}


def opted_out(session: Session, emails: Iterable[str], hasher: Hasher) -> set[str]:
    """Those of the normalised `emails` that are opted out, by themselves or by their domain."""
    keys = {email: hasher.keys_of(email) for email in emails}
    found = find(session, (key for pair in keys.values() for key in pair))
    return {email for email, pair in keys.items() if any(key in found for key in pair)} if found else set()
