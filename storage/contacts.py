"""Contacts: the people we manage, as HubSpot holds them, and the HubSpot ids that lead to each."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text, update
from sqlmodel import Field, Session, SQLModel, col, select

from storage.columns import BigId, Folded, Json, Moment
from storage.database import is_sqlite


class Contact(SQLModel, table=True):
    __tablename__ = "contact"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    name: str = Field(default="", description="as people read it; empty when HubSpot holds none")
    properties: dict[str, str | None] = Field(default_factory=dict, sa_type=Json)
    owner_id: str | None = Field(default=None, foreign_key="owner.hubspot_id")
    company_id: str | None = Field(default=None, foreign_key="company.hubspot_id", index=True)
    lifecycle: str | None = Field(default=None)
    search_text: str = Field(default="", sa_type=Folded, index=True, description="name and addresses, to be found by")
    created_at: datetime | None = Field(default=None, sa_type=Moment, description="in HubSpot")
    deleted_at: datetime | None = Field(default=None, sa_type=Moment, description="deleted in HubSpot")
    hidden_at: datetime | None = Field(
        default=None, sa_type=Moment, description="privacy deletion told, not yet proven"
    )
    asked_at: datetime = Field(sa_type=Moment, description="when we asked HubSpot for the state that stands here")
    modified_at: datetime | None = Field(default=None, sa_type=Moment, description="of that state, by HubSpot's clock")


class ContactId(SQLModel, table=True):
    """A HubSpot id, merged ones too, and the contact it leads to."""

    __tablename__ = "contact_id"

    hubspot_id: str = Field(primary_key=True)
    contact_id: int = Field(foreign_key="contact.id", index=True, sa_type=BigId)
    is_present: bool = Field(description="the id under which HubSpot holds the record now")


@dataclass(frozen=True, slots=True)
class ContactState:
    """
    A contact as HubSpot answered.

    `hubspot_id` is the id of the record now; `other_ids` those that lead to it as well (merged ones, and the one we
    asked for when another came back). Addresses are normalised; what is none was left out. `asked_at` is the moment
    before the request: an older state never overwrites a younger one.
    """

    hubspot_id: str
    asked_at: datetime
    email: str | None = None
    additional_emails: tuple[str, ...] = ()
    properties: dict[str, str | None] = field(default_factory=dict)
    other_ids: tuple[str, ...] = ()
    company_id: str | None = None
    is_deleted: bool = False
    created_at: datetime | None = None
    modified_at: datetime | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        return (self.hubspot_id, *self.other_ids)

    @property
    def emails(self) -> tuple[str, ...]:
        """Each address once, the primary one first."""
        return tuple(dict.fromkeys((self.email, *self.additional_emails) if self.email else self.additional_emails))


def contact_ids(session: Session, hubspot_ids: Collection[str]) -> dict[str, int]:
    """The contacts that these HubSpot ids lead to, as far as we hold them; merged ids lead to the survivor."""
    query = select(ContactId.hubspot_id, ContactId.contact_id).where(col(ContactId.hubspot_id).in_(hubspot_ids))
    return dict(session.exec(query).all())


def wanted_by_us(session: Session, hubspot_ids: Collection[str]) -> set[str]:
    """Those of these HubSpot ids that we hold."""
    return set(contact_ids(session, hubspot_ids))


def present_id(session: Session, contact_id: int) -> str | None:
    """The HubSpot id of a contact's record now."""
    query = select(ContactId.hubspot_id).where(ContactId.contact_id == contact_id, col(ContactId.is_present))
    return session.exec(query).first()


def hide(session: Session, hubspot_id: str, now: datetime) -> bool:
    """Show this contact nowhere: a privacy deletion was told, and is not proven yet. False if we do not hold it."""
    return _set_hidden(session, hubspot_id, now)


def show_again(session: Session, hubspot_id: str) -> bool:
    """HubSpot still has the contact after all. False if we do not hold it."""
    return _set_hidden(session, hubspot_id, None)


def _set_hidden(session: Session, hubspot_id: str, at: datetime | None) -> bool:
    contact_id = contact_ids(session, [hubspot_id]).get(hubspot_id)
    if contact_id is not None:
        session.execute(update(Contact).where(col(Contact.id) == contact_id).values(hidden_at=at))
    return contact_id is not None


def take_turns(session: Session) -> None:
    """
    Until this transaction ends, nobody else changes who is who: contacts, their addresses and ids, opt-outs.

    SQLite has one writer anyway. The hot path is not held up: it moves no pointer.
    """
    if not is_sqlite(session):
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext('footlight: who is who'), 0)"))
