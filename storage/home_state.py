"""What somebody's Home shows: leads, their contacts' activity, the week's numbers; for admins how things stand."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, literal, select, union_all
from sqlmodel import Session, col

from decisions.slack_ids import FIRST, workspace_of
from storage import (
    audit,
    feed,
    follows,
    inbox,
    leads,
    performance_report,
    small_crowds,
    subscriptions,
    target_groups,
)
from storage.addresses import Address
from storage.audit import Noted
from storage.campaigns import Campaign
from storage.contacts import Contact
from storage.counts import Counts, counts_of
from storage.feed import Activity, ActivityCard
from storage.follows import Followed
from storage.hours import COUNTS, HourCounter
from storage.leads import Lead, LeadCard, LeadStage
from storage.opt_outs import OptOut
from storage.owners import Owner
from storage.subscriptions import Subscribed, Topic
from storage.target_groups import GroupView

MOST_LEADS: Final = 5
MOST_ACTIVITIES: Final = 5
MOST_NOTED: Final = 8


@dataclass(frozen=True, slots=True)
class Week:
    """What a week brought: views and clicks, and leads that clicked first in it."""

    counts: Counts
    leads: int


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

    `free` are `free_total` at most; `activities` None: no HubSpot user has this person's address. `admin` None: they
    may not decide.
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
    weeks: tuple[datetime, datetime],
    may_decide: bool,
    now: datetime,
) -> HomeState:
    """
    What the Home of `actor`, whose address at work is `email`, shows now.

    Args:
        weeks: when the last week and this one began, on their clocks.
    """
    last_week, this_week = weeks
    free = (col(Lead.stage) == LeadStage.OPEN, col(Lead.snoozed_until).is_(None))
    held = (col(Lead.stage) == LeadStage.CLAIMED, col(Lead.held_by) == actor)
    return HomeState(
        free=_leads(session, *free),
        free_total=session.execute(select(func.count()).where(*free)).scalar_one(),
        mine=_leads(session, *held),
        activities=_activities(session, email, this_week),
        follows=follows.of_user(session, audit.slack_user(actor) or "", now=now),
        this_week=_week(session, this_week, None),
        last_week=_week(session, last_week, this_week),
        admin=_admin(session, workspace_of(audit.slack_user(actor) or FIRST)) if may_decide else None,
    )


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


def _week(session: Session, begin: datetime, end: datetime | None) -> Week:
    # Campaign by campaign, as hours are indexed: a year of them need not be looked through.
    every_campaign: Any = union_all(select(col(Campaign.id)), select(literal(0)))
    hours = [col(HourCounter.campaign_id).in_(every_campaign), col(HourCounter.hour) >= begin]
    since = [col(Lead.since) >= begin]
    if end is not None:
        hours.append(col(HourCounter.hour) < end)
        since.append(col(Lead.since) < end)
    counted = counts_of(session.execute(select(*COUNTS).where(*hours)).one())
    if small_crowds.find(session).total:
        counted = performance_report.within(session, performance_report.ALL.of_the_named, begin, end)
    return Week(counted, session.execute(select(func.count()).where(*since)).scalar_one())


def _admin(session: Session, workspace: str) -> AdminState:
    told = (subscriptions.of_topic(session, topic, workspace) for topic in (Topic.LEADS, Topic.FEED))
    return AdminState(
        groups=tuple(target_groups.mirrors(session)),
        hints=inbox.waiting(session),
        channels=tuple(one for topic in told for one in topic),
        opt_outs=session.execute(select(func.count()).select_from(OptOut)).scalar_one(),
        audit=audit.newest(session, MOST_NOTED, workspace),
    )
