"""Opt-outs: the end of tracking, for good. Addresses, domains and HubSpot ids stand here as keyed hashes alone."""

import hmac
import inspect
import os
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

from sqlalchemy import LargeBinary, update
from sqlmodel import Field, Session, SQLModel, col, select

from decisions.addresses import domain_of
from decisions.mendable import Mendable
from decisions.sealing import CannotOpen, Keys, open_bytes, seal_bytes
from storage.bulk import insert_missing, read_rows
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
KEY_OCTETS: Final = 32


class CannotOpenKey(Mendable):
    """
    The key of the opt-out hashes does not open, so that nobody can be recognised as opted out: nothing is tracked.

    Put the secret key that this database was used with back into FOOTLIGHT_SECRET_KEY, after the newest and a comma.
    """


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

    def _hash(self, kind: str, text: str) -> bytes:
        return hmac.digest(self.key, f"{kind}:{text}".encode(), "sha256")


def load_hasher(session: Session, keys: Keys, *, new_key: Callable[[int], bytes] = os.urandom) -> Hasher:
    """
    The hasher of this database: its key is made at first use, and sealed anew when a newer secret key is there.

    Raises:
        CannotOpenKey
    """
    sealed = _sealed(session)
    if sealed is None:
        made = seal_bytes(keys, new_key(KEY_OCTETS), HASH_KEY)
        insert_missing(session, SealedKey, [{"name": HASH_KEY, "sealed": made}])
        sealed = _sealed(session) or made  # another process may have been first
    key = _open(keys, sealed)
    if key is None:
        raise CannotOpenKey(inspect.cleandoc(CannotOpenKey.__doc__ or ""))
    if _open(Keys(keys.secrets[:1]), sealed) is None:
        session.execute(update(SealedKey).values(sealed=seal_bytes(keys, key, HASH_KEY)).where(_IS_HASH_KEY))
    return Hasher(key)


_IS_HASH_KEY: Final = col(SealedKey.name) == HASH_KEY


def _sealed(session: Session) -> bytes | None:
    sealed = session.exec(select(SealedKey.sealed).where(_IS_HASH_KEY)).first()
    return None if sealed is None else bytes(sealed)


def _open(keys: Keys, sealed: bytes) -> bytes | None:
    try:
        return open_bytes(keys, sealed, HASH_KEY)
    except CannotOpen:
        return None


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
    by_domain: dict[str, bytes] = {}
    keys: dict[str, tuple[bytes, bytes]] = {}
    for email in emails:
        domain = domain_of(email)
        if domain not in by_domain:
            by_domain[domain] = hasher.domain(domain)
        keys[email] = hasher.address(email), by_domain[domain]
    if not keys:
        return set()
    asked = {key for pair in keys.values() for key in pair}
    found = {bytes(hash_) for (hash_,) in read_rows(session, _AMONG, [(key,) for key in asked], ("bytea",))}
    return {email for email, pair in keys.items() if not found.isdisjoint(pair)} if found else set()


_AMONG: Final = "SELECT hash FROM {asked} JOIN opt_out ON hash = c1"


@dataclass(frozen=True, slots=True)
class PersonKeys:
    """All hashes by which one person is recognised; `shared` ones, of domains, are also others'."""

    own: Mapping[bytes, KeyKind]
    shared: frozenset[bytes]

    @classmethod
    def of(cls, hasher: Hasher, *, emails: Collection[str], hubspot_ids: Collection[str] = ()) -> "PersonKeys":
        own = {hasher.address(email): KeyKind.ADDRESS for email in emails}
        own |= {hasher.hubspot_id(id_): KeyKind.HUBSPOT_ID for id_ in hubspot_ids}
        return cls(own, frozenset(hasher.domain(domain_of(email)) for email in emails))

    @property
    def all(self) -> tuple[bytes, ...]:
        return (*self.own, *self.shared)


Person = TypeVar("Person")


def states(session: Session, people: Mapping[Person, PersonKeys]) -> dict[Person, OptOutState]:
    """Those of `people` who are opted out by any key: the first time, and whether any key was erased."""
    found = find(session, {hash_ for keys in people.values() for hash_ in keys.all})
    hits = {
        person: [found[key] for key in (*keys.own, *keys.shared) if key in found] for person, keys in people.items()
    }
    return {person: _strongest(those) for person, those in hits.items() if those}


def spread(session: Session, people: Mapping[Person, PersonKeys]) -> dict[Person, OptOutState]:
    """Like `states`, and from now on all keys of each of them are opted out (or erased)."""
    told = states(session, people)
    for person, state in told.items():
        record(session, people[person].own, state.by, state.since, erased_at=state.since if state.erased else None)
    return told


def record(
    session: Session, keys: Mapping[bytes, KeyKind], by: str, since: datetime, *, erased_at: datetime | None = None
) -> None:
    """Opt out by these hashes; one that is opted out already keeps its day, but can become erased."""
    rows = [
        {"hash": hash_, "kind": kind, "since": since, "by": by, "erased_at": erased_at} for hash_, kind in keys.items()
    ]
    insert_missing(session, OptOut, sorted(rows, key=lambda row: row["hash"]))
    if erased_at is not None:
        stale = update(OptOut).where(col(OptOut.hash).in_(keys), col(OptOut.erased_at).is_(None))
        session.execute(stale.values(erased_at=erased_at))


def _strongest(those: Collection[OptOutState]) -> OptOutState:
    first = min(those, key=lambda state: state.since)
    return OptOutState(first.since, first.by, any(state.erased for state in those))
