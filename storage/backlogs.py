"""What a channel is owed when it is the turn of something new."""

from datetime import datetime
from typing import Final

from sqlmodel import Session

from decisions.gathering import BURST, OWN_AFTER_A_PAUSE, Backlog, Gathered, gathered
from storage import delivery, digests, posted
from storage.delivery import Item
from storage.subscriptions import Subscribed, Topic

# For how many of what was missed a message of its own is worth it; all of the feed is one.
_OWN: Final = {Topic.LEADS: OWN_AFTER_A_PAUSE}


def why_gathered(session: Session, item: Item, subscribed: Subscribed, now: datetime) -> Gathered | None:
    """Why the channel is told of an item together with others; None: it is a message of its own."""
    channel, topic, own = subscribed.channel, subscribed.topic, 0
    if subscribed.resumed_at is not None and item.owed_at <= subscribed.resumed_at:
        most = _OWN.get(topic, 1)
        own = posted.how_many(session, item.kind, channel=channel, since=subscribed.resumed_at, most=most)
    backlog = Backlog(
        owed_at=item.owed_at,
        waiting=delivery.others_due(session, item, BURST, now=now),
        is_gathering=digests.is_gathering(session, channel, topic),
        resumed_at=subscribed.resumed_at,
        own=own,
    )
    return gathered(backlog, now, own_after_a_pause=_OWN.get(topic, 0))
