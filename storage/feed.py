"""The performance feed: activities, each one person's clicks close together, newest first."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Index, Select, Text, and_, cast, delete, or_, select, type_coerce
from sqlmodel import Field, Session, SQLModel, col

from decisions import feed_grouping
from decisions.feed_grouping import TOGETHER, grown, running_activity
from storage import digests, mentions, outbox, performance
from storage.accounts import Account
from storage.addresses import Address
from storage.bulk import insert_rows, read_rows, write_rows
from storage.columns import BigId, Moment, from_microseconds, to_microseconds
from storage.companies import Company
from storage.contacts import Contact, ContactId
from storage.database import is_sqlite, listed
from storage.outbox import Due, OutboxItem, OutboxState
from storage.owners import Owner
from storage.performance import Clicked, PopularCampaign, Span
from storage.subscriptions import Topic


class Activity(SQLModel, table=True):
    __tablename__ = "activity"
    __table_args__ = (
        Index("ix_activity_address_id_last_at", "address_id", "last_at"),
        Index("ix_activity_last_at", "last_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    address_id: int = Field(foreign_key="address.id", sa_type=BigId)
    first_at: datetime = Field(sa_type=Moment)
    last_at: datetime = Field(sa_type=Moment)


Click = tuple[int, datetime]
"""A person's click by an address of a contact: the address' id, and when."""


def note_clicks(session: Session, clicks: Sequence[Click], *, now: datetime) -> None:
    """Put a batch of clicks into activities, and owe each feed channel those that are new or grew; few statements."""
    running = _running(session, clicks)
    moments: dict[int, list[datetime]] = {}
    for address_id, at in clicks:
        moments.setdefault(address_id, []).append(at)
    touched = [(id_, one) for id_, told in moments.items() for one in _grouped(running.get(id_, ()), sorted(told))]
    _keep(session, touched)
    if destinations := outbox.subscribed(session, Topic.FEED):
        outbox.owe_many(session, Due.ACTIVITY_CHANGED, _ids(session, touched), destinations=destinations, now=now)


Touched = tuple[int, feed_grouping.Activity]
"""An address' id, and an activity of it that is new (its id is below 0) or got a click."""


def _running(session: Session, clicks: Sequence[Click]) -> dict[int, list[feed_grouping.Activity]]:
    """The activities that any of these clicks may join, by address."""
    moments = [at for _, at in clicks]
    after, before = to_microseconds(min(moments) - TOGETHER), to_microseconds(max(moments) + TOGETHER)
    asked = [(address_id, after, before) for address_id in {address_id for address_id, _ in clicks}]
    found: dict[int, list[feed_grouping.Activity]] = {}
    for address_id, id_, *span in read_rows(session, _NEAR, asked, ("bigint", "bigint", "bigint")):
        found.setdefault(address_id, []).append(feed_grouping.Activity(id_, *map(from_microseconds, span)))
    return found


_NEAR: Final = """
    SELECT address_id, id, first_at, last_at FROM {asked}
    JOIN activity ON address_id = c1 AND last_at >= c2 AND first_at <= c3
    """


def _grouped(known: Iterable[feed_grouping.Activity], moments: Iterable[datetime]) -> list[feed_grouping.Activity]:
    activities, touched = {one.id: one for one in known}, set()
    for at in moments:
        joined = running_activity(activities.values(), at)
        activity = grown(joined, at) if joined else feed_grouping.Activity(-1 - len(activities), at, at)
        activities[activity.id] = activity
        touched.add(activity.id)
    return [activities[id_] for id_ in touched]


def _keep(session: Session, touched: Sequence[Touched]) -> None:
    in_order = sorted(touched, key=lambda one: (one[1].last_at, one[0]))
    new = [_row(address_id, one) for address_id, one in in_order if one.id < 0]
    insert_rows(session, "activity", ("address_id", "first_at", "last_at"), new)
    grew = sorted((one.id, *_row(address_id, one)) for address_id, one in touched if one.id > 0)
    if grew:
        least, greatest = ("min", "max") if is_sqlite(session) else ("least", "greatest")
        wider = (
            f"ON CONFLICT (id) DO UPDATE SET first_at = {least}(activity.first_at, excluded.first_at), "
            f"last_at = {greatest}(activity.last_at, excluded.last_at)"
        )
        write_rows(session, "activity", ("id", "address_id", "first_at", "last_at"), grew, wider)


def _row(address_id: int, activity: feed_grouping.Activity) -> tuple[int, int, int]:
    return address_id, to_microseconds(activity.first_at), to_microseconds(activity.last_at)


def _ids(session: Session, touched: Sequence[Touched]) -> list[int]:
    new = [(address_id, to_microseconds(one.last_at)) for address_id, one in touched if one.id < 0]
    if not new:
        return [one.id for _, one in touched]
    asked = listed(session, new, address_id=BigInteger(), last_at=BigInteger())
    same = (
        col(Activity.address_id) == asked.c.address_id,
        type_coerce(col(Activity.last_at), BigInteger) == asked.c.last_at,
    )
    made = session.execute(select(col(Activity.id)).join(asked, and_(*same))).scalars()
    return [*(one.id for _, one in touched if one.id > 0), *made]


