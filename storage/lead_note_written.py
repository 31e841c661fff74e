"""Somebody wrote in the thread of a lead's message: the lead keeps it, and its messages say so."""

from datetime import datetime

from sqlmodel import Session, col, select

from storage import audit, lead_notes, leads
from storage.lead_notes import NoteChange, Written
from storage.leads import Lead, LeadStage
from storage.outbox import Due
from storage.posted import Posted


def is_leads_thread(session: Session, channel: str, thread_ts: str) -> bool:
    """Whether the thread is that of a lead's message."""
    return _lead_of(session, channel, thread_ts) is not None


def note_written(session: Session, thread_ts: str, written: Written, *, now: datetime) -> None:
    """Keep what was written, edited or removed in a lead's thread. Of who opted out nothing is kept any more."""
    lead_id = _lead_of(session, written.channel, thread_ts)
    lead = session.get(Lead, lead_id) if lead_id is not None else None
    if lead is None or (lead.stage is LeadStage.OPTED_OUT and written.text):
        return
    change = lead_notes.keep(session, lead.address_id, written)
    if change is None:
        return
    leads.owe_changed(session, [lead.id or 0], now=now)
    # Slack does not tell who removed a message: its author, or an admin.
    actor = "slack" if change is NoteChange.REMOVED else written.author
    audit.note(session, now=now, actor=actor, action=change.value, address_id=lead.address_id)


def _lead_of(session: Session, channel: str, ts: str) -> int | None:
    there = (col(Posted.channel) == channel, col(Posted.ts) == ts, col(Posted.kind) == Due.LEAD_CHANGED)
    subject = session.exec(select(Posted.subject).where(*there)).first()
    return int(subject) if subject else None
