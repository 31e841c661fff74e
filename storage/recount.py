"""The recount: whether the numbers told equal the events that are held and what was kept of those that went."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Select, case, func, literal, select, type_coerce, union_all
from sqlmodel import Session, col

from storage.addresses import Address
from storage.campaigns import Campaign
from storage.columns import from_microseconds
from storage.counts import CLASSES
from storage.hours import HourCounter
from storage.kept_totals import DAY, KeptCount, KeptTotal
from storage.performance import Counter
from storage.target_groups import TargetGroup
from storage.tracking import COUNTED, Event, EventClass, EventKind


@dataclass(frozen=True, slots=True)
class Difference:
    """
    A number that a recount does not bear out.

    `email`: whose it is; None: of one day's numbers of a campaign, which name nobody. `kind` and `counts_as` in words.
    """

    campaign: str | None
    email: str | None
    day: datetime | None
    target_group: str | None
    kind: str
    counts_as: str
    told: int
    recounted: int


@dataclass(frozen=True, slots=True)
class Recount:
    """What was recounted, and where the numbers differ."""

    events: int
    kept: int
    differences: tuple[Difference, ...]


def recount(session: Session) -> Recount:
    """Recount each day's numbers of each campaign and target group, and each person's with each campaign."""
    events = session.execute(select(func.count()).where(col(Event.kind).in_(COUNTED))).scalar_one()
    kept = session.execute(select(func.coalesce(func.sum(col(KeptTotal.number)), 0))).scalar_one()
    return Recount(int(events), int(kept), (*_of_days(session), *_of_people(session)))


ZERO: Final = literal(0)
CAMPAIGN: Final = func.coalesce(col(Event.campaign_id), ZERO)
# Other tools' clicks are judged by their agent, so that no click is a proxy's; counters have no place for one.
AS_COUNTED: Final = case(
    (
        (col(Event.kind) == int(EventKind.CLICK)) & (col(Event.counts_as) != int(EventClass.HUMAN)),
        int(EventClass.MACHINE),
    ),
    else_=col(Event.counts_as),
)


def _of_days(session: Session) -> Iterator[Difference]:
    hour, at = type_coerce(col(HourCounter.hour), BigInteger), type_coerce(col(Event.at), BigInteger)
    told = (
        *(col(HourCounter.campaign_id), (hour - hour % DAY).label("day"), col(HourCounter.group_id)),
        *(col(HourCounter.kind), col(HourCounter.counts_as)),
    )
    held = (CAMPAIGN, at - at % DAY, func.coalesce(col(Event.group_id), ZERO), col(Event.kind), col(Event.counts_as))
    kept = (
        *(col(KeptTotal.campaign_id), type_coerce(col(KeptTotal.day), BigInteger), col(KeptTotal.group_id)),
        *(col(KeptTotal.kind), col(KeptTotal.counts_as)),
    )
    rows = _differing(
        session,
        select(*told, col(HourCounter.number).label("told"), ZERO.label("counted")),
        select(*held, ZERO, func.count()).where(col(Event.kind).in_(COUNTED)).group_by(*held),
        select(*kept, ZERO, col(KeptTotal.number)),
    )
    campaigns, groups = _names(session, Campaign), _names(session, TargetGroup)
    for campaign_id, day, group_id, kind, counts_as, *numbers in rows:
        where = (campaigns.get(campaign_id), None, from_microseconds(day), groups.get(group_id))
        yield Difference(*where, *_in_words(kind, counts_as), *map(int, numbers))


def _of_people(session: Session) -> Iterator[Difference]:
    held = (col(Event.address_id), CAMPAIGN, col(Event.kind), AS_COUNTED)
    kept = (col(KeptCount.address_id), col(KeptCount.campaign_id), col(KeptCount.kind), col(KeptCount.counts_as))
    named = (col(Event.kind).in_(COUNTED), col(Event.address_id).is_not(None))
    rows = _differing(
        session,
        *(_told(name, kind, counts_as) for name, (kind, (counts_as, *_)) in CLASSES.items()),
        select(*held, ZERO, func.count()).where(*named).group_by(*held),
        select(*kept, ZERO, col(KeptCount.number)),
    )
    campaigns = _names(session, Campaign)
    emails = dict(
        session.execute(
            select(col(Address.id), col(Address.email)).where(col(Address.id).in_({row[0] for row in rows}))
        ).all()
    )
    for address_id, campaign_id, kind, counts_as, *numbers in rows:
        where = (campaigns.get(campaign_id), emails.get(address_id), None, None)
        yield Difference(*where, *_in_words(kind, counts_as), *map(int, numbers))


def _told(name: str, kind: EventKind, counts_as: EventClass) -> Select[*tuple[Any, ...]]:
    number = col(getattr(Counter, name))
    return select(
        col(Counter.address_id),
        col(Counter.campaign_id),
        literal(int(kind)).label("kind"),
        literal(int(counts_as)).label("counts_as"),
        number.label("told"),
        ZERO.label("counted"),
    ).where(number != 0)


def _differing(session: Session, *queries: Select[*tuple[Any, ...]]) -> list[Any]:
    """Rows of keys, what is told and what was counted, where these differ: in one statement, so at one moment."""
    rows = union_all(*queries).subquery()
    *keys, told, counted = rows.c
    sums = func.sum(told), func.sum(counted)
    query = select(*keys, *sums).group_by(*keys).having(sums[0] != sums[1]).order_by(*keys)
    return list(session.execute(query))


def _names(session: Session, table: type[Campaign] | type[TargetGroup]) -> dict[int, str]:
    return dict(session.execute(select(col(table.id), col(table.name))).all())


def _in_words(kind: int, counts_as: int) -> tuple[str, str]:
    return EventKind(kind).name.lower(), EventClass(counts_as).name.lower()
