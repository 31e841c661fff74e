"""Performance: the one source of numbers, from counters kept in the same transaction as the events."""

from collections import Counter as Tally
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, func, select, type_coerce, update
from sqlalchemy.orm import aliased
from sqlmodel import Field, Session, SQLModel, col

from decisions.performance import click_rate
from storage import hours, small_crowds
from storage.addresses import Address
from storage.bulk import add_counts
from storage.campaigns import Campaign
from storage.columns import BigId, Moment, to_microseconds
from storage.contacts import Contact
from storage.counts import CLASSES, Counts, counts_of
from storage.database import listed
from storage.kept_totals import KeptCount
from storage.owners import names_by_email
from storage.senders import Sender
from storage.tracking import COUNTED, Event, EventClass, EventKind, Tracked

NO_CAMPAIGN: Final = 0


class Counter(SQLModel, table=True):
    """What one address did with one campaign (0: a link whose mail showed none)."""

    __tablename__ = "counter"
    __table_args__ = {"sqlite_with_rowid": False}

    address_id: int = Field(foreign_key="address.id", primary_key=True, sa_type=BigId)
    campaign_id: int = Field(primary_key=True, sa_type=BigId)
    views: int = Field(default=0, description="by people; also where an image proxy fetched for one")
    proxy_views: int = Field(default=0)
    machine_views: int = Field(default=0)
    clicks: int = Field(default=0, description="by people")
    machine_clicks: int = Field(default=0)
    first_at: datetime | None = Field(default=None, sa_type=Moment, description="first view or click by a person")
    last_view_at: datetime | None = Field(default=None, sa_type=Moment, description="by a person")
    last_click_at: datetime | None = Field(default=None, sa_type=Moment, description="by a person")


COUNTS: Final = ("views", "proxy_views", "machine_views", "clicks", "machine_clicks")
_PLACE: Final = {
    (EventKind.VIEW, EventClass.HUMAN): 0,
    (EventKind.VIEW, EventClass.PROXY): 1,
    (EventKind.VIEW, EventClass.MACHINE): 2,
    (EventKind.CLICK, EventClass.HUMAN): 3,
    (EventKind.CLICK, EventClass.PROXY): 4,
    (EventKind.CLICK, EventClass.MACHINE): 4,
}
RECENT_CLICKS: Final = 5
POPULAR_CAMPAIGNS: Final = 3


@dataclass(frozen=True, slots=True)
class RecentClick:
    """
    A person's click. `campaign` is its name, `sender` the employee whose mail carried it; None when unknown.

    The sender is a name where HubSpot knows them, else an address.
    """

    event_id: int
    campaign: str | None
    occurred_at: datetime
    sender: str | None


@dataclass(frozen=True, slots=True)
class PopularCampaign:
    """A campaign and how often people clicked it."""

    campaign: str
    clicks: int


@dataclass(frozen=True, slots=True)
class Performance:
    """Views and clicks by people; `click_rate` is clicks per view, None without a view. Recent clicks newest first."""

    views: int = 0
    clicks: int = 0
    machine_clicks: int = 0
    proxy_views: int = 0
    click_rate: float | None = None
    last_click_at: datetime | None = None
    recent_clicks: tuple[RecentClick, ...] = ()
    popular_campaigns: tuple[PopularCampaign, ...] = ()


@dataclass(frozen=True, slots=True)
class CampaignNumbers:
    """What a campaign brought: views and clicks by people, clicks by machines; `click_rate` as in Performance."""

    views: int = 0
    clicks: int = 0
    machine_clicks: int = 0
    click_rate: float | None = None


def count(session: Session, events: Collection[Tracked], by: int = 1) -> None:
    """Add these events to the counters, or take them away with `by` -1."""
    counted: dict[tuple[int, int], list[int]] = {}
    for event in events:
        if event.address_id is not None and event.kind is not EventKind.MANGLED:
            key = (event.address_id, event.campaign_id or NO_CAMPAIGN)
            _add(counted.setdefault(key, [0, 0, 0, 0, 0, 0, 0, 0]), event, by)
    rows = [(*key, *row[:5], row[5] or None, row[6] or None, row[7] or None) for key, row in counted.items()]
    add_counts(
        session,
        "counter",
        ("address_id", "campaign_id"),
        COUNTS,
        rows,
        latest=("last_view_at", "last_click_at"),
        earliest=("first_at",),
    )
    hours.count(session, events, by)


def _add(row: list[int], event: Tracked, by: int) -> None:
    row[_PLACE[event.kind, event.counts_as]] += by
    if event.counts_as is EventClass.HUMAN:
        at, last = to_microseconds(event.at), 5 if event.kind is EventKind.VIEW else 6
        row[last] = max(row[last], at)
        row[7] = min(row[7] or at, at)


