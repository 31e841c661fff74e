"""Moves: what people make of a lead. Of two who move it at once, one wins, and the other learns who."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import update
from sqlmodel import Session, col, select

from decisions.outside_text import clean
from storage import audit, outbox
from storage.leads import Lead, LeadStage, owe_changed
from storage.outbox import Due

LONGEST_REASON: Final = 200


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


def hand_over(session: Session, lead_id: int, to: str, *, actor: str, now: datetime) -> LeadMoved:
    """
    Another one takes care of a lead that is open, or claimed by `actor`; they are told, with the lead's message.

    Args:
        to: as an actor.

    Raises:
        NoSuchLead, AlreadyMoved
    """
    lead = _movable(session, lead_id, actor)
    _change(session, lead, "handed over a lead", actor, now, stage=LeadStage.CLAIMED, held_by=to)
    if (user_id := audit.slack_user(to)) and to != actor:
        outbox.owe(session, Due.LEAD_CHANGED, lead_id, destination=outbox.slack(user_id), now=now)
    return LeadMoved(lead_id, LeadStage.CLAIMED, actor, now)


def snooze(session: Session, lead_id: int, until: datetime, *, actor: str, now: datetime) -> LeadMoved:
    """
    A lead that is open, or claimed by `actor`, is not news before `until`.

    Raises:
        NoSuchLead, AlreadyMoved
    """
    lead = _movable(session, lead_id, actor)
    _change(session, lead, "snoozed a lead", actor, now, stage=lead.stage, held_by=lead.held_by, snoozed_until=until)
    return LeadMoved(lead_id, lead.stage, actor, now)


def give_reason(session: Session, lead_id: int, reason: str, *, actor: str, now: datetime) -> None:
    """
    Say why a dismissed lead is of no interest; empty takes it back.

    Raises:
        NoSuchLead, AlreadyMoved
    """
    lead = _locked(session, lead_id)
    if lead.stage is not LeadStage.DISMISSED:
        raise AlreadyMoved(lead.stage, lead.changed_by, lead.changed_at)
    told = clean(reason, LONGEST_REASON).strip() or None
    session.execute(update(Lead).where(col(Lead.id) == lead_id).values(reason=told))
    owe_changed(session, [lead_id], now=now)
    audit.note(session, now=now, actor=actor, action="gave a reason for a dismissal", address_id=lead.address_id)


def wake(session: Session, limit: int, *, now: datetime) -> int:
    """Leads whose snooze is over are news again; how many, at most `limit`."""
    due = select(Lead.id).where(col(Lead.snoozed_until) <= now).order_by(col(Lead.snoozed_until)).limit(limit)
    ids = [id_ for id_ in session.exec(due.with_for_update(skip_locked=True)) if id_ is not None]
    session.execute(update(Lead).where(col(Lead.id).in_(ids)).values(snoozed_until=None, woke_at=now))
    owe_changed(session, ids, now=now)
    return len(ids)


def _move(session: Session, lead_id: int, move: _Move, actor: str, now: datetime) -> LeadMoved:
    lead = _locked(session, lead_id)
    if lead.stage is move.to and actor == (lead.held_by if move is _CLAIM else lead.changed_by):
        return LeadMoved(lead_id, lead.stage, actor, lead.changed_at)
    if lead.stage not in move.from_stages or (move.only_own and _is_others(lead, actor)):
        raise AlreadyMoved(lead.stage, lead.held_by or lead.changed_by, lead.changed_at)
    held_by = actor if move is _CLAIM else None
    _change(session, lead, move.action, actor, now, stage=move.to, held_by=held_by)
    return LeadMoved(lead_id, move.to, actor, now)


def _movable(session: Session, lead_id: int, actor: str) -> Lead:
    lead = _locked(session, lead_id)
    if lead.stage not in _DISMISS.from_stages or _is_others(lead, actor):
        raise AlreadyMoved(lead.stage, lead.held_by or lead.changed_by, lead.changed_at)
    return lead


def _locked(session: Session, lead_id: int) -> Lead:
    lead = session.get(Lead, lead_id, with_for_update=True, populate_existing=True)
    if lead is None:
        raise NoSuchLead(NoSuchLead.__doc__)
    return lead


def _is_others(lead: Lead, actor: str) -> bool:
    return lead.stage is LeadStage.CLAIMED and lead.held_by != actor


def _change(
    session: Session,
    lead: Lead,
    action: str,
    actor: str,
    now: datetime,
    *,
    stage: LeadStage,
    held_by: str | None,
    snoozed_until: datetime | None = None,
) -> None:
    """Whatever somebody does with a lead ends its snooze, and what it spoke up for."""
    moved = {"stage": stage, "held_by": held_by, "changed_by": actor, "changed_at": now, "snoozed_until": snoozed_until}
    afresh = {"clicks_since_dismissed": 0, "reason": None, "woke_at": None}
    session.execute(update(Lead).where(col(Lead.id) == lead.id).values(**moved, **afresh))
    owe_changed(session, [lead.id or 0], now=now)
    audit.note(session, now=now, actor=actor, action=action, address_id=lead.address_id)
