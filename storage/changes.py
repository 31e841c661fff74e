"""Changes: up to which moment HubSpot was asked what changed, and which of what it found is ours to read."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, Session, SQLModel, col, select

from storage.addresses import Address
from storage.columns import Moment, Word
from storage.contacts import ContactState, wanted_by_us
from storage.leads import Lead


class Searched(StrEnum):
    """What is searched for changes; of LISTS all are read."""

    CONTACTS = "contacts"
    COMPANIES = "companies"
    LISTS = "lists"


class ChangesRead(SQLModel, table=True):
    """Everything that HubSpot's search knew at `up_to` was read here."""

    __tablename__ = "changes_read"

    searched: Searched = Field(primary_key=True, sa_type=Word(Searched))
    up_to: datetime = Field(sa_type=Moment)


def read_up_to(session: Session, searched: Searched) -> datetime | None:
    """The begin of the last walk that reached its end; None: there was none yet."""
    row = session.get(ChangesRead, searched)
    return row.up_to if row else None


def note_read(session: Session, searched: Searched, up_to: datetime) -> None:
    """A walk that began at `up_to` reached its end."""
    session.merge(ChangesRead(searched=searched, up_to=up_to))
    session.flush()


def ours_among(session: Session, found: Sequence[ContactState]) -> list[str]:
    """The HubSpot ids of those that we hold, by an old id too, or whose address is a lead's."""
    held = wanted_by_us(session, {id_ for state in found for id_ in state.ids})
    emails = {email for state in found for email in state.emails}
    leads = select(Address.email).join(Lead, col(Lead.address_id) == col(Address.id))
    are_leads = set(session.exec(leads.where(col(Address.email).in_(emails))))
    return [
        state.hubspot_id for state in found if not held.isdisjoint(state.ids) or not are_leads.isdisjoint(state.emails)
    ]
