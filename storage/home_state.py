"""What somebody's Home shows: leads, their contacts' activity, the week's numbers; for admins how things stand."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from decisions.calendar_steps import DAY, WEEK, begin_of, steps
from decisions.slack_ids import FIRST, workspace_of
from storage import audit, feed, follows, inbox, leads, subscriptions, target_groups
from storage.addresses import Address
from storage.audit import Noted
from storage.contacts import Contact
from storage.feed import Activity, ActivityCard
from storage.follows import Followed
from storage.leads import Lead, LeadCard, LeadStage
from storage.opt_outs import OptOut
from storage.owners import Owner
from storage.subscriptions import Subscribed, Topic
from storage.target_groups import GroupView
from storage.trend import EVERYBODY, Step, trend

MOST_LEADS: Final = 5
# The Home is made again and again while somebody looks.
MOST_COUNTED: Final = 1_000
MOST_ACTIVITIES: Final = 5
MOST_NOTED: Final = 8
DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class Week:
    """What a week brought: what people did on each of its days, and leads that clicked first in it."""

    days: tuple[Step, ...]
    leads: int

    @property
    def clicks(self) -> int:
        return sum(day.clicks for day in self.days)

    @property
    def views(self) -> int:
        return sum(day.views for day in self.days)


@dataclass(frozen=True, slots=True)
class AdminState:
    """
    How things stand.

    `opt_outs` counts everything that is opted out: addresses, domains and HubSpot ids. `hints` wait to be applied.
    """

    groups: tuple[GroupView, ...]
    hints: int
    channels: tuple[Subscribed, ...]
    opt_outs: int
    audit: tuple[Noted, ...]


@dataclass(frozen=True, slots=True)
class HomeState:
    """
    What one person's Home shows.

    `free` are `free_total` at most, which are counted to MOST_COUNTED. `activities` None: no HubSpot user has this
    person's address. `admin` None: they may not decide.
    """

    free: tuple[LeadCard, ...]
    free_total: int
    mine: tuple[LeadCard, ...]
    activities: tuple[ActivityCard, ...] | None
    this_week: Week
    last_week: Week
    admin: AdminState | None
    follows: tuple[Followed, ...] = ()


def home_state(
    session: Session,
    actor: str,
    email: str | None,
    *,
    last_monday: date,
    zone: ZoneInfo,
    may_decide: bool,
    now: datetime,
) -> HomeState:
    """
    What the Home of `actor`, whose address at work is `email`, shows now.

    Args:
        last_monday: when the last week began, on the clocks of `zone`, which are theirs.
    """
    days = trend(session, EVERYBODY, steps(last_monday, 2 * DAYS + 1, DAY), zone)
    last_week, this_week, next_week = (begin_of(day, zone) for day in steps(last_monday, 3, WEEK))
    free = (col(Lead.stage) == LeadStage.OPEN, col(Lead.snoozed_until).is_(None))
    held = (col(Lead.stage) == LeadStage.CLAIMED, col(Lead.held_by) == actor)
    return HomeState(
        free=_leads(session, *free),
        free_total=_how_many(session, *free),
        mine=_leads(session, *held),
        activities=_activities(session, email, this_week),
        follows=follows.of_user(session, audit.slack_user(actor) or "", now=now),
        this_week=Week(days[DAYS:], _new_leads(session, this_week, next_week)),
        last_week=Week(days[:DAYS], _new_leads(session, last_week, this_week)),
        admin=_admin(session, workspace_of(audit.slack_user(actor) or FIRST)) if may_decide else None,
    )


def _how_many(session: Session, *where: Any) -> int:
    some = select(col(Lead.id)).where(*where).limit(MOST_COUNTED).subquery()
    total: int = session.execute(select(func.count()).select_from(some)).scalar_one()
    return total


def _leads(session: Session, *where: Any) -> tuple[LeadCard, ...]:
    query = select(col(Lead.id)).where(*where).order_by(col(Lead.changed_at).desc(), col(Lead.id).desc())
    return leads.of_ids(session, session.execute(query.limit(MOST_LEADS)).scalars().all())


def _activities(session: Session, email: str | None, since: datetime) -> tuple[ActivityCard, ...] | None:
    owners = select(col(Owner.hubspot_id)).where(func.lower(col(Owner.email)) == (email or "").lower())
    ids = session.execute(owners).scalars().all()
    if not email or not ids:
        return None
    query = (
        select(col(Activity.id))
        .join(Address, col(Address.id) == col(Activity.address_id))
        .join(Contact, col(Contact.id) == col(Address.contact_id))
        .where(col(Contact.owner_id).in_(ids), col(Contact.hidden_at).is_(None), col(Activity.last_at) >= since)
        .order_by(col(Activity.last_at).desc(), col(Activity.id).desc())
        .limit(MOST_ACTIVITIES)
    )
    return feed.of_ids(session, session.execute(query).scalars().all())


def _new_leads(session: Session, begin: datetime, end: datetime) -> int:
    first_click = (col(Lead.since) >= begin, col(Lead.since) < end)
    return int(session.execute(select(func.count()).where(*first_click)).scalar_one())


def _admin(session: Session, workspace: str) -> AdminState:
    told = (subscriptions.of_topic(session, topic, workspace) for topic in (Topic.LEADS, Topic.FEED))
    return AdminState(
        groups=tuple(target_groups.mirrors(session)),
        hints=inbox.waiting(session),
        channels=tuple(one for topic in told for one in topic),
        opt_outs=session.execute(select(func.count()).select_from(OptOut)).scalar_one(),
        audit=audit.newest(session, MOST_NOTED, workspace),
    )
