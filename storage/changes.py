"""Changes: up to which moment HubSpot was asked what changed, and which of what it found is ours to read."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import update
from sqlmodel import Field, Session, SQLModel, col, select

from storage.addresses import Address
from storage.bulk import insert_missing
from storage.columns import Moment, Word
from storage.contacts import Contact, ContactId, ContactState
from storage.leads import Lead


class Searched(StrEnum):
    """What is searched for changes; of LISTS all are read."""

    CONTACTS = "contacts"
    COMPANIES = "companies"
    LISTS = "lists"


class ChangesRead(SQLModel, table=True):
    """Whatever changed in HubSpot up to `up_to` was read here."""

    __tablename__ = "changes_read"

    searched: Searched = Field(primary_key=True, sa_type=Word(Searched))
    up_to: datetime = Field(sa_type=Moment)


def read_up_to(session: Session, searched: Searched) -> datetime | None:
    """The moment behind which changes may be unknown here; None: nothing was ever read."""
    row = session.get(ChangesRead, searched)
    return row.up_to if row else None


def note_read(session: Session, searched: Searched, up_to: datetime) -> None:
    """Everything that changed up to this moment was read; what was said before of a later one stands."""
    insert_missing(session, ChangesRead, [{"searched": searched, "up_to": up_to}])
    earlier = col(ChangesRead.searched) == searched, col(ChangesRead.up_to) < up_to
    session.execute(update(ChangesRead).where(*earlier).values(up_to=up_to))


def ours_among(session: Session, found: Sequence[ContactState]) -> list[str]:
    """The HubSpot ids of those whose change is news: we hold them, by an old id too, or their address is a lead's."""
    held = _held(session, {id_ for state in found for id_ in state.ids})
    emails = {email for state in found for email in state.emails}
    leads = select(Address.email).join(Lead, col(Lead.address_id) == col(Address.id))
    are_leads = set(session.exec(leads.where(col(Address.email).in_(emails))))
    return [state.hubspot_id for state in found if _is_news(state, held) or not are_leads.isdisjoint(state.emails)]


def _held(session: Session, hubspot_ids: set[str]) -> dict[str, tuple[int, datetime | None]]:
    """By HubSpot id: the contact that we hold, and when the state that stands here was modified in HubSpot."""
    query = select(ContactId.hubspot_id, ContactId.contact_id, Contact.modified_at).join(Contact)
    rows = session.exec(query.where(col(ContactId.hubspot_id).in_(hubspot_ids)))
    return {hubspot_id: (contact_id, modified_at) for hubspot_id, contact_id, modified_at in rows}


def _is_news(state: ContactState, held: dict[str, tuple[int, datetime | None]]) -> bool:
    """Whether we hold somebody of these ids, and not the state itself, which was read after it was modified."""
    ours = {held[each] for each in state.ids if each in held}
    is_known = len(ours) == 1 and state.hubspot_id in held and state.modified_at is not None
    return bool(ours) and not (is_known and next(iter(ours))[1] == state.modified_at)
