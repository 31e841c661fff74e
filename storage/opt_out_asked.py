"""Someone is opted out, or asked whether they are: by address, by contact, or a whole domain at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from decisions.addresses import account_domain
from storage import audit, feed, follows, leads, opt_outs, opt_outs_to_hubspot
from storage.accounts import account_ids
from storage.address_claims import LostClaim
from storage.addresses import Address
from storage.contacts import ContactId, take_turns
from storage.opt_outs import Hasher, KeyKind, OptOutState, PersonKeys


@dataclass(frozen=True, slots=True)
class OptOutResult:
    """`was_new`: until now they were tracked. `contact_id`: whom we manage under that address, if anyone."""

    was_new: bool
    contact_id: int | None


def opt_out(session: Session, email: str, *, actor: str, hasher: Hasher, now: datetime) -> OptOutResult:
    """
    End the tracking of a normalised address, and of the contact it belongs to by all keys. For good.

    An address that we do not hold is written nowhere but as its hash.
    """
    take_turns(session)
    row = session.exec(select(Address.id, Address.contact_id).where(Address.email == email)).first()
    address_id, contact_id = row or (None, None)
    if contact_id is not None:
        return opt_out_contact(session, contact_id, actor=actor, hasher=hasher, now=now)
    person = PersonKeys.of(hasher, emails=[email])
    address_ids = [address_id] if address_id is not None else []
    return OptOutResult(_end(session, person, address_ids, actor=actor, hasher=hasher, now=now), None)


def opt_out_contact(session: Session, contact_id: int, *, actor: str, hasher: Hasher, now: datetime) -> OptOutResult:
    """`opt_out` of a contact, also of one that has no address."""
    take_turns(session)
    address_ids = session.exec(
        select(Address.id).where(Address.contact_id == contact_id).order_by(col(Address.id))
    ).all()
    person = keys_of_contacts(session, [contact_id], hasher)[contact_id]
    was_new = _end(
        session, person, [id_ for id_ in address_ids if id_ is not None], actor=actor, hasher=hasher, now=now
    )
    if was_new:
        opt_outs_to_hubspot.owe(session, [contact_id], now=now)
    return OptOutResult(was_new, contact_id)


def opt_out_domain(session: Session, domain: str, *, actor: str, hasher: Hasher, now: datetime) -> int:
    """End the tracking of everyone at a normalised domain, known or yet to come; how many addresses are known."""
    take_turns(session)
    rows = _at_domain(session, domain)
    opt_outs.record(session, {hasher.domain(domain): KeyKind.DOMAIN}, actor, now)
    people = keys_of_contacts(session, {row.contact_id for row in rows if row.contact_id is not None}, hasher)
    opt_outs.spread(session, people)
    opt_outs_to_hubspot.owe(session, people, now=now)
    address_ids = [row.id for row in rows if row.id is not None]
    leads.opted_out(session, address_ids, actor=actor, now=now)
    feed.withdraw(session, address_ids)
    follows.withdraw(session, address_ids)
    audit.note(session, now=now, actor=actor, action="opted out a domain", detail=f"{len(rows)} known addresses")
    return len(rows)


def known_at_domain(session: Session, domain: str) -> int:
    """How many addresses we hold at a normalised domain, for whoever is about to opt it out."""
    return len(_at_domain(session, domain))


def of_contact(session: Session, contact_id: int, hasher: Hasher) -> OptOutState | None:
    """Since when, if at all, a contact is opted out."""
    return opt_outs.states(session, keys_of_contacts(session, [contact_id], hasher)).get(contact_id)


def of_address(session: Session, email: str, hasher: Hasher) -> OptOutState | None:
    """Since when, if at all, a normalised address is opted out."""
    return opt_outs.states(session, {email: PersonKeys.of(hasher, emails=[email])}).get(email)


def keys_of_contacts(session: Session, contact_ids: Collection[int], hasher: Hasher) -> Mapping[int, PersonKeys]:
    """All keys that we hold of each of these contacts: every HubSpot id, every address, lost ones too."""
    emails: dict[int, list[str]] = {contact_id: [] for contact_id in contact_ids}
    ids: dict[int, list[str]] = {contact_id: [] for contact_id in contact_ids}
    held = select(Address.contact_id, Address.email).where(col(Address.contact_id).in_(contact_ids))
    lost = select(LostClaim.contact_id, Address.email).join(Address, col(Address.id) == col(LostClaim.address_id))
    for contact_id, email in (
        *session.exec(held),
        *session.exec(lost.where(col(LostClaim.contact_id).in_(contact_ids))),
    ):
        emails[contact_id or 0].append(email)
    known = select(ContactId.contact_id, ContactId.hubspot_id).where(col(ContactId.contact_id).in_(contact_ids))
    for contact_id, hubspot_id in session.exec(known):
        ids[contact_id].append(hubspot_id)
    return {id_: PersonKeys.of(hasher, emails=emails[id_], hubspot_ids=ids[id_]) for id_ in contact_ids}


def _end(
    session: Session, person: PersonKeys, address_ids: Sequence[int], *, actor: str, hasher: Hasher, now: datetime
) -> bool:
    """Opt out this person, and whoever has one of the addresses in HubSpot as well; False if they were already."""
    was_new = not opt_outs.states(session, {None: person})
    opt_outs.record(session, person.own, actor, now)
    losers = session.exec(select(LostClaim.contact_id).where(col(LostClaim.address_id).in_(address_ids))).all()
    opt_outs.spread(session, keys_of_contacts(session, losers, hasher))
    if was_new:
        leads.opted_out(session, address_ids, actor=actor, now=now)
        feed.withdraw(session, address_ids)
        follows.withdraw(session, address_ids)
        address_id = address_ids[0] if address_ids else None
        audit.note(session, now=now, actor=actor, action="opted out", address_id=address_id)
    return was_new


def _at_domain(session: Session, domain: str) -> Sequence[Address]:
    query = select(Address).where(col(Address.email).endswith(f"@{domain}", autoescape=True))
    registrable = account_domain(domain)
    if registrable is not None:
        query = query.where(col(Address.account_id).in_(account_ids(session, [registrable]).values()))
    return session.exec(query).all()
