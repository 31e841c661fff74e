"""Digests: what a channel is told of later, all in one message that is renewed as its leads and activities change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from bot.blocks.digest_message import Since, activity_digest, lead_digest
from bot.blocks.elements import Message
from bot.blocks.reader import Reader
from bot.terms import as_shown, reader_of, terms_of
from decisions.gathering import Gathered
from decisions.quiet_hours import Mode, turn
from storage import Session, backlogs, channel_chosen, channel_filtering, digests, feed, leads, subscriptions
from storage.delivery import Item
from storage.digest_numbers import DigestNumbers, digest_numbers
from storage.digests import DigestTold, Entry
from storage.feed import ActivityCard
from storage.leads import LeadCard, LeadStage
from storage.posted import Message as Posted
from storage.subscriptions import Terms, Topic


@dataclass(frozen=True, slots=True)
class Waiting:
    """It is not told now, but at `until`. `subject` is what then stands in the digest; None: it is the digest."""

    topic: Topic
    until: datetime
    because: str
    subject: int | None = None
    gathered: Gathered | None = None


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
    session: Session, card: LeadCard | ActivityCard, topic: Topic, channel: str, item: Item, now: datetime
) -> NotNow | None:
    """Why the channel is not told of something new by itself and now; None: it is. What may be there is looked for."""
    subscribed = subscriptions.find(session, topic, channel)
    if subscribed is None:
        return None
    if subscribed.ended_at or channel_filtering.kept_back(session, subscribed.terms.filters, card):
        return NotNow(None)
    decided = turn(subscribed.terms.rhythm, now)
    if decided.at > now:
        return NotNow(Waiting(topic, decided.at, decided.because, card.id))
    if not item.is_lost and (why := backlogs.why_gathered(session, item, subscribed, now)):
        return NotNow(Waiting(topic, now, why.value, card.id, why))
    return None


def let_wait(session: Session, waiting: Waiting, *, channel: str, owed_at: datetime, now: datetime) -> None:
    """Put it into the channel's next digest, and owe that; nobody waits who was erased meanwhile."""
    found = leads.get if waiting.topic is Topic.LEADS else feed.get
    if waiting.subject is not None and found(session, waiting.subject):
        since = owed_at if waiting.gathered else now
        digests.add(session, channel, waiting.topic, waiting.subject, now=since, gathered=waiting.gathered)
        channel_chosen.owe_digest(session, waiting.topic, channel, terms_of(session, waiting.topic, channel), now=now)


def digest_before(session: Session, topic: Topic, subject: int, channel: str, old: Posted | None) -> DigestTold | None:
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
    return _digest(session, topic, channel, entries, reader, told_at=now)


def renewed_digest(session: Session, topic: Topic, channel: str, ts: str, reader: Reader) -> Digest | None:
    """What a digest told, as it is now."""
    return _digest(session, topic, channel, digests.told_in(session, channel, ts), reader)


def _digest(
    session: Session,
    topic: Topic,
    channel: str,
    entries: Sequence[Entry],
    reader: Reader,
    *,
    told_at: datetime | None = None,
) -> Digest | None:
    """`told_at` None: it stands there already."""
    is_new = told_at is not None
    terms = terms_of(session, topic, channel)
    for_channel, since = reader_of(terms, reader), _since(entries, told_at)
    ids, subjects = tuple(one.id for one in entries), [one.subject for one in entries]
    if topic is Topic.LEADS:
        found = [card for card in leads.of_ids(session, subjects) if _is_told(card, is_new)]
        named = {card.id: card.address_id for card in found if card.email}
        message = lead_digest([as_shown(card, terms) for card in found], since, for_channel)
    else:
        happened = [activity for activity in feed.of_ids(session, subjects) if activity.email or not is_new]
        named = {activity.id: activity.address_id for activity in happened if activity.email}
        numbers = _numbers(session, terms, since, entries[0].told_at or told_at if entries else None, for_channel)
        message = activity_digest([as_shown(activity, terms) for activity in happened], since, for_channel, numbers)
    return Digest(topic, message, ids, named) if named or not is_new else None


def _numbers(
    session: Session, terms: Terms, since: Since | None, at: datetime | None, reader: Reader
) -> DigestNumbers | None:
    """What everybody did up to the digest's day, in a daily one; more often it would be noise."""
    is_daily = terms.rhythm.mode is Mode.DAILY and since is not None and since.gathered is None
    return digest_numbers(session, at, reader.zone) if is_daily and at else None


def _since(entries: Sequence[Entry], told_at: datetime | None) -> Since | None:
    """From when to when it happened, and why it is told together."""
    if not entries:
        return None
    first, last = (choose(one.added_at for one in entries) for choose in (min, max))
    gathered = [one for one in entries if one.gathered]
    whys = {one.gathered for one in gathered}
    why = next((each for each in (Gathered.MISSED, Gathered.HELD_UP) if each in whys), None)
    told_at = entries[0].told_at or told_at or last
    return Since(first, last, told_at - min((one.added_at for one in gathered), default=told_at), why)


def _is_told(card: LeadCard, is_new: bool) -> bool:
    """What came to an end while it waited is no news."""
    return not is_new or card.stage in (LeadStage.OPEN, LeadStage.CLAIMED)
