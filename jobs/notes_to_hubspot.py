"""What people wrote in the thread of a lead, as one note on the contact that it became."""

from html import escape
from zoneinfo import ZoneInfo

from storage.notes_to_hubspot import NotesOfLead


def title(told: NotesOfLead) -> str:
    """What only this lead's note on a contact begins with, so that it is recognised."""
    return f"Footlight, lead {told.lead_id}"


def note(told: NotesOfLead, zone: ZoneInfo) -> str:
    """The note, as HTML; moments in this zone."""
    lines = "".join(f"<li>{one.at.astimezone(zone):%Y-%m-%d %H:%M}: {escape(one.text)}</li>" for one in told.notes)
    return f"<p>{title(told)}: noted in Slack</p><ul>{lines}</ul>"
