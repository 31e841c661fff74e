"""Contacts: the people we manage, as HubSpot holds them, and the HubSpot ids that lead to each."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Field, SQLModel

from storage.columns import BigId, Json, Moment


class Contact(SQLModel, table=True):
    __tablename__ = "contact"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    name: str = Field(default="", description="as people read it; empty when HubSpot holds none")
    properties: dict[str, str | None] = Field(default_factory=dict, sa_type=Json)
    owner_id: str | None = Field(default=None, foreign_key="owner.hubspot_id")
    company_id: str | None = Field(default=None, foreign_key="company.hubspot_id", index=True)
    lifecycle: str | None = Field(default=None)
    created_at: datetime | None = Field(default=None, sa_type=Moment, description="in HubSpot")
    deleted_at: datetime | None = Field(default=None, sa_type=Moment, description="deleted in HubSpot")
    hidden_at: datetime | None = Field(
        default=None, sa_type=Moment, description="privacy deletion told, not yet proven"
    )
    asked_at: datetime = Field(sa_type=Moment, description="when we asked HubSpot for the state that stands here")


class ContactId(SQLModel, table=True):
    """A HubSpot id, merged ones too, and the contact it leads to."""

    __tablename__ = "contact_id"

    hubspot_id: str = Field(primary_key=True)
    contact_id: int = Field(foreign_key="contact.id", index=True, sa_type=BigId)
    is_present: bool = Field(description="the id under which HubSpot holds the record now")


class Owner(SQLModel, table=True):
    """A HubSpot user who owns contacts."""

    __tablename__ = "owner"

    hubspot_id: str = Field(primary_key=True)
    name: str
    email: str | None = Field(default=None)
    is_archived: bool = Field(default=False)


class Company(SQLModel, table=True):
    """A HubSpot company."""

    __tablename__ = "company"

    hubspot_id: str = Field(primary_key=True)
    name: str
    domains: list[str] = Field(default_factory=list, sa_type=Json)
    industry: str | None = Field(default=None)
    size: str | None = Field(default=None)
    deleted_at: datetime | None = Field(default=None, sa_type=Moment)
    asked_at: datetime = Field(sa_type=Moment)


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


@dataclass(frozen=True, slots=True)
class CompanyState:
    """A company as HubSpot answered; `domains` are registrable or not, the first is the main one."""

    hubspot_id: str
    asked_at: datetime
    name: str
    domains: tuple[str, ...] = ()
    industry: str | None = None
    size: str | None = None
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class OwnerState:
    """An owner as HubSpot answered."""

    hubspot_id: str
    name: str
    email: str | None
    is_archived: bool
