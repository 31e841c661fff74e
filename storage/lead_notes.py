"""Notes on leads: what people wrote in the thread of a lead's message, as it stands there now."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, func, update
from sqlmodel import Field, Session, SQLModel, col, select

from storage.bulk import insert_if_missing
from storage.columns import BigId, Moment


class LeadNote(SQLModel, table=True):
    """
    One message of a thread.

    Removed in Slack, its text goes and its row stays, so that an event that comes late cannot bring it back.
    """

    __tablename__ = "lead_note"
    __table_args__ = (Index("ux_lead_note_channel_ts", "channel", "ts", unique=True),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    address_id: int = Field(foreign_key="address.id", index=True, sa_type=BigId)
    channel: str
    ts: str
    author: str = Field(description="as an actor (see audit)")
    text: str = Field(default="", description="plain; empty: it was removed")
    at: datetime = Field(sa_type=Moment)
    revised_at: datetime = Field(sa_type=Moment, description="since when it has been so: written, edited, or removed")


@dataclass(frozen=True, slots=True)
class Written:
    """What Slack told of a message in a thread: `text` is plain, and empty when it was removed."""

    channel: str
    ts: str
    author: str
    text: str
    at: datetime
    revised_at: datetime


class NoteChange(StrEnum):
    """What became of a note."""

    WRITTEN = "wrote a note on a lead"
    EDITED = "edited a note on a lead"
    REMOVED = "removed a note on a lead"


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it is shown; `author` as an actor."""

    author: str
    text: str
    at: datetime


def keep(session: Session, address_id: int, written: Written) -> NoteChange | None:
    """Keep the newest state of a note, in whatever order Slack tells of them; None: nothing changed."""
    state = {"text": written.text, "revised_at": written.revised_at}
    named = {"channel": written.channel, "ts": written.ts}
    row = {**named, **state, "address_id": address_id, "author": written.author, "at": written.at}
    if insert_if_missing(session, LeadNote, row):
        return NoteChange.WRITTEN if written.text else None
    older = (
        col(LeadNote.channel) == written.channel,
        col(LeadNote.ts) == written.ts,
        col(LeadNote.revised_at) < written.revised_at,
    )
    if session.execute(update(LeadNote).where(*older).values(**state)).rowcount != 1:  # type: ignore[attr-defined]
        return None
    return NoteChange.EDITED if written.text else NoteChange.REMOVED


def of_addresses(session: Session, address_ids: Collection[int]) -> tuple[Note, ...]:
    """The notes on these addresses, oldest first."""
    there = (col(LeadNote.address_id).in_(address_ids), col(LeadNote.text) != "")
    rows = session.exec(select(LeadNote).where(*there).order_by(col(LeadNote.at), col(LeadNote.id)))
    return tuple(Note(row.author, row.text, row.at) for row in rows)


def how_many(session: Session, address_ids: Collection[int]) -> dict[int, int]:
    """How many notes there are, by address."""
    there = (col(LeadNote.address_id).in_(address_ids), col(LeadNote.text) != "")
    rows = session.execute(
        select(col(LeadNote.address_id), func.count()).where(*there).group_by(col(LeadNote.address_id))
    )
    return dict(rows.all())
