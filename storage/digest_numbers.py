"""Digest numbers: what everybody did in the last seven days beside the seven before, and who and what stood out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, union
from sqlmodel import Session, col

from decisions.calendar_steps import DAY, begin_of, steps
from storage import small_crowds
from storage.accounts import Account
from storage.addresses import Address
from storage.campaigns import Campaign
from storage.feed import Activity
from storage.hours import HourCounter
from storage.leads import Lead
from storage.performance import Counter, PopularCampaign
from storage.performance_report import within
from storage.selections import of_campaign
from storage.tracking import Event, EventClass, EventKind
from storage.trend import EVERYBODY, Step, trend

DAYS: Final = 7
MOST_RANKED: Final = 5


@dataclass(frozen=True, slots=True)
class ActiveAccount:
    """An account and how often its people clicked."""

    account: str
    clicks: int


@dataclass(frozen=True, slots=True)
class DigestNumbers:
    """
    Whole days, up to yesterday: the last seven, each in the place of the same weekday of the seven before.

    Accounts and campaigns are those of the last seven, the most clicks first.
    """

    last: tuple[Step, ...]
    before: tuple[Step, ...]
    accounts: tuple[ActiveAccount, ...]
    campaigns: tuple[PopularCampaign, ...]


def digest_numbers(session: Session, now: datetime, zone: ZoneInfo) -> DigestNumbers:
    """The numbers of a digest of `now`, on the clocks of `zone`."""
    today = now.astimezone(zone).date()
    days = trend(session, EVERYBODY, steps(today - 2 * DAYS * DAY, 2 * DAYS + 1, DAY), zone)
    span = begin_of(today - DAYS * DAY, zone), begin_of(today, zone)
    return DigestNumbers(
        last=days[DAYS:],
        before=days[:DAYS],
        accounts=tuple(ActiveAccount(*row) for row in session.execute(_accounts(*span))),
        campaigns=_campaigns(session, *span),
    )


def _accounts(since: datetime, until: datetime) -> Any:
    # Events have no index by time alone: first, who clicked lately, as the feed and the leads know.
    in_feed = select(col(Activity.address_id)).where(col(Activity.last_at) >= since)
    of_leads = select(col(Lead.address_id)).join(Counter, col(Counter.address_id) == col(Lead.address_id))
    active = union(in_feed, of_leads.where(col(Counter.last_click_at) >= since))
    clicks = func.count(col(Event.id))
    return (
        select(col(Account.name), clicks)
        .join(Address, col(Address.account_id) == col(Account.id))
        .join(Event, col(Event.address_id) == col(Address.id))
        .where(
            col(Event.address_id).in_(active),
            col(Event.kind) == int(EventKind.CLICK),
            col(Event.counts_as) == int(EventClass.HUMAN),
            col(Event.at) >= since,
            col(Event.at) < until,
        )
        .group_by(col(Account.id), col(Account.name))
        .order_by(clicks.desc(), col(Account.id))
        .limit(MOST_RANKED)
    )


def _campaigns(session: Session, since: datetime, until: datetime) -> tuple[PopularCampaign, ...]:
    clicks, held = func.sum(col(HourCounter.number)), small_crowds.find(session).campaigns
    query = (
        select(col(Campaign.id), col(Campaign.name), clicks)
        .join(HourCounter, col(HourCounter.campaign_id) == col(Campaign.id))
        .where(
            col(HourCounter.kind) == int(EventKind.CLICK),
            col(HourCounter.counts_as) == int(EventClass.HUMAN),
            col(HourCounter.hour) >= since,
            col(HourCounter.hour) < until,
        )
        .group_by(col(Campaign.id), col(Campaign.name))
        .order_by(col(Campaign.id))
    )
    found = [
        PopularCampaign(name, _of_the_named(session, id_, since, until) if id_ in held else int(number))
        for id_, name, number in session.execute(query).all()
    ]
    return tuple(sorted((one for one in found if one.clicks), key=lambda one: -one.clicks)[:MOST_RANKED])


def _of_the_named(session: Session, campaign_id: int, since: datetime, until: datetime) -> int:
    """Where few are counted only in groups, nothing is told of those who cannot be named."""
    return within(session, of_campaign(campaign_id).of_the_named, since, until).clicks
