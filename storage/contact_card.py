"""The contact card: what people, command line and API are told of one contact, made in one place."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from storage import aggregate_only, contact_properties, contacts, leads, opt_out_asked, performance, portal
from storage.addresses import Address, AddressKind
from storage.companies import Company
from storage.contact_properties import PropertyDefinition
from storage.contacts import Contact
from storage.leads import LeadCard
from storage.opt_outs import Hasher, OptOutState
from storage.owners import owner_names
from storage.performance import Performance
from storage.target_groups import groups_of_contact


@dataclass(frozen=True, slots=True)
class ShownProperty:
    """A chosen property as people read it. `kind`: string, number, date, datetime, enumeration, bool, owner."""

    name: str
    label: str
    value: str | date | datetime
    kind: str


@dataclass(frozen=True, slots=True)
class ContactCard:
    """
    A contact as it is shown.

    `properties` are raw, by HubSpot's internal names; `shown_properties` the chosen ones as people read them, those
    without value left out. `lifecycle` is HubSpot's label. `opted_out`: nothing was recorded since, so the performance
    ends there. `counted_only_in_groups`: there are no numbers of them alone. `asked_at`: the card equals HubSpot as it
    was then. `hubspot_url` needs contact with HubSpot once.
    """

    contact_id: int
    hubspot_id: str
    hubspot_url: str | None
    name: str
    email: str | None
    other_emails: tuple[str, ...]
    company: str | None
    owner: str | None
    lifecycle: str | None
    shown_properties: tuple[ShownProperty, ...]
    properties: dict[str, str | None]
    target_groups: tuple[str, ...]
    performance: Performance
    opted_out: OptOutState | None
    counted_only_in_groups: bool
    deleted_at: datetime | None
    asked_at: datetime


def card(session: Session, contact_id: int, hasher: Hasher) -> ContactCard | None:
    """The card of a contact; None when it is hidden or gone."""
    contact = session.get(Contact, contact_id, populate_existing=True)
    if contact is None or contact.hidden_at is not None:
        return None
    email, others, address_ids = _addresses(session, contact_id)
    hubspot_id = contacts.present_id(session, contact_id) or ""
    home = portal.present(session)
    counted_only_in_groups = aggregate_only.is_contact(session, contact_id)
    return ContactCard(
        contact_id=contact_id,
        hubspot_id=hubspot_id,
        hubspot_url=home.contact_url(hubspot_id) if home else None,
        name=contact.name,
        email=email,
        other_emails=others,
        company=_company(session, contact),
        owner=owner_names(session, [contact.owner_id or ""]).get(contact.owner_id or ""),
        lifecycle=_lifecycle(session, contact),
        shown_properties=_shown_properties(session, contact),
        properties=dict(contact.properties),
        target_groups=tuple(groups_of_contact(session, contact_id)),
        performance=Performance() if counted_only_in_groups else performance.of_addresses(session, address_ids),
        opted_out=opt_out_asked.of_contact(session, contact_id, hasher),
        counted_only_in_groups=counted_only_in_groups,
        deleted_at=contact.deleted_at,
        asked_at=contact.asked_at,
    )


def card_of_address(session: Session, email: str, hasher: Hasher) -> ContactCard | LeadCard | None:
    """Who is behind a normalised address, former ones too: a contact, else a lead, else nobody we know."""
    row = session.exec(select(Address.id, Address.contact_id).where(Address.email == email)).first()
    if row is None:
        return None
    address_id, contact_id = row
    if contact_id is not None:
        return card(session, contact_id, hasher)
    return leads.of_address(session, address_id or 0)


def contact_of_address(session: Session, email: str) -> int | None:
    """The contact who has, or had, a normalised address."""
    return session.exec(select(Address.contact_id).where(Address.email == email)).first()


def _addresses(session: Session, contact_id: int) -> tuple[str | None, tuple[str, ...], tuple[int, ...]]:
    query = select(Address.id, Address.email, Address.kind).where(Address.contact_id == contact_id)
    rows = session.exec(query.order_by(col(Address.email))).all()
    primary = next((email for _, email, kind in rows if kind is AddressKind.PRIMARY), None)
    others = tuple(email for _, email, kind in rows if kind is AddressKind.ADDITIONAL)
    return primary, others, tuple(id_ for id_, *_ in rows if id_ is not None)


def _company(session: Session, contact: Contact) -> str | None:
    company = session.get(Company, contact.company_id) if contact.company_id else None
    return company.name or None if company else None


def _lifecycle(session: Session, contact: Contact) -> str | None:
    (stage,) = contact_properties.definitions_of(session, ["lifecyclestage"])
    return stage.options.get(contact.lifecycle, contact.lifecycle) if contact.lifecycle else None


def _shown_properties(session: Session, contact: Contact) -> tuple[ShownProperty, ...]:
    shown = contact_properties.definitions_of(session, contact_properties.shown_names(session))
    held = [(one, raw) for one in shown if (raw := contact.properties.get(one.name))]
    owners = owner_names(session, {raw for one, raw in held if one.kind == "owner"})
    return tuple(_shown(one, raw, owners) for one, raw in held)


def _shown(one: PropertyDefinition, raw: str, owners: dict[str, str]) -> ShownProperty:
    return ShownProperty(one.name, one.label, contact_properties.readable(one, raw, owners), one.kind)
