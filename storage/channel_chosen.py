"""A channel is chosen: who gets leads or the feed, and on what terms; and a channel that is to get nothing more."""

from datetime import datetime

from sqlmodel import Session

from decisions.quiet_hours import turn
from decisions.slack_ids import workspace_of
from storage import audit, digests, outbox, subscriptions
from storage.outbox import Due
from storage.subscriptions import Terms, Topic


def choose(
    session: Session, topic: Topic, channel: str, terms: Terms, *, actor: str, user_id: str, now: datetime
) -> bool:
    """
    Tell `channel` of a topic on these terms from now on; whether it was not told until now.

    It is greeted once, and hears nothing of before. Whoever chooses is told of trouble, until somebody says where else.
    What waits for a digest is told when the new terms say so.
    """
    before = subscriptions.find(session, topic, channel)
    if before and before.ended_at:
        digests.drop(session, channel, topic)
    subscriptions.subscribe(session, topic, channel, now=now)
    subscriptions.set_terms(session, topic, channel, terms)
    if not subscriptions.of_topic(session, Topic.ADMIN, workspace_of(channel)):
        subscriptions.subscribe(session, Topic.ADMIN, user_id, now=now)
    if before is None:
        outbox.owe(session, Due.CHANNEL_GREETED, topic, destination=outbox.slack(channel), now=now)
    elif digests.waiting(session, channel, topic):
        owe_digest(session, topic, channel, terms, now=now)
    is_new = before is None or before.ended_at is not None
    action = "chose a channel" if is_new else "changed a channel's terms"
    audit.note(session, now=now, actor=actor, action=action, detail=f"{topic} {channel}")
    return is_new


def drop(session: Session, topic: Topic, channel: str, *, actor: str, now: datetime) -> bool:
    """Tell `channel` of a topic nothing new; whether it was told until now. What stands there is still renewed."""
    if not subscriptions.end(session, topic, channel, now=now):
        return False
    digests.drop(session, channel, topic)
    audit.note(session, now=now, actor=actor, action="took back a channel", detail=f"{topic} {channel}")
    return True


def owe_digest(session: Session, topic: Topic, channel: str, terms: Terms, *, now: datetime) -> None:
    """Owe the channel its digest, when its terms say so."""
    at = turn(terms.rhythm, now).at
    outbox.owe(session, Due.DIGEST, topic, destination=outbox.slack(channel), now=now, after=at - now)
