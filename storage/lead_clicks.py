"""Clicks of addresses without contact: whom they make a lead, whose lead they feed, and what of it is news."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from msgspec import Struct
from sqlmodel import Session

from decisions import lead_news
from decisions.lead_news import Clicker, LeadState, News
from storage import leads, outbox
from storage.bulk import read_rows, write_rows
from storage.columns import to_microseconds
from storage.database import is_sqlite
from storage.leads import LeadStage
from storage.subscriptions import Topic


class LeadClick(Struct, frozen=True):
    """A person's click, at no domain of ours, by an address that has no contact and is not opted out."""

    address_id: int
    at: datetime


@dataclass(slots=True)
class _Standing:
    """A lead while a batch of clicks is looked at; moments in microseconds, as the table has them."""

    stage: LeadStage
    since: int
    changed_at: int
    changed_by: str | None
    clicks_since_dismissed: int
    is_news: bool = False
    is_changed: bool = False


def note_clicks(session: Session, clicks: Sequence[LeadClick], *, now: datetime) -> None:
    """Make and feed leads of a batch of clicks, and owe what is news to the leads' channels; few statements."""
    standing = _standing(session, {click.address_id for click in clicks})
    for click in sorted(clicks, key=lambda click: click.at):
        standing[click.address_id] = _after(standing.get(click.address_id), click, now)
    _keep(session, standing)
    _owe(session, [address_id for address_id, lead in standing.items() if lead.is_news], now=now)


def _standing(session: Session, address_ids: Collection[int]) -> dict[int, _Standing]:
    # Locked in one order, so that batches of several processes cannot deadlock. SQLite has one writer anyway.
    lock = "" if is_sqlite(session) else "ORDER BY address_id FOR UPDATE OF lead"
    rows = read_rows(session, _LEADS + lock, [(id_,) for id_ in address_ids], ("bigint",))
    return {
        address_id: _Standing(LeadStage(stage), since, changed_at, changed_by, clicks)
        for address_id, stage, since, changed_at, changed_by, clicks in rows
    }


_LEADS: Final = """
    SELECT address_id, stage, since, changed_at, changed_by, clicks_since_dismissed
    FROM {asked} JOIN lead ON address_id = c1
    """


def _after(lead: _Standing | None, click: LeadClick, now: datetime) -> _Standing:
    at = to_microseconds(click.at)
    if lead is None:
        return _Standing(LeadStage.OPEN, at, to_microseconds(now), None, 0, is_news=True, is_changed=True)
    if at < lead.since:
        lead.since, lead.is_changed = at, True
    if lead.stage in leads.ENDS:
        return lead
    known = lead_news.Lead(LeadState(lead.stage), lead.clicks_since_dismissed)
    news = lead_news.lead_news(_OTHERS, human=True, lead=known).news
    if lead.stage is LeadStage.DISMISSED:
        lead.clicks_since_dismissed, lead.is_changed = lead.clicks_since_dismissed + 1, True
    lead.is_news |= news is not News.NONE
    if news is News.BACK:
        lead.stage, lead.changed_at, lead.changed_by = LeadStage.OPEN, to_microseconds(now), None
    return lead


_OTHERS: Final = Clicker()


def _keep(session: Session, standing: dict[int, _Standing]) -> None:
    rows = [
        (
            address_id,
            lead.stage.value,
            lead.since,
            lead.changed_at,
            lead.changed_by,
            lead.clicks_since_dismissed,
        )
        for address_id, lead in sorted(standing.items())
        if lead.is_changed
    ]
    if not rows:
        return
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
    if address_ids and outbox.subscribed(session, Topic.LEADS):
        ids = read_rows(session, _IDS, [(id_,) for id_ in address_ids], ("bigint",))
        leads.owe_changed(session, [id_ for (id_,) in ids], now=now)


_IDS: Final = "SELECT id FROM {asked} JOIN lead ON address_id = c1"
