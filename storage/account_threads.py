"""The thread of an account: what several of its people did within a week, in one message with a line on each below."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func
from sqlmodel import Session, col, select

from decisions import feed_grouping
from decisions.feed_grouping import Span
from storage import channel_filtering, feed, posted, subscriptions
from storage.account_activities import AccountActivity
from storage.accounts import Account
from storage.addresses import Address
from storage.feed import Activity, ActivityCard
from storage.outbox import Due
from storage.subscriptions import Topic

# So many activities of an account are looked through for one message; further people are not counted.
MOST_ACTIVITIES: Final = 200


@dataclass(frozen=True, slots=True)
class Thread:
    """
    Where a new activity belongs.

    One runs at the message `ts`; or one begins there, which told of the activity `begins_with` of another person alone
    until now. `shown_at`: when the channel itself last showed something of one that runs.
    """

    ts: str
    account_id: int | None = None
    begins_with: int | None = None
    shown_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AccountActivityCard:
    """
    All that its message needs. `people` of the account, by the addresses that the channel is told of, were active from
    `first_at` to `last_at`; `before` is when somebody of it was last before that.
    """

    id: int
    ts: str
    account: str
    people: int
    clicks: int
    address_ids: tuple[int, ...]
    first_at: datetime
    last_at: datetime
    before: datetime | None


def thread_for(session: Session, channel: str, card: ActivityCard) -> Thread | None:
    """The thread into which a new activity belongs; None: it is a message of its own."""
    account_id = session.exec(select(Address.account_id).where(col(Address.id) == card.address_id)).first()
    if account_id is None:
        return None
    span = Span(card.first_at, card.last_at)
    if running := _running(session, channel, account_id, span):
        return Thread(running.ts, account_id, shown_at=running.shown_at)
    near = [each for each in _cards(session, account_id, feed_grouping.week_around(span)) if not _same(each, card)]
    for other in reversed(near):
        message = posted.find(session, Due.ACTIVITY_CHANGED, other.id, channel=channel)
        if message and message.thread_ts is None:
            return Thread(message.ts, account_id, begins_with=other.id)
    return None


def begin(session: Session, channel: str, thread: Thread, *, shown_at: datetime) -> int | None:
    """
    The message of `shown_at` that told of one person tells of their account from now on.

    Returns:
        The id of the account activity.
    """
    card = feed.get(session, thread.begins_with or 0)
    if card is None or thread.account_id is None:
        return None
    row = AccountActivity(
        channel=channel,
        account_id=thread.account_id,
        ts=thread.ts,
        first_at=card.first_at,
        last_at=card.last_at,
        shown_at=shown_at,
    )
    session.add(row)
    session.flush()
    posted.forget(session, channel=channel, ts=thread.ts)
    return row.id


def running(session: Session, channel: str, thread_ts: str) -> Thread | None:
    """The thread at a message; None where it ended."""
    return Thread(thread_ts) if _row(session, channel, thread_ts) else None


def end(session: Session, channel: str, ts: str) -> bool:
    """The message at which a thread ran, or was to begin, is gone; whether anybody knew of it."""
    row, known = _row(session, channel, ts), posted.is_known(session, channel=channel, ts=ts)
    if row is not None:
        session.delete(row)
    posted.forget(session, channel=channel, ts=ts)
    session.flush()
    return row is not None or known


def widen(
    session: Session, channel: str, thread_ts: str, activity_id: int, *, shown_at: datetime | None = None
) -> int | None:
    """
    An activity in its thread is new, or grew; the id of the account activity, None where there is none.

    `shown_at`: when its line was shown in the channel itself too; None: it was not.
    """
    row, card = _row(session, channel, thread_ts), feed.get(session, activity_id)
    if row is None or card is None:
        return None
    row.first_at, row.last_at = min(row.first_at, card.first_at), max(row.last_at, card.last_at)
    row.shown_at = max(row.shown_at, shown_at or row.shown_at)
    session.flush()
    return row.id


def get(session: Session, account_activity_id: int) -> AccountActivityCard | None:
    """As it is now; None when nobody of it is left."""
    row = session.get(AccountActivity, account_activity_id)
    if row is None or row.id is None:
        return None
    cards = _told(session, row)
    if not cards:
        return None
    account = session.get_one(Account, row.account_id)
    return AccountActivityCard(
        id=row.id,
        ts=row.ts,
        account=next((card.company for card in cards if card.company), account.name),
        people=len({card.contact_id or -card.address_id for card in cards}),
        clicks=sum(card.clicks for card in cards),
        address_ids=tuple(sorted({card.address_id for card in cards})),
        first_at=row.first_at,
        last_at=row.last_at,
        before=_before(session, row.account_id, row.first_at),
    )


def _row(session: Session, channel: str, ts: str) -> AccountActivity | None:
    there = (col(AccountActivity.channel) == channel, col(AccountActivity.ts) == ts)
    return session.exec(select(AccountActivity).where(*there)).first()


def _running(session: Session, channel: str, account_id: int, span: Span) -> AccountActivity | None:
    there = (col(AccountActivity.channel) == channel, col(AccountActivity.account_id) == account_id)
    newest = select(AccountActivity).where(*there).order_by(col(AccountActivity.id).desc()).limit(1)
    row = session.exec(newest).first()
    return row if row and feed_grouping.is_together(Span(row.first_at, row.last_at), span) else None


def _told(session: Session, row: AccountActivity) -> list[ActivityCard]:
    """The activities of which the channel is told: what its filters keep back, and who is hidden, is not counted."""
    subscribed = subscriptions.find(session, Topic.FEED, row.channel)
    filters = subscribed.terms.filters if subscribed else None
    cards = _cards(session, row.account_id, Span(row.first_at, row.last_at))
    return [one for one in cards if filters is None or not channel_filtering.kept_back(session, filters, one)]


def _cards(session: Session, account_id: int, span: Span) -> Sequence[ActivityCard]:
    """What people of an account clicked in this time, oldest first."""
    query = (
        select(Activity.id)
        .join(Address, col(Address.id) == col(Activity.address_id))
        .where(col(Address.account_id) == account_id)
        .where(col(Activity.last_at) >= span.first_at, col(Activity.first_at) <= span.last_at)
        .order_by(col(Activity.first_at), col(Activity.id))
        .limit(MOST_ACTIVITIES)
    )
    ids = [id_ for id_ in session.exec(query) if id_ is not None]
    return [card for card in feed.of_ids(session, ids) if card.email is not None and card.clicks]


def _before(session: Session, account_id: int, first_at: datetime) -> datetime | None:
    query = (
        select(func.max(col(Activity.last_at)))
        .join(Address, col(Address.id) == col(Activity.address_id))
        .where(col(Address.account_id) == account_id, col(Activity.last_at) < first_at)
    )
    found: datetime | None = session.execute(query).scalar()
    return found


def _same(one: ActivityCard, other: ActivityCard) -> bool:
    return one.address_id == other.address_id or (one.contact_id is not None and one.contact_id == other.contact_id)
