"""Delivery: a destination's next item, claimed by one process with an expiring lease, and what became of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, update
from sqlmodel import Session, col

from decisions.slack_ids import workspace_of
from storage import dead_letters, outbox, subscriptions
from storage.columns import EPOCH, to_microseconds
from storage.dead_letters import DeadLetterTold
from storage.outbox import Due, OutboxDestination, OutboxItem, OutboxState

CHANNEL_PAUSED: Final = "channel_paused"

Keep = Callable[[Session], object]
"""What is to be stored in the transaction that marks an item as sent, or as given up."""


@dataclass(frozen=True, slots=True)
class Item:
    """
    An outbox item in one process's hands until `leased_until`.

    `attempt` is 1 at first and began at `attempted_at`. `is_lost`: that attempt was somebody's who died or had no
    answer, so it may have reached its destination. `version` is that of the attempt, `facts` are the present ones, and
    it has been owed since `owed_at`.
    """

    id: int
    destination: str
    kind: Due
    subject: str
    facts: dict[str, str]
    key: str
    version: int
    attempt: int
    attempted_at: datetime
    leased_until: datetime
    is_lost: bool
    owed_at: datetime = EPOCH


def ready(session: Session, *, now: datetime) -> tuple[str, ...]:
    """The destinations that an item may go to now."""
    has_something = (
        select(col(OutboxItem.id))
        .where(col(OutboxItem.destination) == col(OutboxDestination.destination), _may_go(now))
        .exists()
    )
    query = select(col(OutboxDestination.destination)).where(*_free(now), has_something)
    paused = _paused(session)
    return tuple(found for found in session.execute(query).scalars() if found not in paused)


def claim(session: Session, destination: str, *, now: datetime, lease: timedelta) -> Item | None:
    """
    The item that goes next to a destination: one that was lost, else the oldest that is due.

    None: there is none, the destination is not free yet, is paused, or another process sends to it.
    """
    until = now + lease
    mine = update(OutboxDestination).where(col(OutboxDestination.destination) == destination, *_free(now))
    if destination in _paused(session) or session.execute(mine.values(leased_until=until)).rowcount != 1:  # type: ignore[attr-defined]
        return None
    if row := _lost_item(session, destination):
        return _item(row, until)
    if row := _oldest_due(session, destination, now):
        return _begin(session, _item(row, until), now=now)
    _release(session, destination, until, free_at=None)
    return None


def _lost_item(session: Session, destination: str) -> OutboxItem | None:
    # Its state was written before the attempt, and the destination's lease ran out or was given back.
    where = (col(OutboxItem.destination) == destination, col(OutboxItem.state) == OutboxState.SENDING)
    return session.execute(_rows(*where)).scalars().first()


def _oldest_due(session: Session, destination: str, now: datetime) -> OutboxItem | None:
    where = (col(OutboxItem.destination) == destination, col(OutboxItem.state) == OutboxState.DUE)
    return session.execute(_rows(*where, col(OutboxItem.due_at) <= now)).scalars().first()


def _rows(*where: ColumnElement[bool]) -> Select[OutboxItem]:
    query = select(OutboxItem).where(*where).order_by(col(OutboxItem.id)).limit(1)
    return query.execution_options(populate_existing=True)


def others_due(session: Session, item: Item, most: int, *, now: datetime) -> int:
    """How many others of its kind its destination is owed by now; counted to `most`."""
    same = (col(OutboxItem.destination) == item.destination, col(OutboxItem.kind) == item.kind)
    due = (col(OutboxItem.state) == OutboxState.DUE, col(OutboxItem.due_at) <= now, col(OutboxItem.id) != item.id)
    found = select(col(OutboxItem.id)).where(*same, *due).limit(most).subquery()
    return int(session.execute(select(func.count()).select_from(found)).scalar_one())


def begin_again(session: Session, item: Item, *, now: datetime, lease: timedelta) -> Item | None:
    """Begin another attempt at a lost item; None when another process took it over."""
    renewed = update(OutboxDestination).where(*_leased(item)).values(leased_until=now + lease)
    if session.execute(renewed).rowcount != 1:  # type: ignore[attr-defined]
        return None
    return _begin(session, replace(item, leased_until=now + lease), now=now)


def sent(session: Session, item: Item, *, free_at: datetime, keep: Keep | None = None) -> None:
    """It reached its destination: it is gone, unless it changed in the meantime; then it is due again, as a new key."""
    if keep is not None:
        keep(session)
    session.execute(delete(OutboxItem).where(_same(item), col(OutboxItem.version) == item.version))
    # By the old key, what is there already would be taken for what is not there yet.
    key = f"{item.kind}-{item.subject}-{to_microseconds(item.attempted_at)}-{item.version}"
    again = {"state": OutboxState.DUE, "attempts": 0, "trouble": None, "key": key}
    session.execute(update(OutboxItem).where(_same(item)).values(**again))
    if channel := outbox.slack_channel(item.destination):
        subscriptions.reached(session, channel)
    _release(session, item.destination, item.leased_until, free_at=free_at)


def not_sent(session: Session, item: Item, because: str, *, due_at: datetime, free_at: datetime) -> None:
    """It did not reach its destination, and is due again at `due_at`; the destination's next item at `free_at`."""
    again = {"state": OutboxState.DUE, "due_at": due_at, "trouble": because}
    session.execute(update(OutboxItem).where(_same(item)).values(**again))
    _release(session, item.destination, item.leased_until, free_at=free_at)


