"""Moves: what people make of a lead. Of two who move it at once, one wins, and the other learns who."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import update
from sqlmodel import Session, col

from storage import audit
from storage.leads import Lead, LeadStage, owe_changed


@dataclass(frozen=True, slots=True)
class LeadMoved:
    """Where a lead stands after somebody's move."""

    lead_id: int
    stage: LeadStage
    by: str
    at: datetime


class NoSuchLead(Exception):
    """This lead is gone: the person was erased. Its message will go as well."""


@dataclass(eq=False)  # Python writes to an exception's attributes while it is raised
class AlreadyMoved(Exception):
    """Somebody was first, or the lead has ended: show who (`by`, None: the lead itself), when and what it is now."""

    stage: LeadStage
    by: str | None
    at: datetime

    def __str__(self) -> str:
        return f"the lead is {self.stage} since {self.at:%Y-%m-%d %H:%M} UTC, by {self.by or 'its own clicks'}"


@dataclass(frozen=True, slots=True)
class _Move:
    """`only_own`: from a claim of somebody else it leads nowhere."""

    action: str
    from_stages: Set[LeadStage]
    to: LeadStage
    only_own: bool = False


_CLAIM: Final = _Move("claimed a lead", {LeadStage.OPEN}, LeadStage.CLAIMED)
_RELEASE: Final = _Move("released a lead", {LeadStage.CLAIMED}, LeadStage.OPEN)
_DISMISS: Final = _Move("dismissed a lead", {LeadStage.OPEN, LeadStage.CLAIMED}, LeadStage.DISMISSED, only_own=True)
_UNDO: Final = _Move("took back a dismissal", {LeadStage.DISMISSED}, LeadStage.OPEN)


def claim(session: Session, lead_id: int, *, actor: str, now: datetime) -> LeadMoved:
    """
    `actor` takes care of an open lead; a second time by the same one changes nothing.

    Raises:
        NoSuchLead, AlreadyMoved
    """
    return _move(session, lead_id, _CLAIM, actor, now)


def release(session: Session, lead_id: int, *, actor: str, now: datetime) -> LeadMoved:
    """
    A claimed lead is open again, whoever claimed it.

    Raises:
        NoSuchLead, AlreadyMoved
    """
    return _move(session, lead_id, _RELEASE, actor, now)


def dismiss(session: Session, lead_id: int, *, actor: str, now: datetime) -> LeadMoved:
    """
    A lead that is open, or claimed by `actor`, is of no interest until it clicked five times more.

    Raises:
        NoSuchLead, AlreadyMoved
    """
    return _move(session, lead_id, _DISMISS, actor, now)


def undo(session: Session, lead_id: int, *, actor: str, now: datetime) -> LeadMoved:
    """
    A dismissed lead is open again.

    Raises:
        NoSuchLead, AlreadyMoved
    """
    return _move(session, lead_id, _UNDO, actor, now)


def _move(session: Session, lead_id: int, move: _Move, actor: str, now: datetime) -> LeadMoved:
    lead = session.get(Lead, lead_id, with_for_update=True, populate_existing=True)
    if lead is None:
        raise NoSuchLead(NoSuchLead.__doc__)
    if lead.stage is move.to and lead.changed_by == actor:
        return LeadMoved(lead_id, lead.stage, actor, lead.changed_at)
    is_others = lead.stage is LeadStage.CLAIMED and lead.changed_by != actor
    if lead.stage not in move.from_stages or (move.only_own and is_others):
        raise AlreadyMoved(lead.stage, lead.changed_by, lead.changed_at)
    moved = {"stage": move.to, "changed_by": actor, "changed_at": now, "clicks_since_dismissed": 0}
    session.execute(update(Lead).where(col(Lead.id) == lead_id).values(**moved))
    owe_changed(session, [lead_id], now=now)
    audit.note(session, now=now, actor=actor, action=move.action, address_id=lead.address_id)
    return LeadMoved(lead_id, move.to, actor, now)
