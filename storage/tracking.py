"""Tracking: the only writer of views and clicks, and what is asked of them while they are fresh."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from enum import IntEnum
from functools import cache
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import BigInteger, Index, Select, SmallInteger, Text, and_, bindparam, func, select, text
from sqlalchemy.orm import aliased
from sqlmodel import Field, Session, SQLModel, col

from decisions.human_or_machine import Fetch, FetchKind, Verdict, VerdictKind
from decisions.who_sees_what import Rule, RuleKind
from storage.bulk import insert_rows
from storage.columns import BigId, Moment, to_microseconds
from storage.database import is_sqlite, listed_later, rows_as_parameter


class EventKind(IntEnum):
    """VIEW and CLICK count; MANGLED is a spoilt link of a known mail, kept as a sign."""

    VIEW = 1
    CLICK = 2
    MANGLED = 3


class EventClass(IntEnum):
    """What an event counts as."""

    HUMAN = 1
    MACHINE = 2
    PROXY = 3


class Event(SQLModel, table=True):
    """A view or a click. `address_id` is None for a mail to several people, of whom nobody can be named."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_address_id_kind_counts_as_at", "address_id", "kind", "counts_as", "at"),
        Index("ix_event_mail_id_at", "mail_id", "at"),
        Index("ix_event_mail_id_address_id_kind_at", "mail_id", "address_id", "kind", "at"),
        Index("ix_event_doubted", "at", sqlite_where=text("is_doubted"), postgresql_where=text("is_doubted")),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    kind: int = Field(sa_type=SmallInteger, description="an EventKind")
    at: datetime = Field(sa_type=Moment)
    address_id: int | None = Field(default=None, foreign_key="address.id", sa_type=BigId)
    campaign_id: int | None = Field(default=None, foreign_key="campaign.id", sa_type=BigId)
    sender_id: int | None = Field(default=None, foreign_key="sender.id", sa_type=BigId)
    mail_id: str | None = Field(default=None, description="None: reported by another tool")
    counts_as: int = Field(sa_type=SmallInteger, description="an EventClass")
    is_doubted: bool = Field(default=False, description="only probable signs spoke; settled within a minute")
    sign: str | None = Field(default=None)
    measures: str = Field(default="")
    agent: str = Field(default="", description="its family, never the agent itself")
    method: str = Field(default="GET")
    rule: str = Field(default=RuleKind.NONE, description="how the campaign was chosen")
    group_id: int | None = Field(default=None, sa_type=BigId, description="the target group that chose, if one did")


COLUMNS: Final = (
    "kind",
    "at",
    "address_id",
    "campaign_id",
    "sender_id",
    "mail_id",
    "counts_as",
    "is_doubted",
    "sign",
    "measures",
    "agent",
    "method",
    "rule",
    "group_id",
)
COUNTED: Final = (int(EventKind.VIEW), int(EventKind.CLICK))
FRESH: Final = timedelta(minutes=10)
LAST_FETCHES: Final = 20

_CLASS_OF: Final = {
    VerdictKind.HUMAN: EventClass.HUMAN,
    VerdictKind.MACHINE: EventClass.MACHINE,
    VerdictKind.PROXY: EventClass.PROXY,
}


class Tracked(Struct, frozen=True):
    """An event to be kept. Whoever is opted out must have been left out before."""

    kind: EventKind
    at: datetime
    address_id: int | None
    campaign_id: int | None
    sender_id: int | None
    mail_id: str | None
    verdict: Verdict
    agent: str
    method: str
    rule: RuleKind
    group_id: int | None
    counted: EventClass | None = None
    """What it counted as so far, where that is to be taken back; None: what the verdict says."""

    @property
    def counts_as(self) -> EventClass:
        """A probable sign only delays the alert: until it is settled, the event counts as a person's."""
        if self.counted is not None:
            return self.counted
        return _CLASS_OF[self.verdict.kind] if self.verdict.sure else EventClass.HUMAN


def keep(session: Session, events: Sequence[Tracked]) -> None:
    """Write events. Their counters are `performance.count`'s, in the same transaction."""
    insert_rows(session, Event.__tablename__, COLUMNS, [_row(event) for event in events])


def _row(event: Tracked) -> tuple[object, ...]:
    verdict = event.verdict
    return (
        int(event.kind),
        to_microseconds(event.at),
        event.address_id,
        event.campaign_id,
        event.sender_id,
        event.mail_id,
        int(event.counts_as),
        not verdict.sure,
        verdict.sign,
        verdict.measures,
        event.agent,
        event.method,
        event.rule.value,
        event.group_id,
    )


Link = tuple[str, int | None]
"""A token's identity: its mail, and the address it was made for."""


def recent_fetches(session: Session, mail_ids: Iterable[str], since: datetime) -> dict[str, list[Fetch]]:
    """The last 20 fetches of each of these mails after `since`, in no set order."""
    rows = rows_as_parameter([(mail_id,) for mail_id in set(mail_ids)])
    found: dict[str, list[Fetch]] = {}
    for mail_id, address_id, kind, at in _run(session, _recent_fetches, rows=rows, since=since):
        found.setdefault(mail_id, []).append(fetch_of(EventKind(kind), (mail_id, address_id), at))
    return found


