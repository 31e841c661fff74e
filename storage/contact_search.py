"""Contact search: the text under which a contact is found, and contacts as short lists show them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import idna
from sqlalchemy import bindparam, select, update
from sqlmodel import Session, col

from decisions.addresses import domain_of
from decisions.search import plain
from storage.addresses import Address, AddressKind
from storage.companies import Company
from storage.contacts import Contact


@dataclass(frozen=True, slots=True)
class Hit:
    """A contact as a short list shows it; `email` is its primary address, `company` HubSpot's."""

    contact_id: int
    name: str
    email: str | None
    company: str | None


def listed_contacts(session: Session, *, after: int = 0, limit: int = 100) -> tuple[Hit, ...]:
    """Contacts by their id, the next `limit` after that one."""
    query = select(col(Contact.id)).where(col(Contact.id) > after, _SHOWN).order_by(col(Contact.id)).limit(limit)
    return hits(session, session.execute(query).scalars().all())


def searchable(name: str, emails: Iterable[str]) -> str:
    """The text under which a contact is found; international domains also as people write them."""
    spelt = (part for email in sorted(emails) for part in (email, _u_form(domain_of(email))) if part)
    return plain(" ".join((name, *spelt)).strip())


def refresh_search_texts(session: Session, contact_ids: Collection[int]) -> None:
    """To be called when names or addresses of these contacts changed."""
    session.flush()
    emails: dict[int, list[str]] = {}
    held = select(col(Address.contact_id), col(Address.email)).where(col(Address.contact_id).in_(contact_ids))
    for contact_id, email in session.execute(held):
        emails.setdefault(contact_id, []).append(email)
    query = select(col(Contact.id), col(Contact.name), col(Contact.search_text)).where(col(Contact.id).in_(contact_ids))
    fresh = [(id_, searchable(name, emails.get(id_, ())), present) for id_, name, present in session.execute(query)]
    changed = [{"of": id_, "fresh": new} for id_, new, present in fresh if new != present]
    if changed:
        statement = update(_CONTACT).where(_CONTACT.c.id == bindparam("of")).values(search_text=bindparam("fresh"))
        session.connection().execute(statement, changed)


_CONTACT: Final = Contact.metadata.tables["contact"]
_SHOWN: Final = col(Contact.hidden_at).is_(None)


def hits(session: Session, contact_ids: Sequence[int]) -> tuple[Hit, ...]:
    """These contacts, in this order, deleted ones too."""
    query = (
        select(col(Contact.id), col(Contact.name), col(Address.email), col(Company.name))
        .outerjoin(Address, (col(Address.contact_id) == col(Contact.id)) & (col(Address.kind) == AddressKind.PRIMARY))
        .outerjoin(Company, col(Company.hubspot_id) == col(Contact.company_id))
        .where(col(Contact.id).in_(contact_ids))
    )
    found = {row[0]: Hit(row[0], row[1], row[2], row[3] or None) for row in session.execute(query)}
    return tuple(found[id_] for id_ in contact_ids if id_ in found)


def _u_form(domain: str) -> str | None:
    """`müller.de` for `xn--mller-kva.de`; None where they are the same."""
    if "xn--" not in domain:
        return None
    try:
        return idna.decode(domain)
    except idna.IDNAError:
        return None