def withdraw(session: Session, address_ids: Collection[int]) -> None:
    """These people opted out: what of theirs was not posted yet will not be."""
    theirs = select(cast(col(Activity.id), Text)).where(col(Activity.address_id).in_(address_ids))
    session.execute(
        delete(OutboxItem).where(
            col(OutboxItem.kind) == Due.ACTIVITY_CHANGED,
            col(OutboxItem.state) == OutboxState.DUE,
            col(OutboxItem.subject).in_(theirs),
        )
    )
    own = session.execute(select(col(Activity.id)).where(col(Activity.address_id).in_(address_ids))).scalars().all()
    digests.withdraw(session, Topic.FEED, own)


@dataclass(frozen=True, slots=True)
class ActivityCard:
    """
    All that a message about an activity needs. `email` and `name` are None while a privacy deletion hides the person.

    `owner_user` is the Slack user who owns the contact in HubSpot, if they want to be mentioned.

    Numbers are counted anew from the clicks of that time, so a verdict that was corrected since shows.
    """

    id: int
    address_id: int
    contact_id: int | None
    hubspot_id: str | None
    email: str | None
    name: str | None
    company: str | None
    account: str | None
    owner: str | None
    clicks: int
    campaigns: tuple[PopularCampaign, ...]
    sender: str | None
    first_at: datetime
    last_at: datetime
    owner_user: str | None = None


def get(session: Session, activity_id: int) -> ActivityCard | None:
    """An activity as it is now; None when the person was erased."""
    return next(iter(_cards(session, _ROWS.where(col(Activity.id) == activity_id))), None)


def newest(session: Session, limit: int, before: ActivityCard | None = None) -> tuple[ActivityCard, ...]:
    """The last activities, newest first; those after `before`, for the next page."""
    query = _ROWS.order_by(col(Activity.last_at).desc(), col(Activity.id).desc()).limit(limit)
    if before is not None:
        same_time = and_(col(Activity.last_at) == before.last_at, col(Activity.id) < before.id)
        query = query.where(or_(col(Activity.last_at) < before.last_at, same_time))
    return _cards(session, query)


def of_ids(session: Session, activity_ids: Collection[int]) -> tuple[ActivityCard, ...]:
    """Those of these activities that there are, in this order."""
    cards = {card.id: card for card in _cards(session, _ROWS.where(col(Activity.id).in_(activity_ids)))}
    return tuple(cards[id_] for id_ in activity_ids if id_ in cards)


_ROWS: Final = (
    select(
        Activity,
        col(Address.email),
        col(Address.contact_id),
        Contact,
        col(ContactId.hubspot_id),
        col(Company.name),
        col(Account.name),
        col(Owner.name),
    )
    .join(Address, col(Address.id) == col(Activity.address_id))
    .outerjoin(Contact, col(Contact.id) == col(Address.contact_id))
    .outerjoin(ContactId, and_(col(ContactId.contact_id) == col(Contact.id), col(ContactId.is_present)))
    .outerjoin(Company, col(Company.hubspot_id) == col(Contact.company_id))
    .outerjoin(Account, col(Account.id) == col(Address.account_id))
    .outerjoin(Owner, col(Owner.hubspot_id) == col(Contact.owner_id))
)


def _cards(session: Session, query: Select[*tuple[Any, ...]]) -> tuple[ActivityCard, ...]:
    rows = session.execute(query).all()
    clicked = performance.clicked_within(session, [_span(activity) for activity, *_ in rows])
    users = mentions.users_of(
        session, {contact.owner_id for _, _, _, contact, *_ in rows if contact and contact.owner_id}
    )
    return tuple(_card(clicked.get(activity.id, Clicked()), users, activity, *rest) for activity, *rest in rows)


def _span(activity: Activity) -> Span:
    assert activity.id is not None
    return Span(activity.id, activity.address_id, activity.first_at, activity.last_at)


def _card(
    clicked: Clicked,
    users: Mapping[str, str],
    activity: Activity,
    email: str,
    contact_id: int | None,
    contact: Contact | None,
    hubspot_id: str | None,
    company: str | None,
    account: str | None,
    owner: str | None,
) -> ActivityCard:
    assert activity.id is not None
    is_hidden = contact is not None and contact.hidden_at is not None
    return ActivityCard(
        id=activity.id,
        address_id=activity.address_id,
        contact_id=contact_id,
        hubspot_id=hubspot_id,
        email=None if is_hidden else email,
        name=None if is_hidden or contact is None else contact.name or None,
        company=company or None,
        account=account,
        owner=owner or None,
        clicks=clicked.clicks,
        campaigns=clicked.campaigns,
        sender=clicked.sender,
        first_at=activity.first_at,
        last_at=activity.last_at,
        owner_user=users.get(contact.owner_id or "") if contact else None,
    )
