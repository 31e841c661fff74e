"""Clicks are noted in HubSpot when their day is over, by the portal's clock: one note a contact and day."""

from collections.abc import Callable
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from storage import Store, clicks_to_hubspot, portal
from storage.clicks_to_hubspot import DayOfClicks


async def note_clicks(store: Store, now: Callable[[], datetime]) -> None:
    """The job."""
    zone = await zone_of(store)
    while day := await store.read(clicks_to_hubspot.day_to_note, now().astimezone(zone).date()):
        contact_ids = await store.read(clicks_to_hubspot.who_clicked, day, zone)
        await store.write(clicks_to_hubspot.owe, day, contact_ids, now=now())


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
