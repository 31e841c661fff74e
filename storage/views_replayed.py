"""Views replayed: which campaigns past views would have shown if campaigns were other than they are."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from decisions.addresses import NotAnAddress, account_domain, normalise_domain
from decisions.changed_campaigns import AtAnyMoment, Changes, Known, change_campaigns
from decisions.who_sees_what import Recipient
from storage.accounts import account_ids
from storage.addresses import Address
from storage.campaigns import Campaign, all_campaigns
from storage.recipients import Named, look_up
from storage.senders import own_domains
from storage.target_groups import TargetGroup
from storage.tracking import Event, EventClass, EventKind

# So many people in one read.
A_PAGE: Final = 200
ROWS_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class ReplayedView:
    """
    A past view: whose (a contact with all its addresses, else an address), and the ids of campaigns.

    `then` is what it really showed, `today` what it would show with campaigns as they are, `changed` as they would be;
    None: a transparent pixel.
    """

    person: int
    then: int | None
    today: int | None
    changed: int | None


@dataclass(frozen=True, slots=True)
class Campaigns:
    """Campaigns as they are and as they would be, and their names; those that are new have ids below 0."""

    today: AtAnyMoment
    changed: AtAnyMoment
    names: Mapping[int, str]


def campaigns_to_compare(session: Session, changes: Changes, *, now: datetime, zone: ZoneInfo) -> Campaigns:
    """
    The campaigns with and without these changes.

    Args:
        zone: of moments without offset.

    Raises:
        BadFile: the changes speak of what is not there.
    """
    present = [one.decided for one in all_campaigns(session)]
    groups = dict(session.execute(select(col(TargetGroup.name_key), col(TargetGroup.id))).all())
    known = Known(groups, _accounts(session, changes), now, zone)
    changed = change_campaigns(present, changes, known)
    # Of deleted ones too, which were seen then.
    names = dict(session.execute(select(col(Campaign.id), col(Campaign.name))).all())
    names |= {one.id: one.name for one in changed}
    return Campaigns(AtAnyMoment(present), AtAnyMoment(changed), names)


def _accounts(session: Session, changes: Changes) -> dict[str, int]:
    """The accounts that the changes name; where nobody of a domain is known, one of which nobody is."""
    asked = {domain for change in changes.campaigns for domain in change.accounts or ()}
    named = {domain: name for domain in asked if (name := _account_domain(domain))}
    ids = account_ids(session, named.values())
    return {domain.casefold(): ids.get(name, -1) for domain, name in named.items()}


def _account_domain(domain: str) -> str | None:
    try:
        return account_domain(normalise_domain(domain))
    except NotAnAddress:
        return None


@dataclass(frozen=True, slots=True)
class Past:
    """Views to be replayed: since when; at which moment they are all taken to be (None: each at its own)."""

    since: datetime
    at: datetime | None
    own: frozenset[str]
    """Our own domains by the settings; empty: those that our senders write from."""


def count_views(session: Session, since: datetime) -> tuple[int, int]:
    """How many views by people there were, and how many of them of people who can be named."""
    numbers = select(func.count(), func.count(col(Event.address_id))).where(*_views(since))
    views, named = session.execute(numbers).one()
    return int(views), int(named)


@dataclass(frozen=True, slots=True)
class Place:
    """How far a replay came: to this contact, and among the addresses without one to this."""

    contact_id: int = 0
    address_id: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """Some people's views, all of each, and where to go on; None: that was all."""

    views: tuple[ReplayedView, ...] = ()
    next: Place | None = None


def replay_page(session: Session, place: Place, past: Past, campaigns: Campaigns) -> Page:
    """The views of the next people: contacts first, then addresses without one. Whom they belong to is as of today."""
    if place.address_id == 0:
        later = (col(Address.contact_id) > place.contact_id, _has_viewed(past.since))
        query = select(col(Address.contact_id)).where(*later).distinct().order_by(col(Address.contact_id))
        if contact_ids := session.execute(query.limit(A_PAGE)).scalars().all():
            where = col(Address.contact_id).in_(contact_ids)
            return Page(tuple(_replay(session, where, past, campaigns)), Place(contact_ids[-1]))
    nobodys = (col(Address.contact_id).is_(None), col(Address.id) > place.address_id, _has_viewed(past.since))
    ids = session.execute(select(col(Address.id)).where(*nobodys).order_by(col(Address.id)).limit(A_PAGE)).scalars()
    address_ids = ids.all()
    if not address_ids:
        return Page()
    where = col(Address.id).in_(address_ids)
    return Page(tuple(_replay(session, where, past, campaigns)), Place(place.contact_id, address_ids[-1]))


def _views(since: datetime) -> tuple[Any, ...]:
    by_people = col(Event.counts_as) == int(EventClass.HUMAN)
    return col(Event.kind) == int(EventKind.VIEW), by_people, col(Event.at) >= since


def _has_viewed(since: datetime) -> Any:
    return select(1).where(col(Event.address_id) == col(Address.id), *_views(since)).exists()


def _replay(session: Session, where: Any, past: Past, campaigns: Campaigns) -> Iterator[ReplayedView]:
    people = session.execute(select(col(Address.id), col(Address.email), col(Address.contact_id)).where(where)).all()
    named = {address_id: Named(email, None) for address_id, email, _ in people}
    seen_as = look_up(session, set(named.values()), own=past.own or own_domains(session))
    persons = {address_id: contact_id or -address_id for address_id, _, contact_id in people}
    query = select(col(Event.address_id), col(Event.campaign_id), col(Event.at)).where(
        col(Event.address_id).in_(persons), *_views(past.since)
    )
    for address_id, then, at in session.execute(query, execution_options={"yield_per": ROWS_AT_ONCE}):
        recipient: Recipient = seen_as[named[address_id]]
        moment = past.at or at
        today, changed = (one.seen_by(recipient, moment) for one in (campaigns.today, campaigns.changed))
        yield ReplayedView(persons[address_id], then, today, changed)


@dataclass(slots=True)
class Seen:
    """How many views showed something, and to how many people."""

    views: int = 0
    people: int = 0


WAYS: Final = ("then", "today", "changed")


@dataclass(slots=True)
class ViewsCompared:
    """
    What the changed campaigns make of views, added up page by page.

    `seen` is by way ("then", "today", "changed") and campaign, `differing` by what is seen today and would be.
    """

    views: int = 0
    people: int = 0
    seen: dict[tuple[str, int | None], Seen] = field(default_factory=dict)
    differing: dict[tuple[int | None, int | None], Seen] = field(default_factory=dict)

    def add(self, page: Iterable[ReplayedView]) -> None:
        """Add views, all that there are of each person."""
        by_person: dict[int, list[ReplayedView]] = {}
        for view in page:
            by_person.setdefault(view.person, []).append(view)
        for views in by_person.values():
            self.views, self.people = self.views + len(views), self.people + 1
            _add(self.seen, Counter((way, getattr(view, way)) for view in views for way in WAYS))
            moved = Counter((view.today, view.changed) for view in views if view.today != view.changed)
            _add(self.differing, moved)


def _add(tally: dict[Any, Seen], of_person: Counter[Any]) -> None:
    for key, views in of_person.items():
        seen = tally.setdefault(key, Seen())
        seen.views, seen.people = seen.views + views, seen.people + 1
