"""The trend: what people did step by step, day by day or week by week, for the pictures that show it."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import literal, select, union_all
from sqlmodel import Session, col

from decisions.calendar_steps import begin_of
from storage.campaigns import Campaign
from storage.hours import HourCounter
from storage.performance_report import series
from storage.selections import Selection
from storage.tracking import Event, EventClass

# Campaign by campaign (0: none), as hours are indexed: years of them need not be looked through.
_EVERY_CAMPAIGN: Final[Any] = union_all(select(col(Campaign.id)), select(literal(0)))
EVERYBODY: Final = Selection(events=(), hours=(col(HourCounter.campaign_id).in_(_EVERY_CAMPAIGN),))


@dataclass(frozen=True, slots=True)
class Step:
    """Views and clicks by people from the begin of `day` until the next step's."""

    day: date
    views: int
    clicks: int


def trend(session: Session, selection: Selection, bounds: Sequence[date], zone: ZoneInfo) -> tuple[Step, ...]:
    """What happened from each of these days to the next, on the clocks of `zone`; the last day only ends it."""
    *begins, end = (begin_of(day, zone) for day in bounds)
    views, clicks = [0] * len(begins), [0] * len(begins)
    for hour, counts in series(session, selection & _by_people(begins[0]), begins[0], end):
        place = bisect_right(begins, hour) - 1
        views[place] += counts.views
        clicks[place] += counts.clicks
    return tuple(Step(*one) for one in zip(bounds, views, clicks, strict=False))


def _by_people(since: datetime) -> Selection:
    """So that an index leads to the few events that count: without it, all of a person's are looked through."""
    return Selection(
        events=(col(Event.counts_as) == int(EventClass.HUMAN), col(Event.at) >= since), counters=(), hours=()
    )
