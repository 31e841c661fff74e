"""What is said for an item of the outbox: the present state of its subject, made when it is sent."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.blocks.account_activity import account_activity
from bot.blocks.activity_message import activity_message, counted_in_groups_now, forgotten_activity
from bot.blocks.admin_message import admin_message
from bot.blocks.elements import Message
from bot.blocks.follow_message import follow_message
from bot.blocks.hubspot_refusal import refused_by_hubspot
from bot.blocks.lead_message import forgotten_lead, lead_message, lead_went_on
from bot.blocks.opt_outs_waiting import opt_outs_question
from bot.blocks.privacy_request import forgotten_request, privacy_request
from bot.blocks.reader import Reader
from bot.digest import Digest, Waiting, digest_before, next_digest, not_now, renewed_digest
from bot.setup_owed import greeting, welcome
from bot.terms import as_shown, reader_of, terms_of
from decisions import feed_grouping
from decisions.slack_ids import posted_at
from storage import (
    Session,
    account_threads,
    feed,
    follow_news,
    leads,
    opt_outs_waiting,
    outbox,
    portal,
    posted,
    privacy,
    privacy_requests,
    target_groups,
)
from storage.account_threads import AccountActivityCard, Thread
from storage.delivery import Item
from storage.leads import HubSpotRefusal, LeadStage
from storage.outbox import Due
from storage.subscriptions import Topic


@dataclass(frozen=True, slots=True)
class Owed:
    """
    A message to post, or to put in the place of the one with `ts`.

    `names`: the address of whom it names; `people`: those of all whom it names, where these may be several.
    `is_news`: worth a new message where the old one was taken away.
    `digest`: what it tells where it is one. `follows`: the `ts` of the message in whose stead this new one is posted.
    `channel`: where the one with `ts` stands; None: where the item is owed.
    `thread`: where it stands in one; where that begins, the line on the one it begins with is posted first.
    `account`: what it tells where it is about one.
    `is_shown_too`: it stands in a thread, and the channel itself is to show it too.
    """

    message: Message
    ts: str | None = None
    names: int | None = None
    is_news: bool = False
    digest: Digest | None = None
    follows: str | None = None
    people: tuple[int, ...] = ()
    channel: str | None = None
    thread: Thread | None = None
    account: AccountActivityCard | None = None
    is_shown_too: bool = False

    def about(self, item: Item) -> str:
        """What it tells of: the item's subject, unless a thread begins with another."""
        return str(self.thread.begins_with) if self.thread and self.thread.begins_with else item.subject


def owed(session: Session, item: Item, channel: str, reader: Reader, now: datetime) -> Owed | Waiting | None:
    """What is to be said in `channel`; None: nothing any more."""
    return _SAID[item.kind](session, item, channel, reader, now) if item.kind in _SAID else None


def _lead(session: Session, item: Item, channel: str, reader: Reader, now: datetime) -> Owed | Waiting | None:
    card = leads.get(session, int(item.subject))
    if card is None:
        return None
    terms = terms_of(session, Topic.LEADS, channel)
    old = posted.find(session, Due.LEAD_CHANGED, item.subject, channel=channel)
    digest = digest_before(session, Topic.LEADS, card.id, channel, old)
    before = digest or old
    if before is None and card.stage is not LeadStage.OPEN and card.stage is not LeadStage.CLAIMED:
        return None
    is_news = before is None or (card.spoke_up_at is not None and before.at < card.spoke_up_at)
    if is_news and (kept := not_now(session, card, Topic.LEADS, channel, item, now)) is not None:
        return kept.waiting
    if digest and not is_news:
        return _renewal(session, Topic.LEADS, channel, digest.ts, reader)
    home = portal.present(session)
    url = home.contact_url(card.hubspot_id) if home and card.hubspot_id else None
    return Owed(
        lead_message(as_shown(card, terms), reader_of(terms, reader), url),
        ts=None if is_news or old is None else old.ts,
        names=card.address_id if card.email else None,
        is_news=card.stage is LeadStage.OPEN,
        follows=old.ts if is_news and old else None,
    )


def went_on(item: Item, url: str | None, reader: Reader) -> Owed:
    """What stays of the message of a lead that came back with a new one, which has this URL."""
    return Owed(lead_went_on(url, reader), ts=item.facts["ts"])


