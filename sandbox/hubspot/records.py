"""What a HubSpot portal holds: records (contacts and companies), owners, lists and property definitions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

ObjectType = Literal["contacts", "companies"]

OBJECT_TYPE_IDS: Mapping[ObjectType, str] = {"contacts": "0-1", "companies": "0-2"}

OBJECT_TYPES: Mapping[str, ObjectType] = {
    "contacts": "contacts",
    "contact": "contacts",
    "0-1": "contacts",
    "companies": "companies",
    "company": "companies",
    "0-2": "companies",
}
"""Every spelling that HubSpot takes in a path."""


@dataclass(slots=True)
class Record:
    """A contact or a company. `properties` holds no empty values; ids and times are fields, not properties."""

    id: int
    object_type: ObjectType
    properties: dict[str, str]
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None = None
    company_ids: list[int] = field(default_factory=list)
    """Of a contact: its companies, the primary one first."""

    @property
    def addresses(self) -> tuple[str, ...]:
        """Primary e-mail address first, then the additional ones, in lower case."""
        additional = self.properties.get("hs_additional_emails", "").split(";")
        return tuple(a.lower() for a in (self.properties.get("email", ""), *additional) if a)


@dataclass(slots=True, frozen=True)
class Owner:
    id: int
    user_id: int
    email: str
    first_name: str
    last_name: str
    created_at: datetime
    archived: bool = False


@dataclass(slots=True)
class Note:
    """A note in the timelines of contacts."""

    id: int
    properties: dict[str, str]
    contact_ids: list[int]
    created_at: datetime


@dataclass(slots=True)
class HubSpotList:
    """`members` maps record ids to the time they joined; archived records stay inside, but are never shown."""

    id: int
    name: str
    object_type: ObjectType
    processing_type: Literal["MANUAL", "DYNAMIC", "SNAPSHOT"]
    created_at: datetime
    updated_at: datetime
    members: dict[int, datetime] = field(default_factory=dict)
    deleted_at: datetime | None = None
    edition: int = 0
    """Goes up with every change of `members`."""


@dataclass(slots=True, frozen=True)
class Property:
    """A property definition; `options` are (value, label) pairs."""

    name: str
    label: str
    type: Literal["string", "number", "date", "datetime", "enumeration", "bool"] = "string"
    field_type: str = "text"
    group: str = "contactinformation"
    options: tuple[tuple[str, str], ...] = ()
    read_only: bool = False
    external_options: bool = False
    sensitivity: Literal["non_sensitive", "sensitive", "highly_sensitive"] = "non_sensitive"
    hubspot_defined: bool = True