@cache
def _recent_fetches(on_sqlite: bool) -> Select[*tuple[Any, ...]]:
    asked = listed_later(on_sqlite, mail_id=Text())
    newest = (
        select(col(Event.id))
        .where(col(Event.mail_id) == asked.c.mail_id, col(Event.at) > bindparam("since", type_=Moment))
        .order_by(col(Event.at).desc())
        .limit(LAST_FETCHES)
        .correlate(asked)
    )
    columns = (col(Event.mail_id), col(Event.address_id), col(Event.kind), col(Event.at))
    return select(*columns).select_from(asked).join(Event, col(Event.id).in_(newest))


def first_fetches(session: Session, links: Iterable[Link], since: datetime) -> dict[Link, datetime]:
    """When each of these links, or its banner, was first fetched after `since`."""
    rows = _run(session, _first_fetches, rows=rows_as_parameter(list(links)), since=since)
    return {(mail_id, address_id): at for mail_id, address_id, at in rows}


@cache
def _first_fetches(on_sqlite: bool) -> Select[*tuple[Any, ...]]:
    asked = listed_later(on_sqlite, mail_id=Text(), address_id=BigInteger())
    fresh = (col(Event.kind).in_(COUNTED), col(Event.at) > bindparam("since", type_=Moment))
    return (
        select(asked.c.mail_id, asked.c.address_id, func.min(col(Event.at)))
        .select_from(asked)
        .join(Event, and_(*_same_link(asked), *fresh))
        .group_by(asked.c.mail_id, asked.c.address_id)
    )


def last_seen(session: Session, links: Iterable[Link]) -> dict[Link, tuple[int, Rule]]:
    """The campaign whose banner was last shown through each of these links, at any time, and the rule that chose it."""
    rows = _run(session, _last_seen, rows=rows_as_parameter(list(links)))
    return {(mail, address): (campaign, Rule(RuleKind(rule), group)) for mail, address, campaign, rule, group in rows}


@cache
def _last_seen(on_sqlite: bool) -> Select[*tuple[Any, ...]]:
    asked, view = listed_later(on_sqlite, mail_id=Text(), address_id=BigInteger()), aliased(Event)
    newest = (
        select(col(Event.id))
        .where(*_same_link(asked), col(Event.kind) == int(EventKind.VIEW), col(Event.campaign_id).is_not(None))
        .order_by(col(Event.at).desc())
        .limit(1)
        .correlate(asked)
        .scalar_subquery()
    )
    columns = (asked.c.mail_id, asked.c.address_id, col(view.campaign_id), col(view.rule), col(view.group_id))
    return select(*columns).select_from(asked).join(view, col(view.id) == newest)


def _run(session: Session, statement: Callable[[bool], Select[*tuple[Any, ...]]], **parameters: Any) -> Iterable[Any]:
    return session.connection().execute(statement(is_sqlite(session)), parameters)


def doubted_before(session: Session, moment: datetime, limit: int) -> dict[str, list[datetime]]:
    """The mails with clicks that are doubted and older than `moment`, and when those clicks were; oldest first."""
    query = (
        select(col(Event.mail_id), col(Event.at))
        .where(col(Event.is_doubted), col(Event.at) < moment, col(Event.mail_id).is_not(None))
        .order_by(col(Event.at))
        .limit(limit)
    )
    found: dict[str, list[datetime]] = {}
    for mail_id, at in session.execute(query):
        found.setdefault(str(mail_id), []).append(at)
    return found


def of_mail(session: Session, mail_id: str, since: datetime, until: datetime) -> list[Event]:
    """A mail's events from `since` to `until`, oldest first."""
    query = select(Event).where(col(Event.mail_id) == mail_id, col(Event.at).between(since, until))
    return list(session.execute(query.order_by(col(Event.at), col(Event.id))).scalars())


def fetch_of(kind: EventKind, link: Link, at: datetime) -> Fetch:
    """A past event as the verdict looks at it."""
    mail_id, address_id = link
    return Fetch(
        kind=FetchKind.VIEW if kind == EventKind.VIEW else FetchKind.CLICK,
        at=at,
        mail_id=mail_id,
        link=None if kind == EventKind.MANGLED else str(address_id),
        user_agent=None,
        mangled=kind == EventKind.MANGLED,
    )


def _same_link(asked: Any) -> tuple[Any, Any]:
    return (
        col(Event.mail_id) == asked.c.mail_id,
        col(Event.address_id).is_not_distinct_from(asked.c.address_id),
    )


def knows_mail(session: Session, mail_id: str) -> bool:
    """Whether anything of this mail was fetched before."""
    return session.execute(select(col(Event.id)).where(col(Event.mail_id) == mail_id).limit(1)).first() is not None