def _activity(session: Session, item: Item, channel: str, reader: Reader, now: datetime) -> Owed | Waiting | None:
    card = feed.get(session, int(item.subject))
    if card is None:
        return None
    terms = terms_of(session, Topic.FEED, channel)
    old = posted.find(session, Due.ACTIVITY_CHANGED, item.subject, channel=channel)
    digest = digest_before(session, Topic.FEED, card.id, channel, old)
    if old is None and digest is None:
        if card.email is None or card.clicks == 0:
            return None
        if (kept := not_now(session, card, Topic.FEED, channel, item, now)) is not None:
            return kept.waiting
    if digest:
        return _renewal(session, Topic.FEED, channel, digest.ts, reader)
    thread = account_threads.thread_for(session, channel, card) if old is None else _stands_in(session, old)
    begun = feed.get(session, thread.begins_with) if thread and thread.begins_with else None
    shown = begun or card
    on_its_clocks = reader_of(terms, reader)
    return Owed(
        activity_message(as_shown(shown, terms), on_its_clocks),
        ts=old.ts if old else None,
        names=shown.address_id if shown.email else None,
        is_news=True,
        thread=thread,
        is_shown_too=thread is not None and _is_shown_too(thread, now, on_its_clocks.zone),
    )


def _is_shown_too(thread: Thread, now: datetime, zone: ZoneInfo) -> bool:
    return thread.shown_at is not None and feed_grouping.is_shown_again(thread.shown_at, now, zone)


def _stands_in(session: Session, old: posted.Message) -> Thread | None:
    return account_threads.running(session, old.channel, old.thread_ts) if old.thread_ts else None


def _account(session: Session, item: Item, channel: str, reader: Reader, now: datetime) -> Owed | None:
    return _of_account(session, item.subject, channel, reader)


def _of_account(session: Session, subject: str, channel: str, reader: Reader) -> Owed | None:
    card = account_threads.get(session, int(subject))
    if card is None:
        return None
    terms = terms_of(session, Topic.FEED, channel)
    return Owed(account_activity(card, reader_of(terms, reader)), ts=card.ts, account=card)


def _digest(session: Session, item: Item, channel: str, reader: Reader, now: datetime) -> Owed | Waiting | None:
    made = next_digest(session, Topic(item.subject), channel, reader, now)
    if made is None or isinstance(made, Waiting):
        return made
    return Owed(made.message, is_news=True, digest=made)


def _renewal(session: Session, topic: Topic, channel: str, ts: str, reader: Reader) -> Owed | None:
    made = renewed_digest(session, topic, channel, ts, reader)
    return Owed(made.message, ts=ts, digest=made) if made else None


def _admin(session: Session, item: Item, channel: str, reader: Reader, now: datetime) -> Owed:
    in_trouble = [group for group in target_groups.all_groups(session) if group.trouble]
    return Owed(admin_message(item.facts, in_trouble, reader), is_news=True)


def _opt_outs(session: Session, item: Item, channel: str, reader: Reader, now: datetime) -> Owed:
    old = posted.find(session, Due.OPT_OUTS_WAITING, item.subject, channel=channel)
    request = opt_outs_waiting.get(session, int(item.subject))
    people = request.people if request else int(item.facts.get("people", 0))
    return Owed(opt_outs_question(request, people, reader), ts=old.ts if old else None, is_news=True)


def _followed(session: Session, item: Item, channel: str, reader: Reader, now: datetime) -> Owed | None:
    # Owed to a user, it stands in the channel of their direct messages with us.
    old = posted.find(session, Due.FOLLOWED_CLICKED, item.subject, channel=None)
    return _follow_news(session, item.subject, reader, old.channel if old else None, old.ts if old else None)


def _follow_news(session: Session, subject: str, reader: Reader, channel: str | None, ts: str | None) -> Owed | None:
    news = follow_news.news(session, subject)
    if news is None:
        return None
    people = tuple(one.address_id for one in news.people)
    return Owed(follow_message(news, subject, reader), ts=ts, is_news=True, people=people, channel=channel)


def _greeting(session: Session, item: Item, channel: str, reader: Reader, now: datetime) -> Owed:
    return Owed(greeting(session, Topic(item.subject), channel, reader))


