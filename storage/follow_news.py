"""News for those who follow: who clicked since, told in one message that grows until ten minutes went by without."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import and_, func, select, union_all, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from decisions.feed_grouping import TOGETHER
from storage import follows, opt_outs, outbox, performance
from storage.accounts import Account
from storage.addresses import Address
from storage.companies import Company
from storage.contacts import Contact
from storage.feed import ActivityCard
from storage.follows import Follow, Followed, FollowedClicks
from storage.opt_outs import Hasher
from storage.outbox import Due
from storage.performance import Clicked, Span
from storage.tracking import Event, EventClass, EventKind

# What was clicked in time is still told, should Slack be away when the follow ends.
KEPT_AFTER: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FollowNews:
    """What one message tells: who clicked, the last first. `account_domain`: everybody's of an account."""

    followed: Followed
    people: tuple[ActivityCard, ...]


class _Seen(NamedTuple):
    """A followed person's clicks since the last message: how many, the last event, and from when to when."""

    follow_id: int
    address_id: int
    email: str
    clicks: int
    last_event: int
    first_at: datetime
    last_at: datetime


def tell(session: Session, *, hasher: Hasher, now: datetime) -> int:
    """
    Owe everybody who follows what is new, and end what is over; how many messages are new or grew.

    Only people's clicks, and only settled ones, of those who are not opted out. A click may be settled after younger
    ones and, with several writers, be committed after them: so they are counted, not just those behind the last.
    """
    follows.remove(session, _ended(session, now))
    quiet = (col(Follow.told_at) <= now - TOGETHER,)
    anew = {"after_event": Follow.last_event, "clicks": 0, "told_at": None}
    session.execute(update(Follow).where(*quiet).values(**anew))
    seen = _seen(session, hasher)
    told = [_note(session, session.get_one(Follow, id_), theirs, now) for id_, theirs in sorted(seen.items())]
    session.flush()
    return sum(told)


def news(session: Session, subject: str) -> FollowNews | None:
    """What a message tells now; None: the follow ended, or nobody is left in it."""
    follow_id, _, message = subject.partition(":")
    followed = follows.get(session, int(follow_id))
    where = (col(FollowedClicks.follow_id) == int(follow_id), col(FollowedClicks.message) == int(message))
    people = _people(session, where) if followed else ()
    return FollowNews(followed, people) if followed and people else None


def _ended(session: Session, now: datetime) -> list[int]:
    """Follows that are over, and those that a merge made the same as another of their owner's."""
    query = (
        select(col(Follow.id), col(Follow.user_id), col(Follow.until), col(Follow.account_id), col(Follow.address_id))
        .add_columns(col(Address.contact_id))
        .outerjoin(Address, col(Address.id) == col(Follow.address_id))
        .order_by(col(Follow.until).desc(), col(Follow.id))
    )
    ended, known = [], set()
    for id_, user_id, until, account_id, address_id, contact_id in session.execute(query):
        whom = (user_id, account_id, contact_id, None if contact_id else address_id)
        if until <= now - KEPT_AFTER or whom in known:
            ended.append(id_)
        known.add(whom)
    return ended


def _seen(session: Session, hasher: Hasher) -> Mapping[int, Sequence[_Seen]]:
    theirs = _addresses_followed()
    clicked = (
        col(Event.kind) == int(EventKind.CLICK),
        col(Event.counts_as) == int(EventClass.HUMAN),
        col(Event.is_doubted).is_(False),
    )
    query = (
        select(theirs.c.follow_id, theirs.c.address_id, col(Address.email), func.count(), func.max(col(Event.id)))
        .add_columns(func.min(col(Event.at)), func.max(col(Event.at)))
        .join(Follow, col(Follow.id) == theirs.c.follow_id)
        .join(Address, col(Address.id) == theirs.c.address_id)
        .join(Event, col(Event.address_id) == theirs.c.address_id)
        .where(*clicked, col(Event.at) >= col(Follow.since), col(Event.at) < col(Follow.until))
        .where(col(Event.id) > col(Follow.after_event))
        .group_by(theirs.c.follow_id, theirs.c.address_id, col(Address.email))
    )
    rows = [_Seen(*row) for row in session.execute(query)]
    silent = opt_outs.opted_out(session, {row.email for row in rows}, hasher)
    seen: dict[int, list[_Seen]] = {}
    for row in rows:
        if row.email not in silent:
            seen.setdefault(row.follow_id, []).append(row)
    return seen


