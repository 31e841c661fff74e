"""How far HubSpot's webhooks journal was read, and of which lists it was asked to tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Field, Session, SQLModel

from storage.columns import Json, Moment
from storage.inbox import HintKind, HintTold, keep_hints
from storage.target_groups import all_groups


class JournalPlace(SQLModel, table=True):
    """Where the next reading begins: behind `offset`, or at the oldest file where there is none."""

    __tablename__ = "journal_place"

    portal_id: str = Field(primary_key=True)
    offset: str | None = Field(default=None)
    list_ids: list[str] = Field(default_factory=list, sa_type=Json, description="subscribed to")
    read_at: datetime | None = Field(default=None, sa_type=Moment, description="when it was last read to its end")


@dataclass(frozen=True, slots=True)
class JournalPlaceView:
    """Where the journal stands for us; `list_ids` are those it tells of."""

    offset: str | None = None
    list_ids: tuple[str, ...] = ()
    read_at: datetime | None = None


def place(session: Session, portal_id: str) -> JournalPlaceView:
    """The place in this portal's journal."""
    row = session.get(JournalPlace, portal_id)
    return JournalPlaceView(row.offset, tuple(row.list_ids), row.read_at) if row else JournalPlaceView()


def mirrored_lists(session: Session) -> tuple[str, ...]:
    """The lists that the journal is to tell of."""
    return tuple(sorted(group.hubspot_list_id for group in all_groups(session) if group.hubspot_list_id is not None))


def subscribed(session: Session, portal_id: str, list_ids: Sequence[str]) -> None:
    """The journal tells of these lists from now on."""
    _row(session, portal_id).list_ids = list(list_ids)
    session.flush()


def read_up_to(session: Session, portal_id: str, offset: str) -> None:
    """Everything up to `offset` is kept here."""
    _row(session, portal_id).offset = offset
    session.flush()


def read_to_its_end(session: Session, portal_id: str, *, now: datetime) -> None:
    """There was nothing newer."""
    _row(session, portal_id).read_at = now
    session.flush()


def offset_lost(session: Session, portal_id: str, *, now: datetime) -> None:
    """HubSpot knows our place no more, so something may have been missed: begin anew, and look at every list."""
    _row(session, portal_id).offset = None
    keep_hints(session, [HintTold(HintKind.LIST, each) for each in mirrored_lists(session)], now=now)


def _row(session: Session, portal_id: str) -> JournalPlace:
    row = session.get(JournalPlace, portal_id)
    if row is None:
        row = JournalPlace(portal_id=portal_id)
        session.add(row)
    return row
