"""A workspace is gone: its token, its subscriptions, what it was owed, what was known of its messages and people."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, SQLModel, col, select

from storage import audit, installations, workspaces
from storage.account_activities import AccountActivity
from storage.digests import DigestEntry
from storage.follows import Follow, FollowedClicks
from storage.mentions import MatchedOwner, MentionedUser
from storage.outbox import SLACK, OutboxDestination, OutboxItem
from storage.permitted import PermittedUser, WelcomedUser
from storage.posted import Posted
from storage.subscriptions import Subscription
from storage.workspaces import is_in

# What stands there under an id of the workspace's own.
_OWN: tuple[tuple[type[SQLModel], Any], ...] = (
    (Subscription, Subscription.channel),
    (Posted, Posted.channel),
    (DigestEntry, DigestEntry.channel),
    (AccountActivity, AccountActivity.channel),
    (Follow, Follow.user_id),
    (MentionedUser, MentionedUser.user_id),
    (MatchedOwner, MatchedOwner.user_id),
    (PermittedUser, PermittedUser.user_id),
    (WelcomedUser, WelcomedUser.user_id),
)


def end(session: Session, team_id: str, *, actor: str, now: datetime) -> int | None:
    """
    End an installation; how many owed things were dropped with it. None: we were not installed there.

    What was posted there stays there, out of our reach.
    """
    if not installations.forget(session, team_id):
        return None
    known_as = workspaces.known_as(session, team_id, now=now)
    workspaces.end(session, team_id, now=now)
    owed = delete(OutboxItem).where(is_in(col(OutboxItem.destination), known_as, SLACK))
    dropped = int(session.execute(owed).rowcount)  # type: ignore[attr-defined]
    session.execute(delete(OutboxDestination).where(is_in(col(OutboxDestination.destination), known_as, SLACK)))
    follows = select(Follow.id).where(is_in(col(Follow.user_id), known_as))
    session.execute(delete(FollowedClicks).where(col(FollowedClicks.follow_id).in_(follows)))
    for table, kept_id in _OWN:
        session.execute(delete(table).where(is_in(col(kept_id), known_as)))
    detail = f"{team_id}: {dropped} owed"
    audit.note(session, now=now, actor=actor, action="ended a workspace", detail=detail)
    return dropped
