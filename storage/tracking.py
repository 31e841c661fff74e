"""Tracking: the only writer of views and clicks, and what is asked of them while they are fresh."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final

from msgspec import Struct
from sqlalchemy import Index, SmallInteger, delete, func, select, text
from sqlalchemy.orm import aliased
from sqlmodel import Field, Session, SQLModel, col

from decisions.human_or_machine import Fetch, FetchKind, Verdict, VerdictKind
from decisions.who_sees_what import Rule, RuleKind
from storage.bulk import insert_rows, read_rows, write_rows
from storage.columns import BigId, Moment, from_microseconds, to_microseconds


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
    agent: str = Field(default="", description="its family, which stays")
    method: str = Field(default="GET")
    rule: str = Field(default=RuleKind.NONE, description="how the campaign was chosen")
    group_id: int | None = Field(default=None, sa_type=BigId, description="the target group that chose, if one did")
    user_agent: str | None = Field(default=None, description="itself, for replay; None: not kept (any more)")


class LastSeen(SQLModel, table=True):
    """
    The banner last shown through a token, for whoever follows its link: one row for each, at once at hand.

    The token of a mail to several people has the `address_id` 0.
    """

    __tablename__ = "last_seen"
    __table_args__ = {"sqlite_with_rowid": False}

    address_id: int = Field(primary_key=True, sa_type=BigId)
    mail_id: str = Field(primary_key=True)
    campaign_id: int = Field(sa_type=BigId)
    rule: str
    group_id: int | None = Field(default=None, sa_type=BigId)
    first_at: datetime = Field(sa_type=Moment, description="the first view")
    last_at: datetime = Field(sa_type=Moment, description="the last view, which showed this campaign")


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
    "user_agent",
)
COUNTED: Final = (int(EventKind.VIEW), int(EventKind.CLICK))
FRESH: Final = timedelta(minutes=10)

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
    user_agent: str | None = None
    """Itself, as `decisions.agents.kept_agent` gives it; None: it is not to be kept."""
    only_in_groups: bool = False
    """It is of somebody of whom no event is kept: see `aggregate_only`."""
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
    shown = [event for event in events if event.kind is EventKind.VIEW and event.mail_id and event.campaign_id]
    if shown:
        _keep_last_seen(session, shown)


def _keep_last_seen(session: Session, shown: Iterable[Tracked]) -> None:
    rows: dict[tuple[int, str | None], tuple[object, ...]] = {}
    for event in sorted(shown, key=lambda event: event.at):
        key, at = (event.address_id or NOBODY, event.mail_id), to_microseconds(event.at)
        first_at = rows[key][5] if key in rows else at
        rows[key] = (*key, event.campaign_id, event.rule.value, event.group_id, first_at, at)
    write_rows(session, "last_seen", _SEEN, [rows[key] for key in sorted(rows)], _SEEN_AGAIN)


NOBODY: Final = 0
_SEEN: Final = ("address_id", "mail_id", "campaign_id", "rule", "group_id", "first_at", "last_at")
# What is told late does not hide what was seen after it.
_SEEN_AGAIN: Final = """
    ON CONFLICT (address_id, mail_id) DO UPDATE SET
        campaign_id = CASE WHEN excluded.last_at < last_seen.last_at THEN last_seen.campaign_id
            ELSE excluded.campaign_id END,
        rule = CASE WHEN excluded.last_at < last_seen.last_at THEN last_seen.rule ELSE excluded.rule END,
        group_id = CASE WHEN excluded.last_at < last_seen.last_at THEN last_seen.group_id ELSE excluded.group_id END,
        first_at = CASE WHEN excluded.first_at < last_seen.first_at THEN excluded.first_at
            ELSE last_seen.first_at END,
        last_at = CASE WHEN excluded.last_at < last_seen.last_at THEN last_seen.last_at ELSE excluded.last_at END
    """


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
        event.user_agent,
    )


Link = tuple[str, int | None]
"""A token's identity: its mail, and the address it was made for."""


def forget_last_seen(session: Session, event_ids: Collection[int]) -> None:
    """These events will be gone: what was last seen in one of them will not be known any more."""
    view = aliased(Event)
    of_these = (
        col(view.id).in_(event_ids),
        col(view.mail_id) == col(LastSeen.mail_id),
        func.coalesce(col(view.address_id), NOBODY) == col(LastSeen.address_id),
    )
    session.execute(delete(LastSeen).where(select(1).where(*of_these, col(view.at) == col(LastSeen.last_at)).exists()))


class Seen(Struct, frozen=True):
    """The campaign whose banner was last shown through a link, by which rule, and when the first was."""

    campaign_id: int
    rule: Rule
    first_at: datetime


def last_seen(session: Session, links: Iterable[Link]) -> dict[Link, Seen]:
    """What was last shown through each of these links, at any time."""
    asked = [(address_id or NOBODY, mail_id) for mail_id, address_id in links]
    return {
        (mail_id, address_id or None): Seen(campaign_id, Rule(RuleKind(rule), group_id), from_microseconds(first_at))
        for address_id, mail_id, campaign_id, rule, group_id, first_at in read_rows(
            session, _LAST_SEEN, asked, ("bigint", "text")
        )
    }


_LAST_SEEN: Final = """
    SELECT address_id, mail_id, campaign_id, rule, group_id, first_at FROM {asked}
    JOIN last_seen ON address_id = c1 AND mail_id = c2
    """


def recent_fetches(session: Session, mail_ids: Collection[str], since: datetime) -> dict[str, list[Fetch]]:
    """The last 20 fetches of each of these mails from `since` on, in no set order."""
    asked = [(mail_id, to_microseconds(since)) for mail_id in mail_ids]
    found: dict[str, list[Fetch]] = {}
    for mail_id, address_id, kind, at in read_rows(session, _RECENT, asked, ("text", "bigint")):
        fetch = fetch_of(kind, (mail_id, address_id), from_microseconds(at))
        found.setdefault(mail_id, []).append(fetch)
    return found


LAST_FETCHES: Final = 20
_RECENT: Final = f"""
    SELECT mail_id, address_id, kind, at FROM {{asked}} JOIN event ON id IN (
        SELECT id FROM event WHERE mail_id = c1 AND at >= c2 ORDER BY at DESC LIMIT {LAST_FETCHES})
    """  # noqa: S608


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


def fetch_of(kind: int, link: Link, at: datetime) -> Fetch:
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


def knows_mail(session: Session, mail_id: str) -> bool:
    """Whether anything of this mail was fetched before."""
    return session.execute(select(col(Event.id)).where(col(Event.mail_id) == mail_id).limit(1)).first() is not None
