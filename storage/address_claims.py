"""Address claims: which contact holds an address that HubSpot gives to several, and who lost it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import or_
from sqlmodel import Field, Session, SQLModel, col, select

from decisions.addresses import domain_of
from storage.accounts import keep_accounts
from storage.addresses import Address, AddressKind
from storage.bulk import insert_missing
from storage.columns import BigId, Word
from storage.contacts import Contact, ContactId


class LostClaim(SQLModel, table=True):
    """HubSpot gives this address to this contact too, but another contact holds it."""

    __tablename__ = "lost_claim"

    address_id: int = Field(foreign_key="address.id", primary_key=True, sa_type=BigId)
    contact_id: int = Field(foreign_key="contact.id", primary_key=True, index=True, sa_type=BigId)
    kind: AddressKind = Field(sa_type=Word(AddressKind))


@dataclass(frozen=True, slots=True)
class AddressConflict:
    """Two records in HubSpot have one address: only `holder_id` has it with us. Merge them in HubSpot."""

    email: str
    holder_id: str | None
    loser_id: str


_KINDS: Final = tuple(AddressKind)
_LATE: Final = datetime.max.replace(tzinfo=UTC)


def holder(claims: Mapping[int, AddressKind], contacts: Mapping[int, Contact]) -> int:
    """
    The contact, of those that claim an address, which holds it.

    Primary before additional before former, live before deleted, then the older in HubSpot.
    """

    def rank(contact_id: int) -> tuple[int, bool, datetime, int]:
        contact = contacts[contact_id]
        return (
            _KINDS.index(claims[contact_id]),
            contact.deleted_at is not None,
            contact.created_at or _LATE,
            contact_id,
        )

    return min(claims, key=rank)


Claims = dict[str, dict[int, AddressKind]]
"""By address, the contacts that claim it."""


@dataclass(frozen=True, slots=True)
class Settled:
    """`contact_ids`: whose addresses changed; `were_nobodys`: ids of addresses that had no contact until now."""

    contact_ids: frozenset[int]
    were_nobodys: tuple[int, ...]


def settle(
    session: Session, contacts: Mapping[int, Contact], wanted: Mapping[int, Mapping[str, AddressKind]], *, now: datetime
) -> Settled:
    """
    Give every address to the best of those who claim it.

    Args:
        contacts: those that may have changed, by id.
        wanted: all addresses of each contact of which they were told; what it no longer has becomes a former one.
    """
    rows = _rows(session, contacts, {email for told in wanted.values() for email in told})
    lost = _lost(session, rows, contacts)
    claims = _present(rows, lost)
    _renew(claims, rows, wanted)
    winners = _winners(session, claims, contacts)
    new = _insert_new(session, claims, winners, rows, now)
    changed, nobodys = _point(rows, claims, winners)
    session.flush()
    _keep_lost(session, rows, claims, winners, lost)
    return Settled(frozenset(changed | {winners[email] for email in new}), nobodys)


def _rows(session: Session, contact_ids: Collection[int], emails: Collection[str]) -> dict[str, Address]:
    """The addresses that are named, held by these contacts, or lost by them to others."""
    lost = select(LostClaim.address_id).where(col(LostClaim.contact_id).in_(contact_ids))
    meant = (col(Address.email).in_(emails), col(Address.contact_id).in_(contact_ids), col(Address.id).in_(lost))
    return {row.email: row for condition in meant for row in session.exec(select(Address).where(condition))}


def _lost(
    session: Session, rows: Mapping[str, Address], contact_ids: Collection[int]
) -> dict[tuple[int, int], LostClaim]:
    ids = [row.id for row in rows.values()]
    query = select(LostClaim).where(or_(col(LostClaim.address_id).in_(ids), col(LostClaim.contact_id).in_(contact_ids)))
    return {(claim.address_id, claim.contact_id): claim for claim in session.exec(query)}


def _present(rows: Mapping[str, Address], lost: Mapping[tuple[int, int], LostClaim]) -> Claims:
    claims: Claims = {
        email: {row.contact_id: row.kind} if row.contact_id is not None and row.kind else {}
        for email, row in rows.items()
    }
    emails = {row.id: email for email, row in rows.items()}
    for claim in lost.values():
        claims[emails[claim.address_id]][claim.contact_id] = claim.kind
    return claims


def _renew(claims: Claims, rows: Mapping[str, Address], wanted: Mapping[int, Mapping[str, AddressKind]]) -> None:
    for email, those in claims.items():
        for contact_id in [id_ for id_ in those if id_ in wanted and email not in wanted[id_]]:
            if rows[email].contact_id == contact_id:
                those[contact_id] = AddressKind.FORMER
            else:
                del those[contact_id]
    for contact_id, told in wanted.items():
        for email, kind in told.items():
            claims.setdefault(email, {})[contact_id] = kind


def _winners(session: Session, claims: Claims, contacts: Mapping[int, Contact]) -> dict[str, int]:
    contested = {contact_id for those in claims.values() if len(those) > 1 for contact_id in those}
    others = session.exec(select(Contact).where(col(Contact.id).in_(contested - contacts.keys()))) if contested else ()
    ranked = {**contacts, **{other.id: other for other in others if other.id is not None}}
    return {
        email: holder(those, ranked) if len(those) > 1 else next(iter(those))
        for email, those in claims.items()
        if those
    }


def _insert_new(
    session: Session, claims: Claims, winners: Mapping[str, int], rows: dict[str, Address], now: datetime
) -> list[str]:
    new = sorted(winners.keys() - rows.keys())
    if new:
        accounts = keep_accounts(session, {domain_of(email) for email in new})
        made = [
            {
                "email": email,
                "account_id": accounts[domain_of(email)],
                "contact_id": winners[email],
                "kind": claims[email][winners[email]],
                "since": now,
            }
            for email in new
        ]
        insert_missing(session, Address, made)
        rows |= {row.email: row for row in session.exec(select(Address).where(col(Address.email).in_(new)))}
    return new


def _point(rows: Mapping[str, Address], claims: Claims, winners: Mapping[str, int]) -> tuple[set[int], tuple[int, ...]]:
    changed: set[int] = set()
    nobodys = []
    for email, winner in winners.items():
        row, kind = rows[email], claims[email][winner]
        if row.contact_id is None and row.id is not None:
            nobodys.append(row.id)
        if (row.contact_id, row.kind) != (winner, kind):
            changed |= {winner} if row.contact_id is None else {winner, row.contact_id}
            row.contact_id, row.kind = winner, kind
    return changed, tuple(nobodys)


def _keep_lost(
    session: Session,
    rows: Mapping[str, Address],
    claims: Claims,
    winners: Mapping[str, int],
    lost: Mapping[tuple[int, int], LostClaim],
) -> None:
    losers = {
        (rows[email].id or 0, contact_id): kind
        for email, those in claims.items()
        for contact_id, kind in those.items()
        if contact_id != winners[email] and kind is not AddressKind.FORMER
    }
    for key, claim in lost.items():
        if key not in losers:
            session.delete(claim)
        elif claim.kind is not losers[key]:
            claim.kind = losers[key]
    for address_id, contact_id in losers.keys() - lost.keys():
        kind = losers[address_id, contact_id]
        session.add(LostClaim(address_id=address_id, contact_id=contact_id, kind=kind))
    session.flush()


def address_conflicts(session: Session, limit: int = 100) -> tuple[AddressConflict, ...]:
    """The addresses that several live records in HubSpot have."""
    lost = (
        select(Address.email, Address.contact_id, ContactId.hubspot_id)
        .join(LostClaim, col(LostClaim.address_id) == col(Address.id))
        .join(Contact, col(Contact.id) == col(LostClaim.contact_id))
        .join(ContactId, (col(ContactId.contact_id) == col(Contact.id)) & col(ContactId.is_present))
        .where(col(Contact.deleted_at).is_(None), col(Contact.hidden_at).is_(None))
        .order_by(col(Address.email), col(ContactId.hubspot_id))
        .limit(limit)
    )
    rows = session.exec(lost).all()
    holders = select(ContactId.contact_id, ContactId.hubspot_id).where(
        col(ContactId.contact_id).in_({row[1] for row in rows}), col(ContactId.is_present)
    )
    present = dict(session.exec(holders).all())
    return tuple(AddressConflict(email, present.get(holder_id or 0), loser) for email, holder_id, loser in rows)
