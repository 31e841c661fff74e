"""Clicks of addresses without contact: whom they make a lead, whose lead they feed, and what of it is news."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from decisions import lead_news
from decisions.lead_news import Clicker, LeadState, News
from storage import leads
from storage.bulk import write_rows
from storage.columns import to_microseconds
from storage.database import is_sqlite
from storage.leads import Lead, LeadStage


@dataclass(frozen=True, slots=True)
class LeadClick:
    """A person's click, at no domain of ours, by an address that has no contact and is not opted out."""

    address_id: int
    at: datetime


@dataclass(slots=True)
class _Standing:
    """A lead while a batch of clicks is looked at."""

    stage: LeadStage
    since: datetime
    changed_at: datetime
    changed_by: str | None
    clicks_since_dismissed: int
    is_news: bool = False


def note_clicks(session: Session, clicks: Sequence[LeadClick], *, now: datetime) -> None:
    """Make and feed leads of a batch of clicks, and owe what is news to the leads' channels; few statements."""
    standing = _standing(session, {click.address_id for click in clicks})
    for click in sorted(clicks, key=lambda click: click.at):
        standing[click.address_id] = _after(standing.get(click.address_id), click, now)
    _keep(session, standing)
    _owe(session, [address_id for address_id, lead in standing.items() if lead.is_news], now=now)


def _standing(session: Session, address_ids: Collection[int]) -> dict[int, _Standing]:
    query = (
        select(
            col(Lead.address_id),
            col(Lead.stage),
            col(Lead.since),
            col(Lead.changed_at),
            col(Lead.changed_by),
            col(Lead.clicks_since_dismissed),
        )
        .where(col(Lead.address_id).in_(address_ids))
        .order_by(col(Lead.address_id))
        .with_for_update()
    )
    return {address_id: _Standing(*row) for address_id, *row in session.execute(query)}


def _after(lead: _Standing | None, click: LeadClick, now: datetime) -> _Standing:
    if lead is None:
        return _Standing(LeadStage.OPEN, click.at, now, None, 0, is_news=True)
    lead.since = min(lead.since, click.at)
    if lead.stage in leads.ENDS:
        return lead
    known = lead_news.Lead(LeadState(lead.stage), lead.clicks_since_dismissed)
    news = lead_news.lead_news(Clicker(), human=True, lead=known).news
    lead.clicks_since_dismissed += lead.stage is LeadStage.DISMISSED
    lead.is_news |= news is not News.NONE
    if news is News.BACK:
        lead.stage, lead.changed_at, lead.changed_by = LeadStage.OPEN, now, None
    return lead


def _keep(session: Session, standing: dict[int, _Standing]) -> None:
    rows = [
        (
            address_id,
            lead.stage.value,
            to_microseconds(lead.since),
            to_microseconds(lead.changed_at),
            lead.changed_by,
            lead.clicks_since_dismissed,
        )
        for address_id, lead in sorted(standing.items())
    ]
    # Two processes may meet the same new lead at once: then the earlier click counts as its first.
    least = "min" if is_sqlite(session) else "least"
    write_rows(
        session,
        "lead",
        ("address_id", "stage", "since", "changed_at", "changed_by", "clicks_since_dismissed"),
        rows,
        f"""
        ON CONFLICT (address_id) DO UPDATE SET
            stage = excluded.stage, since = {least}(lead.since, excluded.since),
            changed_at = excluded.changed_at, changed_by = excluded.changed_by,
            clicks_since_dismissed = excluded.clicks_since_dismissed
        """,
    )


def _owe(session: Session, address_ids: Collection[int], *, now: datetime) -> None:
    if address_ids:
        ids = session.execute(select(col(Lead.id)).where(col(Lead.address_id).in_(address_ids)))
        leads.owe_changed(session, ids.scalars().all(), now=now)
