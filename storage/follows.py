"""Follows: who wants to be told directly when a person, or somebody of an account, clicks again; until when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Index, and_, delete, func, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Field, Session, SQLModel, col

from storage import audit
from storage.accounts import Account
from storage.addresses import Address, AddressKind
from storage.columns import BigId, Moment
from storage.contacts import Contact
from storage.leads import Lead
from storage.outbox import Due, OutboxItem, OutboxState

# A message that lists them all must fit into Slack's 50 blocks.
MOST_FOLLOWED: Final = 40


class Follow(SQLModel, table=True):
    """
    Somebody in Slack follows the person who has this address, by all their addresses, or everybody of an account.

    Their clicks are told in numbered messages. The present one, `message`, holds `clicks`, the last of them the event
    `last_event`, and was last changed at `told_at` (None: the next click begins another); it holds no event up to
    `after_event`, which an earlier one told.
    """

    __tablename__ = "follow"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    user_id: str = Field(index=True, description="a Slack user's id")
    team_id: str = Field(description="the id of their workspace")
    address_id: int | None = Field(default=None, foreign_key="address.id", index=True, sa_type=BigId)
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True, sa_type=BigId)
    since: datetime = Field(sa_type=Moment)
    until: datetime = Field(sa_type=Moment)
    message: int = Field(default=0)
    clicks: int = Field(default=0)
    after_event: int = Field(default=0, sa_type=BigId)
    last_event: int = Field(default=0, sa_type=BigId)
    told_at: datetime | None = Field(default=None, sa_type=Moment)


class FollowedClicks(SQLModel, table=True):
    """One person's clicks in one message to whoever follows them, or their account."""

    __tablename__ = "followed_clicks"
    __table_args__ = (
        Index("ux_followed_clicks_follow_id_message_address_id", "follow_id", "message", "address_id", unique=True),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    follow_id: int = Field(foreign_key="follow.id", sa_type=BigId)
    message: int
    address_id: int = Field(foreign_key="address.id", index=True, sa_type=BigId)
    first_at: datetime = Field(sa_type=Moment)
    last_at: datetime = Field(sa_type=Moment)


@dataclass(frozen=True, slots=True)
class Target:
    """Whom somebody wants to follow: one person, by an address of theirs, or an account."""

    address_id: int | None = None
    account_id: int | None = None


@dataclass(frozen=True, slots=True)
class Followed:
    """
    A follow as its owner sees it.

    `name` is the person's (else their address), or the account's; None while a privacy deletion hides the person.
    `contact_id`, `lead_id`: who the person is now.
    """

    id: int
    user_id: str
    target: Target
    name: str | None
    contact_id: int | None
    lead_id: int | None
    until: datetime


class TooMany(Exception):
    """Somebody follows as many as one can: they have to stop following somebody first."""


def follow(session: Session, target: Target, *, user_id: str, team_id: str, until: datetime, now: datetime) -> Followed:
    """
    Follow somebody until a moment; whom one follows already is followed until then from now on.

    Raises:
        TooMany
    """
    mine = (col(Follow.user_id) == user_id, *_same(session, target))
    row = session.execute(select(Follow).where(*mine)).scalars().first()
    if row is None:
        _require_room(session, user_id)
        row = Follow(
            user_id=user_id,
            team_id=team_id,
            address_id=target.address_id,
            account_id=target.account_id,
            since=now,
            until=until,
        )
    row.until = until
    session.add(row)
    session.flush()
    audit.note(session, now=now, actor=f"slack:{user_id}", action="followed", address_id=target.address_id)
    return _of(session, col(Follow.id) == row.id)[0]


def stop(session: Session, follow_id: int, *, user_id: str, now: datetime) -> Followed | None:
    """Follow no longer; whom they followed. None: nobody, or that is somebody else's follow."""
    found = _of(session, col(Follow.id) == follow_id, col(Follow.user_id) == user_id)
    if not found:
        return None
    remove(session, [follow_id])
    address_id = found[0].target.address_id
    audit.note(session, now=now, actor=f"slack:{user_id}", action="stopped following", address_id=address_id)
    return found[0]


def of_user(session: Session, user_id: str, *, now: datetime) -> tuple[Followed, ...]:
    """Whom somebody follows, the longest first."""
    return _of(session, col(Follow.user_id) == user_id, col(Follow.until) > now)


def get(session: Session, follow_id: int) -> Followed | None:
    """A follow; None when it ended."""
    return next(iter(_of(session, col(Follow.id) == follow_id)), None)


def target_of_contact(session: Session, contact_id: int) -> Target | None:
    """A contact as one that can be followed, by their primary address; None: they have no address."""
    is_primary = col(Address.kind) == AddressKind.PRIMARY
    query = select(col(Address.id)).where(col(Address.contact_id) == contact_id)
    address_id = session.execute(query.order_by(is_primary.desc(), col(Address.id)).limit(1)).scalar()
    return Target(address_id=address_id) if address_id is not None else None


def account_of(session: Session, address_id: int) -> tuple[int, str] | None:
    """The account of an address: its id and name; None: it has none."""
    query = select(col(Account.id), col(Account.name)).join(Address, col(Address.account_id) == col(Account.id))
    row = session.execute(query.where(col(Address.id) == address_id)).first()
    return (row[0], row[1]) if row else None


def move_accounts(session: Session, others: Collection[int], kept: int) -> None:
    """Several accounts are one from now on."""
    session.execute(update(Follow).where(col(Follow.account_id).in_(others)).values(account_id=kept))


def withdraw(session: Session, address_ids: Collection[int]) -> None:
    """These people opted out: nobody follows them any more, and what was not told yet of them will not be."""
    theirs = select(col(Follow.id)).where(col(Follow.address_id).in_(address_ids))
    remove(session, [id_ for id_ in session.execute(theirs).scalars() if id_ is not None])
    session.execute(delete(FollowedClicks).where(col(FollowedClicks.address_id).in_(address_ids)))


def remove(session: Session, follow_ids: Collection[int]) -> None:
    """These follows end, and what was not told yet will not be."""
    rows = session.execute(select(col(Follow.id), col(Follow.message)).where(col(Follow.id).in_(follow_ids))).all()
    subjects = [subject_of(id_ or 0, message) for id_, message in rows]
    not_sent = (col(OutboxItem.kind) == Due.FOLLOWED_CLICKED, col(OutboxItem.state) != OutboxState.SENDING)
    session.execute(delete(OutboxItem).where(*not_sent, col(OutboxItem.subject).in_(subjects)))
    session.execute(delete(FollowedClicks).where(col(FollowedClicks.follow_id).in_(follow_ids)))
    session.execute(delete(Follow).where(col(Follow.id).in_(follow_ids)))


def subject_of(follow_id: int, message: int) -> str:
    """By what the outbox names a message to whoever follows."""
    return f"{follow_id}:{message}"


def _require_room(session: Session, user_id: str) -> None:
    held = session.execute(select(func.count()).where(col(Follow.user_id) == user_id)).scalar_one()
    if held >= MOST_FOLLOWED:
        raise TooMany(TooMany.__doc__)


def _same(session: Session, target: Target) -> tuple[Any, ...]:
    if target.account_id is not None:
        return (col(Follow.account_id) == target.account_id,)
    own = select(col(Address.contact_id)).where(col(Address.id) == target.address_id).scalar_subquery()
    theirs = select(col(Address.id)).where(
        or_(col(Address.id) == target.address_id, and_(own.is_not(None), col(Address.contact_id) == own))
    )
    return (col(Follow.address_id).in_(theirs),)


def _of(session: Session, *where: Any) -> tuple[Followed, ...]:
    person = aliased(Address)
    query = (
        select(Follow, col(person.email), Contact, col(Lead.id), col(Account.name))
        .outerjoin(person, col(person.id) == col(Follow.address_id))
        .outerjoin(Contact, col(Contact.id) == col(person.contact_id))
        .outerjoin(Lead, col(Lead.address_id) == col(person.id))
        .outerjoin(Account, col(Account.id) == col(Follow.account_id))
        .where(*where)
        .order_by(col(Follow.since), col(Follow.id))
    )
    return tuple(_followed(*row) for row in session.execute(query))


def _followed(
    row: Follow, email: str | None, contact: Contact | None, lead_id: int | None, account: str | None
) -> Followed:
    is_hidden = contact is not None and contact.hidden_at is not None
    person = None if is_hidden else (contact.name if contact else "") or email
    return Followed(
        id=row.id or 0,
        user_id=row.user_id,
        target=Target(row.address_id, row.account_id),
        name=account if row.account_id is not None else person,
        contact_id=contact.id if contact else None,
        lead_id=None if contact else lead_id,
        until=row.until,
    )
