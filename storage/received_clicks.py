"""Received clicks: which events of other signature tools were taken already, by a hash of their id."""

from collections.abc import Collection
from datetime import datetime
from hashlib import sha256

from sqlalchemy import LargeBinary
from sqlmodel import Field, Session, SQLModel, col, select

from storage.columns import Moment


class ReceivedClick(SQLModel, table=True):
    """A tool may put an address into its ids, so only their SHA-256 is kept; for ever, as repeats have no age."""

    __tablename__ = "received_click"

    hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    at: datetime = Field(sa_type=Moment)


def take_new(session: Session, ids: Collection[str], *, now: datetime) -> set[str]:
    """Those of `ids` that were never taken; from now on they are."""
    hashes = {sha256(id_.encode()).digest(): id_ for id_ in ids}
    taken = session.exec(select(ReceivedClick.hash).where(col(ReceivedClick.hash).in_(hashes)))
    new = hashes.keys() - {bytes(hash_) for hash_ in taken}
    session.add_all([ReceivedClick(hash=hash_, at=now) for hash_ in sorted(new)])
    return {hashes[hash_] for hash_ in new}
