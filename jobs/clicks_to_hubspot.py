"""Clicks are noted in HubSpot when their day is over, by the portal's clock: one note a contact and day."""

from collections.abc import Callable
from datetime import date, datetime
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from storage import Store, clicks_to_hubspot, portal
from storage.clicks_to_hubspot import DayOfClicks

AT_ONCE: Final = 5_000


async def note_clicks(store: Store, now: Callable[[], datetime]) -> None:
    """The job. Clicks that came later than their day was noted are added to its note."""
    zone = await zone_of(store)
    turn = await store.read(clicks_to_hubspot.turn, now().astimezone(zone).date())
    if turn is None:
        return
    days, after, up_to = set[tuple[int, date]](), turn.after, turn.last
    while some := await store.read(clicks_to_hubspot.clicks_behind, after, turn.last, AT_ONCE):
        for click in some:
            day = click.at.astimezone(zone).date()
            if day > turn.day:
                up_to = min(up_to, click.event_id - 1)  # its day is not over
            elif day >= turn.since and click.contact_id is not None:
                days.add((click.contact_id, day))
        after = some[-1].event_id
    await store.write(clicks_to_hubspot.owe, turn, days, up_to, now=now())


async def zone_of(store: Store) -> ZoneInfo:
    """Whose midnight ends a day: the portal's, UTC until it was told."""
    present = await store.read(portal.present)
    return ZoneInfo((present.time_zone if present else None) or "UTC")


def title(day: DayOfClicks) -> str:
    """What only this day's note on a contact begins with, so that it is recognised."""
    return f"Footlight, {day.day:%Y-%m-%d}"


def note(day: DayOfClicks) -> str:
    """The note, as HTML."""
    lines = "".join(f"<li>{escape(name)}: {number}</li>" for name, number in day.clicks)
    return f"<p>{title(day)}: clicked banners in our e-mails</p><ul>{lines}</ul>"