def read_times_again(session: Session, address_id: int, campaign_id: int | None) -> None:
    """
    A click turned out to be a machine's: when this person was seen first and last is read from the events again.

    What retention took is older than all of these, and stays the first.
    """
    campaign = campaign_id or NO_CAMPAIGN
    theirs = (col(Event.address_id) == address_id, func.coalesce(col(Event.campaign_id), NO_CAMPAIGN) == campaign)
    by_people = select(col(Event.kind), func.min(col(Event.at)), func.max(col(Event.at))).where(
        *theirs, col(Event.kind).in_(COUNTED), col(Event.counts_as) == int(EventClass.HUMAN)
    )
    seen = {kind: (first, last) for kind, first, last in session.execute(by_people.group_by(col(Event.kind)))}
    kept = select(col(KeptCount.kind)).where(
        col(KeptCount.address_id) == address_id,
        col(KeptCount.campaign_id) == campaign,
        col(KeptCount.counts_as) == int(EventClass.HUMAN),
    )
    thinned = set(session.execute(kept).scalars())
    times: dict[str, datetime | None] = {}
    for kind, name in ((EventKind.VIEW, "last_view_at"), (EventKind.CLICK, "last_click_at")):
        if kind in seen or kind not in thinned:
            times[name] = seen[kind][1] if kind in seen else None
    if not thinned:
        times["first_at"] = min((first for first, _ in seen.values()), default=None)
    which = (col(Counter.address_id) == address_id, col(Counter.campaign_id) == campaign)
    session.execute(update(Counter).where(*which).values(times))


def of_addresses(session: Session, address_ids: Collection[int]) -> Performance:
    """The performance of one person, whose addresses these are. Ten clicks or ten million: it costs the same."""
    totals = session.execute(
        select(
            *(func.coalesce(func.sum(col(getattr(Counter, name))), 0) for name in COUNTS),
            func.max(col(Counter.last_click_at)),
        ).where(col(Counter.address_id).in_(address_ids))
    ).one()
    views, proxy_views, _, clicks, machine_clicks, last_click_at = totals
    return Performance(
        views=int(views),
        clicks=int(clicks),
        machine_clicks=int(machine_clicks),
        proxy_views=int(proxy_views),
        click_rate=click_rate(int(views), int(clicks)),
        last_click_at=last_click_at,
        recent_clicks=tuple(recent_clicks(session, address_ids)),
        popular_campaigns=tuple(_popular(session, address_ids)),
    )


def recent_clicks(session: Session, address_ids: Collection[int], limit: int = RECENT_CLICKS) -> Sequence[RecentClick]:
    """The last clicks by a person, newest first."""
    query = (
        select(col(Event.id), col(Campaign.name), col(Event.at), col(Sender.email))
        .outerjoin(Campaign, col(Campaign.id) == col(Event.campaign_id))
        .outerjoin(Sender, col(Sender.id) == col(Event.sender_id))
        .where(
            col(Event.address_id).in_(address_ids),
            col(Event.kind) == int(EventKind.CLICK),
            col(Event.counts_as) == int(EventClass.HUMAN),
        )
        .order_by(col(Event.at).desc(), col(Event.id).desc())
        .limit(limit)
    )
    rows = session.execute(query).all()
    names = names_by_email(session, {email for *_, email in rows if email})
    return [RecentClick(id_, campaign, at, names.get(email, email)) for id_, campaign, at, email in rows]


def _popular(session: Session, address_ids: Collection[int]) -> Sequence[PopularCampaign]:
    clicks = func.sum(col(Counter.clicks))
    query = (
        select(col(Campaign.name), clicks)
        .join(Campaign, col(Campaign.id) == col(Counter.campaign_id))
        .where(col(Counter.address_id).in_(address_ids), col(Counter.clicks) > 0)
        .group_by(col(Campaign.id), col(Campaign.name))
        .order_by(clicks.desc(), col(Campaign.id))
        .limit(POPULAR_CAMPAIGNS)
    )
    return [PopularCampaign(name, int(number)) for name, number in session.execute(query)]


def of_campaigns(session: Session) -> dict[int, CampaignNumbers]:
    """
    What each campaign brought, by its id, from everybody, erased people too; those that nobody saw are missing.

    Of those that a small crowd holds back, from people who can be named.
    """
    held = small_crowds.find(session).campaigns
    told = hours.by_campaign(session)
    told |= {id_: Counts() for id_ in held} | _of_the_named(session, held)
    return {
        campaign_id: CampaignNumbers(counts.views, counts.clicks, counts.machine_clicks, counts.click_rate)
        for campaign_id, counts in told.items()
        if campaign_id != NO_CAMPAIGN
    }


def _of_the_named(session: Session, campaign_ids: Collection[int]) -> dict[int, Counts]:
    sums = [func.sum(col(getattr(Counter, name))) for name in CLASSES]
    query = select(col(Counter.campaign_id), *sums).where(col(Counter.campaign_id).in_(campaign_ids))
    return {id_: counts_of(row) for id_, *row in session.execute(query.group_by(col(Counter.campaign_id)))}


