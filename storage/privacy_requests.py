"""Privacy requests: what recipients ask for on their own page, until the admin has done it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import Index, String, cast, delete
from sqlalchemy import select as core_select
from sqlmodel import Field, Session, SQLModel, col, select

from storage import audit, outbox, subscriptions
from storage.addresses import Address
from storage.bulk import insert_if_missing
from storage.columns import BigId, Moment, Word
from storage.outbox import Due
from storage.posted import Posted


class Wish(StrEnum):
    """ERASE: to be forgotten. EXPORT: to get all that is stored on them."""

    ERASE = "erase"
    EXPORT = "export"


class PrivacyRequest(SQLModel, table=True):
    __tablename__ = "privacy_request"
    __table_args__ = (Index("ux_privacy_request_address_id_wish", "address_id", "wish", unique=True),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    address_id: int = Field(foreign_key="address.id", sa_type=BigId)
    wish: Wish = Field(sa_type=Word(Wish))
    asked_at: datetime = Field(sa_type=Moment)


@dataclass(frozen=True, slots=True)
class PrivacyRequestView:
    """A request that waits for the admin."""

    id: int
    address_id: int
    email: str
    wish: Wish
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Request:
    """A request as its person is told of it. `is_told`: a message to the admin names it."""

    asked_at: datetime
    is_told: bool


def ask(session: Session, email: str, wish: Wish, *, now: datetime) -> bool:
    """
    Keep a recipient's request, and owe the admin a word on it; asking again changes nothing.

    False where nothing is stored under this normalised address: then there is nothing to ask for.
    """
    address_id = session.exec(select(Address.id).where(Address.email == email)).first()
    if address_id is None:
        return False
    if insert_if_missing(session, PrivacyRequest, {"address_id": address_id, "wish": wish, "asked_at": now}):
        audit.note(session, now=now, actor="recipient", action=f"asked to {wish}", address_id=address_id)
        _owe(session, address_id, wish, now)
    return True


def _owe(session: Session, address_id: int, wish: Wish, now: datetime) -> None:
    channel = subscriptions.admin_channel(session)
    same = (col(PrivacyRequest.address_id) == address_id, col(PrivacyRequest.wish) == wish)
    request_id = session.exec(select(PrivacyRequest.id).where(*same)).one()
    if channel is not None and request_id is not None:
        outbox.owe(session, Due.PRIVACY_ASKED, request_id, destination=outbox.slack(channel), now=now)


def waiting(session: Session) -> tuple[PrivacyRequestView, ...]:
    """The requests that the admin has not done yet, oldest first."""
    return tuple(PrivacyRequestView(*row) for row in session.execute(_ROWS.order_by(col(PrivacyRequest.id))))


def get(session: Session, request_id: int) -> PrivacyRequestView | None:
    """A request that waits; None when it was done, or the person is erased."""
    row = session.execute(_ROWS.where(col(PrivacyRequest.id) == request_id)).first()
    return PrivacyRequestView(*row) if row else None


def of_address(session: Session, email: str) -> dict[Wish, Request]:
    """What a normalised address asked for that waits."""
    # SQLite gives the id of a request that was done to a later one.
    names_it = (col(Posted.subject) == cast(col(PrivacyRequest.id), String), col(Posted.at) >= PrivacyRequest.asked_at)
    told = core_select(col(Posted.id)).where(col(Posted.kind) == Due.PRIVACY_ASKED, *names_it)
    told = told.where(col(Posted.address_id) == col(PrivacyRequest.address_id)).correlate(PrivacyRequest)
    rows = session.execute(_ROWS.add_columns(told.exists()).where(col(Address.email) == email))
    return {wish: Request(asked_at, bool(is_told)) for *_, wish, asked_at, is_told in rows}


def done(session: Session, email: str, wish: Wish) -> None:
    """The admin did what this normalised address asked for."""
    of_these = select(Address.id).where(Address.email == email)
    where = (col(PrivacyRequest.address_id).in_(of_these), col(PrivacyRequest.wish) == wish)
    session.execute(delete(PrivacyRequest).where(*where))


_ROWS: Final = core_select(
    col(PrivacyRequest.id),
    col(PrivacyRequest.address_id),
    col(Address.email),
    col(PrivacyRequest.wish),
    col(PrivacyRequest.asked_at),
).join(Address, col(Address.id) == col(PrivacyRequest.address_id))
