"""A lead that somebody wants in HubSpot: who asked, what HubSpot is owed, and what it answered."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from storage import audit, leads, outbox
from storage.lead_moves import AlreadyMoved, NoSuchLead
from storage.leads import HubSpotRefusal, Lead
from storage.outbox import Due


class AlreadyAsked(Exception):
    """Somebody asked for it before (`by`, at `at`), and HubSpot has not answered yet."""

    def __init__(self, by: str | None, at: datetime) -> None:
        super().__init__(f"HubSpot was asked at {at:%Y-%m-%d %H:%M} UTC, by {by}")
        self.by, self.at = by, at


def ask(session: Session, lead_id: int, *, actor: str, now: datetime) -> None:
    """
    Let HubSpot have a lead: it is owed, and the lead's messages say so.

    Raises:
        NoSuchLead, AlreadyMoved, AlreadyAsked
    """
    lead = session.get(Lead, lead_id, with_for_update=True, populate_existing=True)
    if lead is None:
        raise NoSuchLead(NoSuchLead.__doc__)
    if lead.stage in leads.ENDS:
        raise AlreadyMoved(lead.stage, lead.changed_by, lead.changed_at)
    if lead.asked_at is not None and lead.refusal is None:
        raise AlreadyAsked(lead.asked_by, lead.asked_at)
    _set(session, lead_id, asked_by=actor, asked_at=now, refusal=None)
    outbox.owe(session, Due.ADD_TO_HUBSPOT, lead_id, destination=outbox.HUBSPOT, now=now)
    leads.owe_changed(session, [lead_id], now=now)
    audit.note(session, now=now, actor=actor, action="asked to add a lead to HubSpot", address_id=lead.address_id)


def refused(session: Session, lead_id: int, refusal: HubSpotRefusal, *, needs: str = "", now: datetime) -> None:
    """
    HubSpot did not take it, and would not take it again: it may be asked for anew, and who asked is told in Slack.

    Args:
        needs: the scopes of which the token lacks one.
    """
    lead = session.get(Lead, lead_id, with_for_update=True, populate_existing=True)
    if lead is None or lead.stage in leads.ENDS:
        return
    _set(session, lead_id, refusal=refusal)
    leads.owe_changed(session, [lead_id], now=now)
    audit.note(session, now=now, actor="hubspot", action="refused to add a lead", address_id=lead.address_id)
    if user_id := audit.slack_user(lead.asked_by):
        facts = {"refusal": refusal.value, "needs": needs}
        destination = outbox.slack(user_id)
        outbox.owe(session, Due.HUBSPOT_REFUSED, lead_id, destination=destination, now=now, facts=facts)


def _set(session: Session, lead_id: int, **values: object) -> None:
    session.execute(update(Lead).where(col(Lead.id) == lead_id).values(**values))
