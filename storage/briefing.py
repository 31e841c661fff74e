"""A briefing: who is behind several addresses at once, and what they clicked lately."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, select
from sqlmodel import Session, col

from storage import aggregate_only, opt_outs, performance
from storage.accounts import Account
from storage.addresses import Address
from storage.companies import Company
from storage.contacts import Contact
from storage.leads import Lead
from storage.opt_out_asked import keys_of_contacts
from storage.opt_outs import Hasher, PersonKeys
from storage.owners import owner_names
from storage.performance import Clicked, Span


@dataclass(frozen=True, slots=True)
class Briefed:
    """
    Whoever has an address. Without `contact_id` and `lead_id`: nobody we know. Of who is opted out only that is told.

    `company` is HubSpot's, else what the account is called. `clicked` None: nothing since the time that was asked for,
    or `counted_only_in_groups`.
    """

    email: str
    contact_id: int | None = None
    lead_id: int | None = None
    name: str | None = None
    company: str | None = None
    owner: str | None = None
    clicked: Clicked | None = None
    is_opted_out: bool = False
    counted_only_in_groups: bool = False


def brief(
    session: Session, emails: Sequence[str], hasher: Hasher, *, since: datetime, now: datetime
) -> tuple[Briefed, ...]:
    """Who is behind these normalised addresses, in their order, with their clicks since then, by all addresses."""
    rows = {row.email: row for row in session.execute(_ROWS.where(col(Address.email).in_(emails)))}
    silent = _opted_out(session, emails, {email: row.contact_id for email, row in rows.items()}, hasher)
    owners = owner_names(session, {row.Contact.owner_id for row in rows.values() if row.Contact})
    spans = _spans(session, [(place, rows[email]) for place, email in enumerate(emails) if email in rows], since, now)
    clicked = performance.clicked_within(session, spans)
    in_groups = aggregate_only.emails_among(session, emails)
    told = [
        _briefed(email, rows.get(email), owners, clicked.get(place), is_opted_out=email in silent)
        for place, email in enumerate(emails)
    ]
    return tuple(
        replace(one, clicked=None, counted_only_in_groups=True)
        if one.email in in_groups and not one.is_opted_out
        else one
        for one in told
    )


_ROWS: Final[Select[*tuple[Any, ...]]] = (
    select(col(Address.id), col(Address.email), col(Address.contact_id), Contact)
    .add_columns(col(Company.name).label("company"), col(Account.name).label("account"), col(Lead.id).label("lead_id"))
    .outerjoin(Contact, col(Contact.id) == col(Address.contact_id))
    .outerjoin(Company, col(Company.hubspot_id) == col(Contact.company_id))
    .outerjoin(Account, col(Account.id) == col(Address.account_id))
    .outerjoin(Lead, col(Lead.address_id) == col(Address.id))
)


def _opted_out(
    session: Session, emails: Collection[str], contact_ids: Mapping[str, int | None], hasher: Hasher
) -> set[str]:
    held = keys_of_contacts(session, {id_ for id_ in contact_ids.values() if id_ is not None}, hasher)
    people = {
        email: held[id_] if (id_ := contact_ids.get(email)) is not None else PersonKeys.of(hasher, emails=[email])
        for email in emails
    }
    return set(opt_outs.states(session, people))


def _spans(session: Session, rows: Sequence[tuple[int, Any]], since: datetime, now: datetime) -> list[Span]:
    """The time of each address of each person, under their place among those who were asked for."""
    contact_ids = {row.contact_id for _, row in rows if row.contact_id is not None}
    theirs = select(col(Address.contact_id), col(Address.id)).where(col(Address.contact_id).in_(contact_ids))
    held: dict[int, list[int]] = {}
    for contact_id, address_id in session.execute(theirs):
        held.setdefault(contact_id, []).append(address_id)
    return [
        Span(place, address_id, since, now) for place, row in rows for address_id in held.get(row.contact_id, [row.id])
    ]


def _briefed(
    email: str, row: Any, owners: Mapping[str, str], clicked: Clicked | None, *, is_opted_out: bool
) -> Briefed:
    contact: Contact | None = row.Contact if row else None
    if row is None or (contact is not None and contact.hidden_at is not None):
        return Briefed(email, is_opted_out=is_opted_out)
    known = Briefed(email, contact.id if contact else None, row.lead_id if contact is None else None)
    if is_opted_out:
        return replace(known, is_opted_out=True)
    return replace(
        known,
        name=contact.name or None if contact else None,
        company=row.company or row.account,
        owner=owners.get(contact.owner_id or "") if contact else None,
        clicked=clicked,
    )
