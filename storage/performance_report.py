"""The performance, in one shape, of whatever one asks for: a person, account, campaign, target group, sender, all."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, case, distinct, func, literal, select, type_coerce, union_all
from sqlmodel import Session, col

from decisions.mendable import Mendable
from storage import clicks_told, hours, small_crowds
from storage.accounts import Account
from storage.addresses import Address
from storage.campaigns import Campaign
from storage.clicks_told import ToldClick
from storage.columns import from_microseconds, to_microseconds
from storage.counts import CLASSES, Counts, counts_of, summed
from storage.hours import HOUR, HourCounter
from storage.kept_totals import KeptCount
from storage.owners import names_by_email
from storage.performance import POPULAR_CAMPAIGNS, RECENT_CLICKS, Counter, PopularCampaign
from storage.selections import ALL, Conditions, Selection
from storage.senders import Sender
from storage.tracking import COUNTED, Event, EventClass, EventKind


class SenderNumbersOff(Mendable):
    """
    Numbers per sender are off.

    They tell how single employees do: ask who speaks for them, then set FOOTLIGHT_SENDER_NUMBERS=true.
    """

    def __init__(self) -> None:
        super().__init__(" ".join((SenderNumbersOff.__doc__ or "").split()))


@dataclass(frozen=True, slots=True)
class KnownSender:
    """An employee whose mails carried banners; `name` as HubSpot knows them, None where it does not."""

    id: int
    email: str
    name: str | None


def all_senders(session: Session) -> list[KnownSender]:
    """Every sender, by address."""
    rows = session.execute(select(col(Sender.id), col(Sender.email)).order_by(col(Sender.email))).all()
    names = names_by_email(session, [email for _, email in rows])
    return [KnownSender(id_, email, names.get(email)) for id_, email in rows]


def sender_id(session: Session, email: str) -> int | None:
    """The sender with this normalised address."""
    return session.execute(select(col(Sender.id)).where(col(Sender.email) == email)).scalar()


@dataclass(frozen=True, slots=True)
class Report:
    """
    What is told of a selection; each number is defined in docs/numbers.md.

    Moments from `hours` are an hour's begin.
    """

    counts: Counts
    unique_viewers: int
    unique_clickers: int
    first_at: datetime | None
    last_at: datetime | None
    recent_clicks: tuple[ToldClick, ...]
    popular_campaigns: tuple[PopularCampaign, ...]


def told(session: Session, selection: Selection) -> Selection:
    """
    What of a selection may be told: where few are counted only in groups, nothing of those who cannot be named.

    Raises:
        TooFewPeople: it is of an aggregate-only group that is too small.
    """
    if selection.hours is None or (selection.group_id is None and selection.campaign_id is None):
        return selection
    if selection.group_id is not None:
        small_crowds.require_enough(session, selection.group_id)
    held = small_crowds.find(session)
    is_held = selection.group_id in held.groups or selection.campaign_id in held.campaigns
    return selection.of_the_named if is_held else selection


def report(session: Session, selection: Selection) -> Report:
    """
    The performance of a selection, as far as it may be told.

    Raises:
        TooFewPeople: as `told`.
    """
    selection = told(session, selection)
    viewers, clickers = _uniques(session, selection)
    first_at, last_at = _times(session, selection)
    return Report(
        counts=_counts(session, selection),
        unique_viewers=viewers,
        unique_clickers=clickers,
        first_at=first_at,
        last_at=last_at,
        recent_clicks=tuple(_recent(session, selection)),
        popular_campaigns=tuple(_popular(session, selection)),
    )


@dataclass(frozen=True, slots=True)
class Part:
    """What one part of a whole brought. The parts of a whole add up to it exactly."""

    name: str
    counts: Counts


NO_ACCOUNT: Final = "addresses without account"
NOBODY: Final = "nobody named"


def parts_of_account(session: Session, account_id: int) -> list[Part]:
    """What each address of an account brought, the most clicked first."""
    return _parts(session, col(Address.account_id) == account_id)


def parts_of_addresses(session: Session, address_ids: Sequence[int]) -> list[Part]:
    """What each of a person's addresses brought, the most clicked first."""
    return _parts(session, col(Address.id).in_(address_ids))


def _parts(session: Session, theirs: Any) -> list[Part]:
    query = select(col(Address.email), *_SUMS).join(Counter, col(Counter.address_id) == col(Address.id))
    rows = session.execute(query.where(theirs).group_by(col(Address.email)))
    return _ordered([Part(email, counts_of(row)) for email, *row in rows])


