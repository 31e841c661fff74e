"""Clicks on their way to HubSpot: a note a day on each contact who clicked, where the admin wants it."""

from collections import Counter as Tally
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from storage import hubspot_choices, opt_out_asked, outbox
from storage.addresses import Address
from storage.campaigns import Campaign
from storage.contacts import Contact, present_id
from storage.hubspot_choices import Choice, HubSpotChoice
from storage.opt_outs import Hasher
from storage.outbox import Due
from storage.tracking import Event, EventClass, EventKind

# A lane of its own: what a person asked for does not wait behind a day's notes.
DESTINATION: Final = f"{outbox.HUBSPOT}:clicks"


@dataclass(frozen=True, slots=True)
class DayOfClicks:
    """What a contact clicked on one day: by campaign, the most clicked first; `last_at` is the last click."""

    hubspot_id: str
    day: date
    last_at: datetime
    clicks: tuple[tuple[str, int], ...]


def switch_on(session: Session, today: date, *, actor: str, now: datetime) -> None:
    """Note clicks from today on; once it is on, nothing changes."""
    if hubspot_choices.chosen(session, Choice.CLICKS) is None:
        _note_up_to(session, today - timedelta(days=1))
        hubspot_choices.note(session, f"{Choice.CLICKS}: on", actor=actor, now=now)


def day_to_note(session: Session, today: date) -> date | None:
    """The oldest day that is over and not noted yet; None: there is none, or it is off."""
    chosen = hubspot_choices.chosen(session, Choice.CLICKS)
    if chosen is None:
        return None
    day = date.fromisoformat(chosen.value) + timedelta(days=1)
    return day if day < today else None


def who_clicked(session: Session, day: date, zone: ZoneInfo) -> list[int]:
    """The contacts with clicks by a person on that day of `zone`."""
    query = select(col(Address.contact_id)).join(Event, col(Event.address_id) == col(Address.id))
    found = query.where(*_human_clicks(day, zone), col(Address.contact_id).is_not(None)).distinct()
    return sorted(session.execute(found).scalars())


def owe(session: Session, day: date, contact_ids: Collection[int], *, now: datetime) -> None:
    """Owe HubSpot a note on each of these contacts; with that the day is noted."""
    if day_to_note(session, day + timedelta(days=1)) != day:
        return  # another process was first, or it was switched off
    subjects = [f"{contact_id}:{day}" for contact_id in contact_ids]
    outbox.owe_many(session, Due.CLICKS_TO_HUBSPOT, subjects, destinations=[DESTINATION], now=now)
    _note_up_to(session, day)


def to_tell(session: Session, subject: str, zone: ZoneInfo, hasher: Hasher) -> DayOfClicks | None:
    """What a note says; None: the contact is gone or opted out, or it was switched off."""
    contact_id, _, told = subject.partition(":")
    contact, day = session.get(Contact, int(contact_id)), date.fromisoformat(told)
    hubspot_id = present_id(session, int(contact_id))
    if contact is None or hubspot_id is None or contact.deleted_at is not None:
        return None
    if hubspot_choices.chosen(session, Choice.CLICKS) is None:
        return None
    if opt_out_asked.of_contact(session, int(contact_id), hasher) is not None:
        return None
    query = (
        select(col(Event.at), col(Campaign.name))
        .join(Address, col(Address.id) == col(Event.address_id))
        .outerjoin(Campaign, col(Campaign.id) == col(Event.campaign_id))
        .where(*_human_clicks(day, zone), col(Address.contact_id) == int(contact_id))
    )
    rows = session.execute(query).all()
    if not rows:
        return None
    tally = Tally(name or "?" for _, name in rows)
    return DayOfClicks(hubspot_id, day, max(at for at, _ in rows), tuple(tally.most_common()))


def _note_up_to(session: Session, day: date) -> None:
    session.merge(HubSpotChoice(choice=Choice.CLICKS, property="", value=day.isoformat()))
    session.flush()


def _human_clicks(day: date, zone: ZoneInfo) -> tuple[Any, ...]:
    begin, end = (datetime.combine(each, time(), zone) for each in (day, day + timedelta(days=1)))
    return (
        col(Event.kind) == int(EventKind.CLICK),
        col(Event.counts_as) == int(EventClass.HUMAN),
        col(Event.is_doubted).is_(False),
        col(Event.at) >= begin,
        col(Event.at) < end,
    )