def _welcome(session: Session, item: Item, channel: str, reader: Reader, now: datetime) -> Owed:
    return Owed(welcome(session, reader, now))


def _refused(session: Session, item: Item, channel: str, reader: Reader, now: datetime) -> Owed | None:
    card = leads.get(session, int(item.subject))
    if card is None or card.email is None or card.stage in leads.ENDS:
        return None
    refusal = HubSpotRefusal(item.facts["refusal"])
    return Owed(refused_by_hubspot(card.email, refusal, item.facts["needs"], reader), names=card.address_id)


def _privacy(session: Session, item: Item, channel: str, reader: Reader, now: datetime) -> Owed | None:
    asked = privacy_requests.get(session, int(item.subject))
    return Owed(privacy_request(asked, reader), names=asked.address_id, is_news=True) if asked else None


def _forgotten(session: Session, item: Item, channel: str, reader: Reader, now: datetime) -> Owed | None:
    if item.facts.get("kind") == Due.DIGEST:
        return _renewal(session, Topic(item.facts["subject"]), channel, item.facts["ts"], reader)
    if item.facts.get("kind") == Due.FOLLOWED_CLICKED and (
        others := _follow_news(session, item.facts["subject"], reader, None, item.facts["ts"])
    ):
        return others
    if item.facts.get("kind") == Due.ACCOUNT_ACTIVE and (
        left := _of_account(session, item.facts["subject"], channel, reader)
    ):
        return left
    if item.facts.get("why") == privacy.ONLY_IN_GROUPS:
        return Owed(counted_in_groups_now(reader), ts=item.facts["ts"])
    made = dict.fromkeys((Due.ACTIVITY_CHANGED, Due.FOLLOWED_CLICKED, Due.ACCOUNT_ACTIVE), forgotten_activity)
    made |= {Due.PRIVACY_ASKED: forgotten_request}
    return Owed(made.get(Due(item.facts.get("kind", Due.LEAD_CHANGED)), forgotten_lead)(reader), ts=item.facts["ts"])


Say = Callable[[Session, Item, str, Reader, datetime], Owed | Waiting | None]
_SAID: Final[dict[Due, Say]] = {
    Due.LEAD_CHANGED: _lead,
    Due.ACTIVITY_CHANGED: _activity,
    Due.ACCOUNT_ACTIVE: _account,
    Due.DIGEST: _digest,
    Due.ADMIN_TOLD: _admin,
    Due.OPT_OUTS_WAITING: _opt_outs,
    Due.FOLLOWED_CLICKED: _followed,
    Due.PRIVACY_ASKED: _privacy,
    Due.CHANNEL_GREETED: _greeting,
    Due.ADMIN_WELCOMED: _welcome,
    Due.HUBSPOT_REFUSED: _refused,
    Due.PERSON_FORGOTTEN: _forgotten,
}
# What takes the name out of a message.
_NAMELESS: Final = (Due.PERSON_FORGOTTEN, Due.LEAD_WENT_ON)
# What names nobody and is never renewed.
_PASSING: Final = (Due.ADMIN_TOLD, Due.CHANNEL_GREETED, Due.ADMIN_WELCOMED)


def remember(session: Session, item: Item, said: Owed, *, channel: str, ts: str, now: datetime) -> None:
    """Keep where the message stands. Its person may have been erased while it was on its way: then it must go too."""
    if item.kind in _PASSING:
        return
    if said.digest is not None:
        if said.ts is None:
            _remember_digest(session, item, said.digest, channel=channel, ts=ts, now=now)
    elif said.people:
        _remember_people(session, item, said, channel=channel, ts=ts, now=now)
    elif said.account is not None:
        _remember_account(session, said.account, channel=channel, ts=ts, now=now)
    elif item.kind in _NAMELESS:
        posted.forget(session, channel=channel, ts=ts)
    elif said.names is not None and _is_gone(session, item.kind, int(said.about(item))):
        _take_back(session, item, said, channel=channel, ts=ts, now=now)
    else:
        posted.remember(
            session,
            channel=channel,
            ts=ts,
            kind=item.kind,
            subject=said.about(item),
            address_id=said.names,
            now=now,
            thread_ts=said.thread.ts if said.thread else None,
        )
        if said.thread:
            shown_at = posted_at(ts) if said.is_shown_too else None
            _go_on_in_thread(session, item, said.thread, channel=channel, shown_at=shown_at, now=now)
        if said.follows is not None:
            facts = {"ts": said.follows, "goes_on": ts}
            outbox.owe(session, Due.LEAD_WENT_ON, said.follows, destination=item.destination, now=now, facts=facts)