def parts_of_all(session: Session) -> list[Part]:
    """What each account brought, the most clicked first; then free-mail addresses, and who cannot be named any more."""
    query = (
        select(func.coalesce(col(Account.name), NO_ACCOUNT), *_SUMS)
        .select_from(Counter)
        .join(Address, col(Address.id) == col(Counter.address_id))
        .outerjoin(Account, col(Account.id) == col(Address.account_id))
        .group_by(col(Account.id), col(Account.name))
    )
    parts = _ordered([Part(name, counts_of(row)) for name, *row in session.execute(query)])
    named = [sum(column) for column in zip(*(astuple(part.counts) for part in parts), strict=True)] or [0] * len(
        CLASSES
    )
    everything = astuple(_counts(session, ALL))
    return [*parts, Part(NOBODY, Counts(*(whole - some for whole, some in zip(everything, named, strict=True))))]


def series(session: Session, selection: Selection, since: datetime, until: datetime) -> list[tuple[datetime, Counts]]:
    """
    Each hour, by its begin in UTC, in which anything happened from `since` to before `until`, in their order.

    Raises:
        TooFewPeople: as `told`.
    """
    hour: Any
    selection = told(session, selection)
    if selection.hours is not None:
        hour, sums, where = type_coerce(col(HourCounter.hour), BigInteger), hours.COUNTS, selection.hours
    else:
        at = type_coerce(col(Event.at), BigInteger)
        hour, sums, where = at - at % HOUR, _EVENT_SUMS, (*selection.events, col(Event.kind).in_(COUNTED))
    within = (hour >= to_microseconds(since), hour < to_microseconds(until))
    rows = session.execute(select(hour, *sums).where(*where, *within).group_by(hour).order_by(hour))
    found = [(from_microseconds(begin), counts_of(row)) for begin, *row in rows]
    return [(begin, counts) for begin, counts in found if any(astuple(counts))]


def within(session: Session, selection: Selection, begin: datetime, end: datetime | None) -> Counts:
    """What the single views and clicks of a selection come to, from `begin` to before `end` (None: until now)."""
    stretch = (col(Event.at) >= begin, *(() if end is None else (col(Event.at) < end,)))
    return counts_of(session.execute(select(*_EVENT_SUMS).where(*selection.events, *stretch)).one())


SHOWN: Final = timedelta(days=14)


class SteppedBy(StrEnum):
    """How finely a time series is cut."""

    DAY = "day"
    HOUR = "hour"


def begin_of(until: datetime) -> datetime:
    """Where a time series begins of which only the end was told: 14 days before, where there are so many."""
    return until - min(SHOWN, until - datetime.min.replace(tzinfo=UTC))


def stepped(hours_told: Sequence[tuple[datetime, Counts]], by: SteppedBy, zone: ZoneInfo) -> list[tuple[str, Counts]]:
    """
    Hours, as `series` tells them, by their begin in UTC (`2026-11-24T09:00:00Z`), or summed to days (`2026-11-24`).

    Args:
        zone: whose days.
    """
    found: dict[str, Counts] = {}
    for begin, counts in hours_told:
        name = f"{begin:%Y-%m-%dT%H:%M:%SZ}" if by is SteppedBy.HOUR else f"{begin.astimezone(zone):%Y-%m-%d}"
        before = found.get(name, Counts())
        found[name] = Counts(*(a + b for a, b in zip(astuple(before), astuple(counts), strict=True)))
    return list(found.items())


_SUMS: Final = [func.coalesce(func.sum(col(getattr(Counter, name))), 0) for name in CLASSES]
_EVENT_SUMS: Final = summed(col(Event.kind), col(Event.counts_as), literal(1))
_HUMAN: Final = col(Event.counts_as) == int(EventClass.HUMAN)
# A person is a contact with all its addresses, else an address.
_PERSON: Final = func.coalesce(col(Address.contact_id), -col(Address.id))


def _ordered(parts: list[Part]) -> list[Part]:
    return sorted(parts, key=lambda part: (-part.counts.clicks, -part.counts.views, part.name))


def _counts(session: Session, selection: Selection) -> Counts:
    if selection.hours is not None:
        return counts_of(session.execute(select(*hours.COUNTS).where(*selection.hours)).one())
    if selection.counters is not None:
        return counts_of(session.execute(select(*_SUMS).where(*selection.counters)).one())
    return counts_of(session.execute(select(*_EVENT_SUMS).where(*selection.events)).one())


