"""Addresses: the atom. Views, clicks and counters hang on an address row for ever; contacts only point at it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct
from sqlmodel import Field, Session, SQLModel

from decisions.addresses import domain_of
from storage.accounts import keep_accounts
from storage.bulk import insert_missing, read_rows
from storage.columns import BigId, Moment, Word


class AddressKind(StrEnum):
    """What an address is to its contact; in this order a contact wins it from another."""

    PRIMARY = "primary"
    ADDITIONAL = "additional"
    FORMER = "former"


class Address(SQLModel, table=True):
    __tablename__ = "address"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    email: str = Field(unique=True, description="normalised")
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True, sa_type=BigId)
    contact_id: int | None = Field(default=None, foreign_key="contact.id", index=True, sa_type=BigId)
    kind: AddressKind | None = Field(default=None, sa_type=Word(AddressKind))
    since: datetime = Field(sa_type=Moment)


class Known(Struct, frozen=True):
    """An address as the hot path needs it."""

    id: int
    account_id: int | None
    contact_id: int | None


def known_addresses(session: Session, emails: Collection[str]) -> dict[str, Known]:
    """The rows of those normalised `emails` that there are."""
    rows = read_rows(session, _KNOWN, [(email,) for email in emails], ("text",))
    return {email: Known(*rest) for email, *rest in rows}


_KNOWN: Final = "SELECT email, id, account_id, contact_id FROM {asked} JOIN address ON email = c1"


def keep_addresses(session: Session, emails: Sequence[str], *, now: datetime) -> dict[str, Known]:
    """The rows of normalised `emails`, made where they are new. Whether they may be kept was asked before."""
    known = known_addresses(session, emails)
    new = sorted(set(emails) - known.keys())
    if not new:
        return known
    accounts = keep_accounts(session, {domain_of(email) for email in new})
    rows = [{"email": email, "account_id": accounts[domain_of(email)], "since": now} for email in new]
    insert_missing(session, Address, rows)
    return known | known_addresses(session, new)
