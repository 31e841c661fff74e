"""Tracking: the only writer of views and clicks, and what is asked of them while they are fresh."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, Final

from sqlalchemy import BigInteger, Index, SmallInteger, Text, and_, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Field, Session, SQLModel, col

from decisions.human_or_machine import Fetch, FetchKind, Verdict, VerdictKind
from decisions.who_sees_what import Rule, RuleKind
from storage.bulk import insert_rows
from storage.columns import BigId, Moment, to_microseconds
from storage.database import listed


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
        Index("ix_event_mail_id_kind_at", "mail_id", "kind", "at"),
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


@dataclass(frozen=True, slots=True)
class Tracked:
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

    @property
    def counts_as(self) -> EventClass:
        """A probable sign only delays the alert: until it is settled, the event counts as a person's."""
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
    """The last 20 fetches of each kind of these mails after `since`, in no set order."""
    mails = listed(session, [(mail_id,) for mail_id in sorted(set(mail_ids))], mail_id=Text())
    found: dict[str, list[Fetch]] = {}
    for kind in EventKind:
        newest = (
            select(col(Event.id))
            .where(col(Event.mail_id) == mails.c.mail_id, col(Event.kind) == int(kind), col(Event.at) > since)
            .order_by(col(Event.at).desc())
            .limit(LAST_FETCHES)
            .correlate(mails)
        )
        query = select(col(Event.mail_id), col(Event.address_id), col(Event.at)).join(mails, col(Event.id).in_(newest))
        for mail_id, address_id, at in session.execute(query):
            found.setdefault(mail_id, []).append(fetch_of(kind, (mail_id, address_id), at))
    return found


def first_fetches(session: Session, links: Iterable[Link], since: datetime) -> dict[Link, datetime]:
    """When each of these links, or its banner, was first fetched after `since`."""
    asked = listed(session, list(links), mail_id=Text(), address_id=BigInteger())
    query = (
        select(asked.c.mail_id, asked.c.address_id, func.min(col(Event.at)))
        .join(Event, and_(*_same_link(asked), col(Event.kind).in_(COUNTED), col(Event.at) > since))
        .group_by(asked.c.mail_id, asked.c.address_id)
    )
    return {(mail_id, address_id): at for mail_id, address_id, at in session.execute(query)}


def last_seen(session: Session, links: Iterable[Link]) -> dict[Link, tuple[int, Rule]]:
    """The campaign whose banner was last shown through each of these links, at any time, and the rule that chose it."""
    asked = listed(session, list(links), mail_id=Text(), address_id=BigInteger())
    view = aliased(Event)
    newest = (
        select(col(Event.id))
        .where(*_same_link(asked), col(Event.kind) == int(EventKind.VIEW), col(Event.campaign_id).is_not(None))
        .order_by(col(Event.at).desc())
        .limit(1)
        .correlate(asked)
        .scalar_subquery()
    )
    query = select(asked.c.mail_id, asked.c.address_id, col(view.campaign_id), col(view.rule), col(view.group_id)).join(
        view, col(view.id) == newest
    )
    rows = session.execute(query)
    return {(mail, address): (campaign, Rule(RuleKind(rule), group)) for mail, address, campaign, rule, group in rows}


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