def _uniques(session: Session, selection: Selection) -> tuple[int, int]:
    """How many people viewed, and how many clicked."""
    did = _who_did_what(selection)
    people = [func.count(distinct(case((one, _PERSON)))) for one in (did.c.viewed, did.c.clicked)]
    query = select(*people).select_from(did).join(Address, col(Address.id) == did.c.address_id)
    viewers, clickers = session.execute(query).one()
    return int(viewers), int(clickers)


def _who_did_what(selection: Selection) -> Any:
    """Addresses, and whether they viewed or clicked; of a target group also those whose events went."""
    if selection.counters is not None:
        did = (col(Counter.views) > 0).label("viewed"), (col(Counter.clicks) > 0).label("clicked")
        return select(col(Counter.address_id), *did).where(*selection.counters).subquery()
    held = select(col(Event.address_id), *_by_kind(Event)).where(*selection.events, _HUMAN)
    if selection.group_id is None:
        return held.subquery()
    by_group = (col(KeptCount.group_id) == selection.group_id, col(KeptCount.counts_as) == int(EventClass.HUMAN))
    return union_all(held, select(col(KeptCount.address_id), *_by_kind(KeptCount)).where(*by_group)).subquery()


def _by_kind(table: type[Event | KeptCount]) -> tuple[Any, Any]:
    kind = col(table.kind)
    return (kind == int(EventKind.VIEW)).label("viewed"), (kind == int(EventKind.CLICK)).label("clicked")


def _times(session: Session, selection: Selection) -> tuple[datetime | None, datetime | None]:
    if selection.hours is not None:
        by_people = (col(HourCounter.counts_as) == int(EventClass.HUMAN), col(HourCounter.number) > 0)
        ends = select(func.min(col(HourCounter.hour)), func.max(col(HourCounter.hour)))
        first, last = session.execute(ends.where(*selection.hours, *by_people)).one()
        return first, last
    if selection.counters is not None:
        columns = (col(Counter.first_at), col(Counter.last_view_at), col(Counter.last_click_at))
        query = select(func.min(columns[0]), *map(func.max, columns[1:]))
        first, *lasts = session.execute(query.where(*selection.counters)).one()
        return first, max((last for last in lasts if last), default=None)
    ends = select(func.min(col(Event.at)), func.max(col(Event.at)))
    first, last = session.execute(ends.where(*selection.events, _HUMAN, col(Event.kind).in_(COUNTED))).one()
    return first, last


def _recent(session: Session, selection: Selection) -> Sequence[ToldClick]:
    where = selection.events
    if selection.counters is not None:
        # The last clicks are among those of the people who clicked last; events have no index that tells.
        latest = select(col(Counter.address_id)).where(*selection.counters, col(Counter.clicks) > 0)
        ids = session.execute(latest.order_by(col(Counter.last_click_at).desc()).limit(RECENT_CLICKS)).scalars()
        where = (*where, col(Event.address_id).in_(set(ids)))
    return clicks_told.newest_by_people(session, RECENT_CLICKS, where)


def _popular(session: Session, selection: Selection) -> list[PopularCampaign]:
    table, clicks, where = _clicked(selection)
    query = select(col(Campaign.name), clicks).select_from(table)
    query = query.join(Campaign, col(Campaign.id) == table.campaign_id).where(*where)
    most = query.group_by(col(Campaign.id), col(Campaign.name)).having(clicks > 0)
    rows = session.execute(most.order_by(clicks.desc(), col(Campaign.id)).limit(POPULAR_CAMPAIGNS))
    return [PopularCampaign(name, int(number)) for name, number in rows]


def _clicked(selection: Selection) -> tuple[Any, Any, Conditions]:
    """From which table, by which sum and on which conditions to tell how often people clicked each campaign."""
    if selection.hours is not None:
        is_click = col(HourCounter.kind) == int(EventKind.CLICK)
        by_people = col(HourCounter.counts_as) == int(EventClass.HUMAN)
        return HourCounter, func.sum(col(HourCounter.number)), (*selection.hours, is_click, by_people)
    if selection.counters is not None:
        return Counter, func.sum(col(Counter.clicks)), selection.counters
    return Event, func.count(), (*selection.events, _HUMAN, col(Event.kind) == int(EventKind.CLICK))
