"""Digests: what a channel is told of later, all in one message that is renewed as its leads and activities change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from bot.blocks.digest_message import activity_digest, lead_digest
from bot.blocks.elements import Message
from bot.blocks.reader import Reader
from bot.terms import as_shown, reader_of, terms_of
from decisions.quiet_hours import Mode, turn
from storage import Session, channel_chosen, channel_filtering, digests, feed, leads, subscriptions
from storage.digests import Entry, Told
from storage.feed import ActivityCard
from storage.leads import LeadCard, LeadStage
from storage.posted import Message as Posted
from storage.subscriptions import Topic


@dataclass(frozen=True, slots=True)
class Waiting:
    """It is not told now, but at `until`. `subject` is what then stands in the digest; None: it is the digest."""

    topic: Topic
    until: datetime
    because: str
    subject: int | None = None


@dataclass(frozen=True, slots=True)
class NotNow:
    """Why something is not posted by itself; `waiting` None: the channel does not want it."""

    waiting: Waiting | None


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest's message and what it tells: the addresses that it names, by the ids of leads or activities."""

    topic: Topic
    message: Message
    entries: tuple[int, ...]
    named: Mapping[int, int]

    def note_told(self, session: Session, channel: str, ts: str, *, now: datetime) -> None:
        """Its message stands there."""
        digests.note_told(session, self.entries, ts, now=now)


def not_now(
    session: Session, card: LeadCard | ActivityCard, topic: Topic, channel: str, now: datetime
) -> NotNow | None:
    """Why the channel is not told of something new now; None: it is."""
    subscribed = subscriptions.find(session, topic, channel)
    if subscribed is None:
        return None
    if subscribed.ended_at or channel_filtering.kept_back(session, subscribed.terms.filters, card):
        return NotNow(None)
    decided = turn(subscribed.terms.rhythm, now)
    return NotNow(Waiting(topic, decided.at, decided.because, card.id)) if decided.at > now else None


def let_wait(session: Session, waiting: Waiting, *, channel: str, now: datetime) -> None:
    """Put it into the channel's next digest, and owe that; nobody waits who was erased meanwhile."""
    found = leads.get if waiting.topic is Topic.LEADS else feed.get
    if waiting.subject is not None and found(session, waiting.subject):
        digests.add(session, channel, waiting.topic, waiting.subject, now=now)
        channel_chosen.owe_digest(session, waiting.topic, channel, terms_of(session, waiting.topic, channel), now=now)


def digest_before(session: Session, topic: Topic, subject: int, channel: str, old: Posted | None) -> Told | None:
    """The digest that told the channel of it last; None: a message of its own did, or nothing."""
    told = digests.last_told(session, channel, topic, subject)
    return told if told and (old is None or old.at < told.at) else None


def next_digest(session: Session, topic: Topic, channel: str, reader: Reader, now: datetime) -> Digest | Waiting | None:
    """All that waits, in one message; None: nothing of it can be told any more."""
    subscribed = subscriptions.find(session, topic, channel)
    if subscribed is None or subscribed.ended_at:
        return None
    rhythm = subscribed.terms.rhythm
    decided = turn(msgspec.structs.replace(rhythm, mode=Mode.EACH), now)
    if decided.at > now:
        return Waiting(topic, decided.at, decided.because)
    entries = digests.waiting(session, channel, topic)
    return _digest(session, topic, channel, entries, reader, is_new=True)


def renewed_digest(session: Session, topic: Topic, channel: str, ts: str, reader: Reader) -> Digest | None:
    """What a digest told, as it is now."""
    return _digest(session, topic, channel, digests.told_in(session, channel, ts), reader, is_new=False)


def _digest(
    session: Session, topic: Topic, channel: str, entries: Sequence[Entry], reader: Reader, *, is_new: bool
) -> Digest | None:
    terms = terms_of(session, topic, channel)
    for_channel, since = reader_of(terms, reader), min((one.added_at for one in entries), default=None)
    ids, subjects = tuple(one.id for one in entries), [one.subject for one in entries]
    if topic is Topic.LEADS:
        found = [card for card in leads.of_ids(session, subjects) if _is_told(card, is_new)]
        named = {card.id: card.address_id for card in found if card.email}
        message = lead_digest([as_shown(card, terms) for card in found], since, for_channel)
    else:
        happened = [activity for activity in feed.of_ids(session, subjects) if activity.email or not is_new]
        named = {activity.id: activity.address_id for activity in happened if activity.email}
        message = activity_digest([as_shown(activity, terms) for activity in happened], since, for_channel)
    return Digest(topic, message, ids, named) if named or not is_new else None


def _is_told(card: LeadCard, is_new: bool) -> bool:
    """What came to an end while it waited is no news."""
    return not is_new or card.stage in (LeadStage.OPEN, LeadStage.CLAIMED)