def lost(session: Session, item: Item, because: str, *, free_at: datetime) -> None:
    """Whether it reached its destination is not known: from `free_at` on somebody looks there."""
    session.execute(update(OutboxItem).where(_same(item)).values(trouble=because))
    _release(session, item.destination, item.leased_until, free_at=free_at)


def give_up(
    session: Session, item: Item, because: str, *, now: datetime, free_at: datetime, keep: Keep | None = None
) -> None:
    """It would fail again: a dead letter, unless it changed in the meantime; then the new state gets its own try."""
    unchanged = (_same(item), col(OutboxItem.version) == item.version)
    failed = update(OutboxItem).where(*unchanged).values(state=OutboxState.FAILED, trouble=because)
    if session.execute(failed).rowcount == 1:  # type: ignore[attr-defined]
        dead_letters.bury(session, [DeadLetterTold("outbox", item.kind, because, (item.subject,))], now=now)
        if keep is not None:
            keep(session)
    afresh = {"state": OutboxState.DUE, "attempts": 0, "due_at": now}
    is_sending = col(OutboxItem.state) == OutboxState.SENDING
    session.execute(update(OutboxItem).where(_same(item), is_sending).values(**afresh))
    _release(session, item.destination, item.leased_until, free_at=free_at)


def pause(session: Session, item: Item, because: str, *, now: datetime, free_at: datetime) -> bool:
    """
    The channel cannot be reached: what it is owed waits until it is resumed, and the admin is told, once.

    False: the destination has no subscription that could be paused; the item is due again at `free_at`.
    """
    channel = outbox.slack_channel(item.destination)
    is_news = subscriptions.pause(session, channel, because, now=now) if channel is not None else None
    is_paused = is_news is not None
    not_sent(session, item, because, due_at=now if is_paused else free_at, free_at=now if is_paused else free_at)
    session.execute(update(OutboxItem).where(_this(item)).values(attempts=0))
    if is_news and (admin := subscriptions.admin_channel(session, workspace_of(str(channel)))):
        facts = {"matter": CHANNEL_PAUSED, "channel": str(channel), "because": because}
        subject, told = f"{CHANNEL_PAUSED}:{channel}", outbox.slack(admin)
        outbox.owe(session, Due.ADMIN_TOLD, subject, destination=told, now=now, facts=facts)
    return is_paused


def _begin(session: Session, item: Item, *, now: datetime) -> Item | None:
    began = {
        "state": OutboxState.SENDING,
        "attempts": item.attempt + 1,
        "attempted_at": now,
        "attempted_version": OutboxItem.version,
    }
    row = session.execute(update(OutboxItem).where(_same(item)).values(**began).returning(OutboxItem)).scalars().first()
    return replace(_item(row, item.leased_until), is_lost=False) if row else None


def _item(row: OutboxItem, leased_until: datetime) -> Item:
    assert row.id is not None
    return Item(
        id=row.id,
        destination=row.destination,
        kind=row.kind,
        subject=row.subject,
        facts=dict(row.facts),
        key=row.key,
        version=row.attempted_version,
        attempt=row.attempts,
        attempted_at=row.attempted_at or EPOCH,
        leased_until=leased_until,
        is_lost=row.state is OutboxState.SENDING,
        owed_at=row.created_at,
    )


def _may_go(now: datetime) -> Any:
    due = and_(col(OutboxItem.state) == OutboxState.DUE, col(OutboxItem.due_at) <= now)
    return or_(col(OutboxItem.state) == OutboxState.SENDING, due)


def _free(now: datetime) -> tuple[Any, Any]:
    return col(OutboxDestination.free_at) <= now, col(OutboxDestination.leased_until) <= now


def _leased(item: Item) -> tuple[Any, Any]:
    return (
        col(OutboxDestination.destination) == item.destination,
        col(OutboxDestination.leased_until) == item.leased_until,
    )


def _this(item: Item) -> Any:
    # SQLite gives the id of a row that went to the next one; the key tells them apart.
    return and_(col(OutboxItem.id) == item.id, col(OutboxItem.key) == item.key)


def _same(item: Item) -> Any:
    return and_(_this(item), col(OutboxItem.attempts) == item.attempt)


def _release(session: Session, destination: str, leased_until: datetime, *, free_at: datetime | None) -> None:
    released: dict[str, datetime] = {"leased_until": EPOCH} | ({"free_at": free_at} if free_at else {})
    mine = (col(OutboxDestination.destination) == destination, col(OutboxDestination.leased_until) == leased_until)
    session.execute(update(OutboxDestination).where(*mine).values(**released))


def _paused(session: Session) -> set[str]:
    return {outbox.slack(one.channel) for one in subscriptions.paused(session)}
