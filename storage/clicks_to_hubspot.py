"""Clicks on their way to HubSpot: a note a day on each contact who clicked, where the admin wants it."""

from collections import Counter as Tally
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Field, Session, SQLModel, col

from storage import hubspot_choices, opt_out_asked, outbox
from storage.addresses import Address
from storage.campaigns import Campaign
from storage.columns import BigId
from storage.contacts import Contact, present_id
from storage.hubspot_choices import HubSpotChoice, HubSpotOption
from storage.opt_outs import Hasher
from storage.outbox import Due
from storage.tracking import Event, EventClass, EventKind

# A lane of its own: what a person asked for does not wait behind a day's notes.
DESTINATION: Final = f"{outbox.HUBSPOT}:clicks"
_ONLY: Final = 1

LATE: Final = {"late": "yes"}
"""The facts of a note about a day that was noted before: it may be there already."""


class ClicksNoted(SQLModel, table=True):
    """How far clicks were noted; the only row. Days are those of the portal, ISO 8601."""

    __tablename__ = "clicks_noted"

    id: int = Field(default=_ONLY, primary_key=True, sa_type=BigId)
    since: str = Field(description="the first day whose clicks are noted")
    up_to: str = Field(description="the last day that was noted")
    event_id: int = Field(sa_type=BigId, description="the last event that was looked at")


@dataclass(frozen=True, slots=True)
class Turn:
    """
    Clicks to be noted: of the events behind `after`, up to `last`, those of the days from `since` to `day`.

    Days up to `noted` were noted before.
    """

    since: date
    noted: date
    day: date
    after: int
    last: int


@dataclass(frozen=True, slots=True)
class Click:
    """A click by a person; `contact_id` is None where they are no contact."""

    event_id: int
    at: datetime
    contact_id: int | None


@dataclass(frozen=True, slots=True)
class DayOfClicks:
    """What a contact clicked on one day: by campaign, the most clicked first; `last_at` is the last click."""

    hubspot_id: str
    day: date
    last_at: datetime
    clicks: tuple[tuple[str, int], ...]


def switch_on(session: Session, today: date, *, actor: str, now: datetime) -> None:
    """Note clicks from today on; once it is on, nothing changes."""
    if hubspot_choices.chosen(session, HubSpotOption.CLICKS) is None:
        session.merge(HubSpotChoice(choice=HubSpotOption.CLICKS, property="", value="on"))
        before = (today - timedelta(days=1)).isoformat()
        session.merge(ClicksNoted(since=today.isoformat(), up_to=before, event_id=_newest_event(session)))
        hubspot_choices.note(session, f"{HubSpotOption.CLICKS}: on", actor=actor, now=now)


def turn(session: Session, today: date) -> Turn | None:
    """What is to be noted as soon as a day is over; None: nothing, or it is off."""
    row, day = _noted(session), today - timedelta(days=1)
    if row is None or date.fromisoformat(row.up_to) >= day:
        return None
    # A click that is doubted is looked at once that is settled.
    doubted = session.execute(select(func.min(col(Event.id))).where(col(Event.is_doubted))).scalar()
    last = _newest_event(session) if doubted is None else int(doubted) - 1
    return Turn(date.fromisoformat(row.since), date.fromisoformat(row.up_to), day, row.event_id, last)


def clicks_behind(session: Session, event_id: int, last: int, limit: int) -> list[Click]:
    """The next clicks by people, in the order in which they were kept: late ones stand behind others of their day."""
    query = select(col(Event.id), col(Event.at), col(Event.address_id)).where(
        col(Event.id) > event_id, col(Event.id) <= last, *_by_people(), col(Event.address_id).is_not(None)
    )
    rows = session.execute(query.order_by(col(Event.id)).limit(limit)).all()
    addresses = select(col(Address.id), col(Address.contact_id)).where(
        col(Address.id).in_({address_id for _, _, address_id in rows})
    )
    contacts = dict(session.execute(addresses).all())
    return [Click(id_, at, contacts.get(address_id)) for id_, at, address_id in rows]


def owe(session: Session, turn: Turn, days: Collection[tuple[int, date]], up_to: int, *, now: datetime) -> None:
    """Owe HubSpot a note for each contact and day; with that they are noted, and events up to `up_to` looked at."""
    row = _noted(session, to_change=True)
    if row is None or (row.event_id, row.up_to) != (turn.after, turn.noted.isoformat()):
        return  # another process was first, or it was switched off
    for is_late in (False, True):
        subjects = [f"{contact_id}:{day}" for contact_id, day in days if (day <= turn.noted) == is_late]
        facts = LATE if is_late else None
        outbox.owe_many(session, Due.CLICKS_TO_HUBSPOT, subjects, destinations=[DESTINATION], now=now, facts=facts)
    row.up_to, row.event_id = turn.day.isoformat(), up_to
    session.flush()


def to_tell(session: Session, subject: str, zone: ZoneInfo, hasher: Hasher) -> DayOfClicks | None:
    """What a note says; None: the contact is gone or opted out, or it was switched off."""
    contact_id, _, told = subject.partition(":")
    contact, day = session.get(Contact, int(contact_id)), date.fromisoformat(told)
    hubspot_id = present_id(session, int(contact_id))
    if contact is None or hubspot_id is None or contact.deleted_at is not None:
        return None
    if hubspot_choices.chosen(session, HubSpotOption.CLICKS) is None:
        return None
    if opt_out_asked.of_contact(session, int(contact_id), hasher) is not None:
        return None
    query = (
        select(col(Event.at), col(Campaign.name))
        .join(Address, col(Address.id) == col(Event.address_id))
        .outerjoin(Campaign, col(Campaign.id) == col(Event.campaign_id))
        .where(*_by_people(), *_on(day, zone), col(Address.contact_id) == int(contact_id))
    )
    rows = session.execute(query).all()
    if not rows:
        return None
    tally = Tally(name or "?" for _, name in rows)
    return DayOfClicks(hubspot_id, day, max(at for at, _ in rows), tuple(tally.most_common()))


def _noted(session: Session, *, to_change: bool = False) -> ClicksNoted | None:
    is_on = hubspot_choices.chosen(session, HubSpotOption.CLICKS) is not None
    return session.get(ClicksNoted, _ONLY, with_for_update=to_change) if is_on else None


def _newest_event(session: Session) -> int:
    return int(session.execute(select(func.coalesce(func.max(col(Event.id)), 0))).scalar_one())


def _by_people() -> tuple[Any, ...]:
    return (
        col(Event.kind) == int(EventKind.CLICK),
        col(Event.counts_as) == int(EventClass.HUMAN),
        col(Event.is_doubted).is_(False),
    )


def _on(day: date, zone: ZoneInfo) -> tuple[Any, ...]:
    begin, end = (datetime.combine(each, time(), zone) for each in (day, day + timedelta(days=1)))
    return col(Event.at) >= begin, col(Event.at) < end