@dataclass(frozen=True, slots=True)
class Clicked:
    """What a person clicked: how often, when last, from whose mail, and which campaigns, the most clicked first."""

    clicks: int = 0
    last_at: datetime | None = None
    sender: str | None = None
    campaigns: tuple[PopularCampaign, ...] = ()


def clicked(session: Session, address_ids: Collection[int]) -> dict[int, Clicked]:
    """What each of these addresses clicked in all; those without a click are missing."""
    query = (
        select(col(Counter.address_id), col(Campaign.name), col(Counter.clicks), col(Counter.last_click_at))
        .outerjoin(Campaign, col(Campaign.id) == col(Counter.campaign_id))
        .where(col(Counter.address_id).in_(address_ids), col(Counter.clicks) > 0)
        .order_by(col(Counter.clicks).desc(), col(Counter.campaign_id))
    )
    rows: dict[int, list[tuple[str | None, int, datetime]]] = {}
    for address_id, *row in session.execute(query):
        rows.setdefault(address_id, []).append(tuple(row))
    return {address_id: _clicked(session, address_id, found) for address_id, found in rows.items()}


def _clicked(session: Session, address_id: int, rows: list[tuple[str | None, int, datetime]]) -> Clicked:
    last = next(iter(recent_clicks(session, [address_id], 1)), None)
    return Clicked(
        sum(clicks for _, clicks, _ in rows),
        max(at for _, _, at in rows),
        last.sender if last else None,
        tuple(PopularCampaign(name, clicks) for name, clicks, _ in rows if name is not None),
    )


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time of one address, both ends in it; `id` is the caller's."""

    id: int
    address_id: int
    first_at: datetime
    last_at: datetime


def clicked_within(session: Session, spans: Collection[Span]) -> dict[int, Clicked]:
    """What was clicked within each span, by its id; clicks that are still doubted are left out."""
    asked = _listed(session, spans)
    query = (
        select(asked.c.id, col(Campaign.name), col(Event.at), col(Sender.email))
        .join(Event, col(Event.address_id) == asked.c.address_id)
        .outerjoin(Campaign, col(Campaign.id) == col(Event.campaign_id))
        .outerjoin(Sender, col(Sender.id) == col(Event.sender_id))
        .where(*_HUMAN_CLICK, col(Event.is_doubted).is_(False), *_within(asked))
        .order_by(asked.c.id, col(Event.at), col(Event.id))
    )
    rows: dict[int, list[tuple[str | None, datetime, str | None]]] = {}
    for id_, *row in session.execute(query):
        rows.setdefault(id_, []).append(tuple(row))
    return {id_: _clicked_in(found) for id_, found in rows.items()}


def _clicked_in(rows: list[tuple[str | None, datetime, str | None]]) -> Clicked:
    names = Tally(name for name, _, _ in rows if name is not None)
    _, last_at, sender = rows[-1]
    return Clicked(len(rows), last_at, sender, tuple(PopularCampaign(*row) for row in names.most_common()))


def clicks_of_accounts(session: Session, spans: Collection[Span]) -> dict[int, int]:
    """How often people of each span's account clicked within it, by the span's id."""
    asked, colleague, same = _listed(session, spans), aliased(Address), aliased(Address)
    query = (
        select(asked.c.id, func.count())
        .join(same, col(same.id) == asked.c.address_id)
        .join(colleague, col(colleague.account_id) == col(same.account_id))
        .join(Event, col(Event.address_id) == col(colleague.id))
        .where(*_HUMAN_CLICK, *_within(asked))
        .group_by(asked.c.id)
    )
    return dict(session.execute(query).all())


def _listed(session: Session, spans: Collection[Span]) -> Any:
    rows = [(one.id, one.address_id, to_microseconds(one.first_at), to_microseconds(one.last_at)) for one in spans]
    big = BigInteger()
    return listed(session, rows, id=big, address_id=big, first_at=big, last_at=big)


def _within(asked: Any) -> tuple[Any, Any]:
    at = type_coerce(col(Event.at), BigInteger)
    return at >= asked.c.first_at, at <= asked.c.last_at


_HUMAN_CLICK: Final = (
    col(Event.kind) == int(EventKind.CLICK),
    col(Event.counts_as) == int(EventClass.HUMAN),
)


def addresses_of(session: Session, contact_id: int) -> tuple[int, ...]:
    """The addresses on which a contact's events hang."""
    return tuple(session.execute(select(col(Address.id)).where(col(Address.contact_id) == contact_id)).scalars())


def addresses_of_person(session: Session, email: str) -> tuple[int, ...]:
    """The normalised address and all others of its contact; none when nobody has it, or nobody may see them."""
    query = select(col(Address.id), col(Address.contact_id), col(Contact.hidden_at)).outerjoin(Contact)
    found = session.execute(query.where(col(Address.email) == email)).first()
    if found is None or found.hidden_at is not None:
        return ()
    address_id, contact_id, _ = found
    return (address_id,) if contact_id is None else addresses_of(session, contact_id)