def _take_back(session: Session, item: Item, said: Owed, *, channel: str, ts: str, now: datetime) -> None:
    """The message names somebody who is gone. Where it was to begin a thread, the item's own line is still owed."""
    _owe_rewrite(session, item.kind, item.subject, channel=channel, ts=ts, now=now)
    if said.thread and said.thread.begins_with:
        outbox.owe(session, item.kind, item.subject, destination=item.destination, now=now)


def _go_on_in_thread(
    session: Session, item: Item, thread: Thread, *, channel: str, shown_at: datetime | None, now: datetime
) -> None:
    """The account's message is to say so. Where its thread began with somebody else, the item's own line follows."""
    if thread.begins_with:
        account_threads.begin(session, channel, thread, shown_at=posted_at(thread.ts) or now)
        outbox.owe(session, item.kind, item.subject, destination=item.destination, now=now)
    id_ = account_threads.widen(session, channel, thread.ts, int(item.subject), shown_at=shown_at)
    if id_ is not None:
        outbox.owe(session, Due.ACCOUNT_ACTIVE, id_, destination=item.destination, now=now)


def _remember_account(session: Session, account: AccountActivityCard, *, channel: str, ts: str, now: datetime) -> None:
    """It names the account of these people: when the last of them is erased, it must go."""
    posted.forget(session, channel=channel, ts=ts)
    left = account_threads.get(session, account.id)
    there = set(account.address_ids).intersection(left.address_ids if left else ())
    all_there = len(there) == len(account.address_ids)
    kind, subject = Due.ACCOUNT_ACTIVE, str(account.id)
    _remember_named(session, kind, subject, there, all_there=all_there, channel=channel, ts=ts, now=now)


def _remember_digest(session: Session, item: Item, digest: Digest, *, channel: str, ts: str, now: datetime) -> None:
    digest.note_told(session, channel, ts, now=now)
    kind = Due.LEAD_CHANGED if digest.topic is Topic.LEADS else Due.ACTIVITY_CHANGED
    there = {subject: address for subject, address in digest.named.items() if not _is_gone(session, kind, subject)}
    all_there, named = len(there) == len(digest.named), there.values()
    _remember_named(session, Due.DIGEST, item.subject, named, all_there=all_there, channel=channel, ts=ts, now=now)


def _remember_people(session: Session, item: Item, said: Owed, *, channel: str, ts: str, now: datetime) -> None:
    subject = item.facts["subject"] if item.kind is Due.PERSON_FORGOTTEN else item.subject
    news = follow_news.news(session, subject)
    there = {one.address_id for one in news.people} if news else set()
    kind, named, all_there = Due.FOLLOWED_CLICKED, there.intersection(said.people), there.issuperset(said.people)
    _remember_named(session, kind, subject, named, all_there=all_there, channel=channel, ts=ts, now=now)


def _remember_named(
    session: Session,
    kind: Due,
    subject: str,
    named: Collection[int],
    *,
    all_there: bool,
    channel: str,
    ts: str,
    now: datetime,
) -> None:
    """The message names these people; where others whom it names are gone meanwhile, it is to be rewritten."""
    posted.remember_all(session, channel=channel, ts=ts, kind=kind, subject=subject, address_ids=named, now=now)
    if not all_there:
        _owe_rewrite(session, kind, subject, channel=channel, ts=ts, now=now)


def _owe_rewrite(session: Session, kind: Due, subject: str, *, channel: str, ts: str, now: datetime) -> None:
    facts = {"channel": channel, "ts": ts, "kind": kind.value, "subject": subject}
    outbox.owe(session, Due.PERSON_FORGOTTEN, ts, destination=outbox.slack(channel), now=now, facts=facts)


def _is_gone(session: Session, kind: Due, subject: int) -> bool:
    found = {Due.ACTIVITY_CHANGED: feed.get, Due.PRIVACY_ASKED: privacy_requests.get}
    return found.get(kind, leads.get)(session, subject) is None
