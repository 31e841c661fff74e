"""Mentions: which Slack user a HubSpot owner is, and who wants to be mentioned where something of theirs is told."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import delete, func
from sqlmodel import Field, Session, SQLModel, col, select

from storage import audit
from storage.owners import Owner


class MentionedUser(SQLModel, table=True):
    """A Slack user who wants to be mentioned."""

    __tablename__ = "mentioned_user"

    user_id: str = Field(primary_key=True)
    email: str | None = Field(default=None, index=True, description="in Slack, lower-cased, when they chose it")


class MatchedOwner(SQLModel, table=True):
    """A HubSpot owner who is this Slack user, whatever the addresses say."""

    __tablename__ = "matched_owner"

    owner_id: str = Field(primary_key=True, foreign_key="owner.hubspot_id")
    user_id: str


class NoSuchOwner(Exception):
    """HubSpot has no such owner."""


def wants(session: Session, user_id: str) -> bool:
    """Whether somebody wants to be mentioned; nobody does until they say so."""
    return session.get(MentionedUser, user_id) is not None


def switch(session: Session, user_id: str, email: str | None, *, on: bool, actor: str, now: datetime) -> bool:
    """Let somebody be mentioned from now on, or no more; whether that is new. On, it learns their present address."""
    was = wants(session, user_id)
    session.execute(delete(MentionedUser).where(col(MentionedUser.user_id) == user_id))
    if on:
        session.add(MentionedUser(user_id=user_id, email=email.lower() if email else None))
    session.flush()
    if was != on:
        action = "switched mentions on" if on else "switched mentions off"
        audit.note(session, now=now, actor=actor, action=action, detail=user_id)
    return was != on


def match(session: Session, owner_id: str, user_id: str | None, *, actor: str, now: datetime) -> None:
    """
    Say who a HubSpot owner is in Slack; None: whoever has their address.

    Raises:
        NoSuchOwner
    """
    if session.get(Owner, owner_id) is None:
        raise NoSuchOwner(NoSuchOwner.__doc__)
    session.execute(delete(MatchedOwner).where(col(MatchedOwner.owner_id) == owner_id))
    if user_id:
        session.add(MatchedOwner(owner_id=owner_id, user_id=user_id))
    session.flush()
    audit.note(session, now=now, actor=actor, action="matched an owner", detail=f"{owner_id} {user_id or '-'}")


def matched(session: Session) -> tuple[tuple[str, str], ...]:
    """The owners who were matched by hand: their names, and the Slack users they are."""
    query = select(Owner.name, MatchedOwner.user_id).join(Owner, col(Owner.hubspot_id) == col(MatchedOwner.owner_id))
    return tuple(session.exec(query.order_by(col(Owner.name), col(Owner.hubspot_id))).all())


def users_of(session: Session, owner_ids: Collection[str]) -> Mapping[str, str]:
    """The Slack users who are these owners and want to be mentioned, by owner id."""
    if not owner_ids:
        return {}
    by_hand = select(MatchedOwner.owner_id, MatchedOwner.user_id).where(col(MatchedOwner.owner_id).in_(owner_ids))
    chosen = dict(session.exec(by_hand).all())
    same_address = col(MentionedUser.email) == func.lower(col(Owner.email))
    by_address = select(Owner.hubspot_id, MentionedUser.user_id).join(MentionedUser, same_address)
    found = dict(session.exec(by_address.where(col(Owner.hubspot_id).in_(owner_ids))).all()) | chosen
    wanted = set(session.exec(select(MentionedUser.user_id).where(col(MentionedUser.user_id).in_(found.values()))))
    return {owner_id: user_id for owner_id, user_id in found.items() if user_id in wanted}