def _addresses_followed() -> Any:
    """Each follow with the addresses that it is about."""
    own, other, member = aliased(Address), aliased(Address), aliased(Address)
    same_person = and_(col(other.contact_id) == col(own.contact_id), col(other.id) != col(own.id))
    return union_all(
        select(col(Follow.id).label("follow_id"), col(Follow.address_id).label("address_id")).where(
            col(Follow.address_id).is_not(None)
        ),
        select(col(Follow.id), col(other.id)).join(own, col(own.id) == col(Follow.address_id)).join(other, same_person),
        select(col(Follow.id), col(member.id)).join(member, col(member.account_id) == col(Follow.account_id)),
    ).subquery()


def _note(session: Session, row: Follow, seen: Sequence[_Seen], now: datetime) -> bool:
    """Put clicks into the present message, or begin one; whether there is anything new."""
    clicks, last_event = sum(one.clicks for one in seen), max(one.last_event for one in seen)
    is_news = clicks > row.clicks or last_event > row.last_event
    row.clicks, row.last_event = clicks, max(last_event, row.last_event)
    if is_news:
        row.message += row.told_at is None
        row.told_at = now
        _keep(session, row, seen)
        destination, subject = outbox.slack(row.user_id), follows.subject_of(row.id or 0, row.message)
        facts = {"team_id": row.team_id}
        outbox.owe(session, Due.FOLLOWED_CLICKED, subject, destination=destination, now=now, facts=facts)
    session.add(row)
    return is_news


def _keep(session: Session, row: Follow, seen: Iterable[_Seen]) -> None:
    same = (col(FollowedClicks.follow_id) == row.id, col(FollowedClicks.message) == row.message)
    held = {one.address_id: one for one in session.execute(select(FollowedClicks).where(*same)).scalars()}
    for one in seen:
        kept = held.get(one.address_id) or FollowedClicks(
            follow_id=row.id or 0,
            message=row.message,
            address_id=one.address_id,
            first_at=one.first_at,
            last_at=one.last_at,
        )
        kept.first_at, kept.last_at = one.first_at, one.last_at
        session.add(kept)


def _people(session: Session, where: Collection[Any]) -> tuple[ActivityCard, ...]:
    query = (
        select(FollowedClicks, col(Address.email), Contact, col(Company.name), col(Account.name))
        .join(Address, col(Address.id) == col(FollowedClicks.address_id))
        .outerjoin(Contact, col(Contact.id) == col(Address.contact_id))
        .outerjoin(Company, col(Company.hubspot_id) == col(Contact.company_id))
        .outerjoin(Account, col(Account.id) == col(Address.account_id))
        .where(*where)
        .order_by(col(FollowedClicks.last_at).desc(), col(FollowedClicks.id))
    )
    rows = session.execute(query).all()
    spans = [Span(one.id, one.address_id, one.first_at, one.last_at) for one, *_ in rows]
    clicked = performance.clicked_within(session, spans)
    return tuple(_card(clicked[one.id], one, *rest) for one, *rest in rows if one.id in clicked)


def _card(
    clicked: Clicked,
    one: FollowedClicks,
    email: str,
    contact: Contact | None,
    company: str | None,
    account: str | None,
) -> ActivityCard:
    is_hidden = contact is not None and contact.hidden_at is not None
    return ActivityCard(
        id=one.id or 0,
        address_id=one.address_id,
        contact_id=contact.id if contact else None,
        hubspot_id=None,
        email=None if is_hidden else email,
        name=None if is_hidden or contact is None else contact.name or None,
        company=company or None,
        account=account,
        owner=None,
        clicks=clicked.clicks,
        campaigns=clicked.campaigns,
        sender=clicked.sender,
        first_at=one.first_at,
        last_at=one.last_at,
    )
