"""Opt-outs on their way to HubSpot: where the admin chose a property for it, each is owed there. Off by default."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlmodel import Session

from storage import hubspot_choices, outbox
from storage.contacts import Contact, present_id
from storage.hubspot_choices import Chosen, HubSpotOption
from storage.outbox import Due

# A lane of its own: what a person asked for does not wait behind a whole domain.
DESTINATION: Final = f"{outbox.HUBSPOT}:opt_outs"


def owe(session: Session, contact_ids: Collection[int], *, now: datetime) -> None:
    """These contacts were opted out here; what HubSpot knows already is not brought there when its turn comes."""
    if contact_ids and hubspot_choices.chosen(session, HubSpotOption.OPT_OUT_TO) is not None:
        outbox.owe_many(session, Due.OPT_OUT_TO_HUBSPOT, contact_ids, destinations=[DESTINATION], now=now)


def to_set(session: Session, contact_id: int) -> tuple[str, Chosen] | None:
    """The HubSpot id and what is to be set there; None: nothing, or it is set already."""
    chosen = hubspot_choices.chosen(session, HubSpotOption.OPT_OUT_TO)
    contact, hubspot_id = session.get(Contact, contact_id), present_id(session, contact_id)
    if chosen is None or contact is None or hubspot_id is None or contact.deleted_at is not None:
        return None
    return None if chosen.is_set(contact.properties.get(chosen.property)) else (hubspot_id, chosen)
