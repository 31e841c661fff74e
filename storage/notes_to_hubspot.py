"""Notes on a lead on their way to HubSpot, when somebody made it a contact there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

from storage import lead_notes, opt_outs, outbox
from storage.addresses import Address
from storage.contacts import present_id
from storage.lead_notes import Note
from storage.leads import Lead
from storage.opt_outs import Hasher
from storage.outbox import Due

# A lane of its own: a token that may not write notes keeps no contact from being made.
DESTINATION: Final = f"{outbox.HUBSPOT}:notes"


@dataclass(frozen=True, slots=True)
class NotesOfLead:
    """The notes on the lead that a contact was, oldest first."""

    hubspot_id: str
    lead_id: int
    notes: tuple[Note, ...]


def owe(session: Session, lead_id: int, *, now: datetime) -> None:
    """Owe HubSpot what was noted on a lead until now, if anything was."""
    lead = session.get(Lead, lead_id)
    if lead is not None and lead_notes.how_many(session, [lead.address_id]):
        outbox.owe(session, Due.NOTES_TO_HUBSPOT, lead_id, destination=DESTINATION, now=now)


def to_tell(session: Session, lead_id: int, hasher: Hasher) -> NotesOfLead | None:
    """What is told; None: the person is no contact, opted out, or the notes were removed."""
    lead = session.get(Lead, lead_id)
    address = session.get(Address, lead.address_id) if lead else None
    if lead is None or address is None or address.contact_id is None:
        return None
    hubspot_id = present_id(session, address.contact_id)
    notes = lead_notes.of_addresses(session, [lead.address_id])
    if hubspot_id is None or not notes or opt_outs.opted_out(session, [address.email], hasher):
        return None
    return NotesOfLead(hubspot_id, lead_id, notes)
