"""Clicks replayed: what past clicks would have counted as under other filter rules. Nothing is written."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from decisions.filter_rules import TODAY, FilterRules
from decisions.human_or_machine import (
    Fetch,
    FetchKind,
    Verdict,
    VerdictKind,
    judge_again,
    judge_agent_alone,
)
from storage import tracking
from storage.addresses import Address
from storage.campaigns import Campaign
from storage.contacts import Contact
from storage.tracking import Event, EventKind, Link

# So many mails, or clicks that another tool told of, in one read.
A_PAGE: Final = 200


@dataclass(frozen=True, slots=True)
class ReplayedClick:
    """
    A past click, and what is said of it under the rules of today and under the changed ones.

    `email` is None where nobody can be named, or may be.
    """

    id: int
    occurred_at: datetime
    email: str | None
    campaign: str | None
    today: Verdict
    changed: Verdict


@dataclass(slots=True)
class ClicksCompared:
    """
    What the changed rules make of clicks, added up page by page.

    `today` and `changed` are how many are machines', of `clicks` - `without_agent`. `differing` counts those that would
    count otherwise, by what as and by the sign that decides it, or did so far; `first` are the first `limit` of them.
    """

    clicks: int
    limit: int
    replayed: int = 0
    today: int = 0
    changed: int = 0
    differing: Counter[tuple[VerdictKind, str]] = field(default_factory=Counter)
    first: list[ReplayedClick] = field(default_factory=list)

    @property
    def without_agent(self) -> int:
        """Whose agent is not kept any more, so that they cannot be judged."""
        return max(self.clicks - self.replayed, 0)

    def add(self, page: Iterable[ReplayedClick]) -> None:
        """Add some clicks."""
        for click in page:
            is_machine, was_machine = (one.kind is VerdictKind.MACHINE for one in (click.changed, click.today))
            self.replayed += 1
            self.today += was_machine
            self.changed += is_machine
            if is_machine is not was_machine:
                deciding = click.changed if is_machine else click.today
                self.differing[click.changed.kind, (deciding.sign or "").partition("; ")[0]] += 1
                self.first += [click] if len(self.first) < self.limit else []


@dataclass(frozen=True, slots=True)
class Place:
    """How far a replay came: to the mail of this id, and among the clicks that another tool told of to this one."""

    mail_id: str = ""
    event_id: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """Some replayed clicks, and where to go on; None: that was all."""

    clicks: tuple[ReplayedClick, ...] = ()
    next: Place | None = field(default=None)


def count_clicks(session: Session, since: datetime) -> int:
    """How many clicks came since then."""
    return int(session.execute(select(func.count()).where(*_clicks(since))).scalar_one())


def replay_page(session: Session, place: Place, since: datetime, rules: FilterRules) -> Page:
    """The next clicks under the rules of today and under these: mail by mail, then those that another tool told of."""
    if place.event_id == 0:
        later = (col(Event.mail_id) > place.mail_id, *_clicks(since))
        query = select(col(Event.mail_id)).where(*later).distinct().order_by(col(Event.mail_id)).limit(A_PAGE)
        if mail_ids := session.execute(query).scalars().all():
            clicks = [click for mail_id in mail_ids for click in _of_mail(session, mail_id, since, rules)]
            return Page(tuple(clicks), Place(mail_ids[-1]))
    told = _rows(session, col(Event.mail_id).is_(None), col(Event.id) > place.event_id, *_clicks(since), limit=A_PAGE)
    found = tuple(_reported(row, rules) for row in told if row.Event.user_agent is not None)
    return Page(found, Place(place.mail_id, told[-1].Event.id) if told else None)


def _clicks(since: datetime) -> tuple[Any, ...]:
    return col(Event.kind) == int(EventKind.CLICK), col(Event.at) >= since


def _rows(session: Session, *where: Any, limit: int | None = None) -> Sequence[Any]:
    return session.execute(_EVENTS.where(*where).order_by(col(Event.id)).limit(limit)).all()


# Of who is hidden the address is not told.
_EVENTS: Final[Select[*tuple[Any, ...]]] = (
    select(Event, col(Address.email).label("email"), col(Campaign.name).label("campaign"))
    .outerjoin(Address, col(Address.id) == col(Event.address_id))
    .outerjoin(Contact, col(Contact.id) == col(Address.contact_id))
    .outerjoin(Campaign, col(Campaign.id) == col(Event.campaign_id))
    .add_columns(col(Contact.hidden_at).label("hidden_at"))
)


def _of_mail(session: Session, mail_id: str, since: datetime, rules: FilterRules) -> Iterator[ReplayedClick]:
    rows = sorted(_rows(session, col(Event.mail_id) == mail_id), key=lambda row: row.Event.at)
    fetches = [_fetch(row.Event) for row in rows]
    links = {_link(row.Event) for row in rows if row.Event.kind == EventKind.CLICK}
    opened = tracking.last_seen(session, links).items()
    mail = Mail(fetches, [tracking.fetch_of(EventKind.VIEW, link, seen.first_at) for link, seen in opened])
    for row, fetch in zip(rows, fetches, strict=True):
        event = row.Event
        if event.kind == EventKind.CLICK and event.at >= since and event.user_agent is not None:
            today, changed = (judge_again(fetch, mail.around(fetch, one), one) for one in (TODAY, rules))
            yield _replayed(row, today, changed)


def _reported(row: Any, rules: FilterRules) -> ReplayedClick:
    agent = row.Event.user_agent
    return _replayed(row, judge_agent_alone(agent), judge_agent_alone(agent, rules))


def _replayed(row: Any, today: Verdict, changed: Verdict) -> ReplayedClick:
    email = row.email if row.hidden_at is None else None
    return ReplayedClick(row.Event.id, row.Event.at, email, row.campaign, today, changed)


class Mail:
    """
    All fetches of one mail, at hand by time.

    Args:
        fetches: those that are held, oldest first.
        opened: the first view through each link, which may be held no longer.
    """

    def __init__(self, fetches: Sequence[Fetch], opened: Iterable[Fetch]) -> None:
        self._fetches = fetches
        self._times = [fetch.at for fetch in fetches]
        self._first: dict[str | None, Fetch] = {}
        views = (fetch for fetch in fetches if fetch.kind is FetchKind.VIEW)
        for view in sorted((*views, *opened), key=lambda view: (view.at, view.user_agent is None)):
            self._first.setdefault(view.link, view)

    def around(self, click: Fetch, rules: FilterRules) -> list[Fetch]:
        """Those that lie near enough to a click for these rules, and the first view through each of their links."""
        far = max(rules.too_soon, rules.burst_within, rules.mangled_within) + timedelta(microseconds=1)
        begin, end = bisect_left(self._times, click.at - far), bisect_right(self._times, click.at + far)
        near = self._fetches[begin:end]
        first = {view.link: view for fetch in near if (view := self._first.get(fetch.link))}
        return [*near, *first.values()]


def _link(event: Event) -> Link:
    return event.mail_id or "", event.address_id


def _fetch(event: Event) -> Fetch:
    """A past event with all that is known of its request; of the network only whose it was."""
    signs = dict(zip((event.sign or "").split("; "), event.measures.split("; "), strict=False))
    return Fetch(
        kind=FetchKind.VIEW if event.kind == EventKind.VIEW else FetchKind.CLICK,
        at=event.at,
        mail_id=event.mail_id or "",
        link=None if event.kind == EventKind.MANGLED else str(event.address_id),
        user_agent=event.user_agent,
        method=event.method,
        prefetch="prefetch" in signs,
        mangled=event.kind == EventKind.MANGLED,
        network=signs.get("network"),
    )
