"""Whether a click makes or feeds a lead, and whether that is news for the sales team."""

from enum import StrEnum
from typing import Final

from msgspec import Struct

# A dismissed lead stays silent until it clicked that often again.
CLICKS_THAT_SPEAK_UP: Final = 5


class LeadState(StrEnum):
    """What people made of a lead."""

    OPEN = "open"
    CLAIMED = "claimed"
    DISMISSED = "dismissed"


class News(StrEnum):
    """What a click means for the leads channel; NONE: nothing to post, though a dismissed lead's count still grows."""

    NEW = "new"
    GREW = "grew"
    BACK = "back"
    NONE = "none"


class Clicker(Struct, frozen=True):
    """Who clicked, as far as it decides: `is_own` means at a domain of our own."""

    has_contact: bool = False
    is_own: bool = False
    opted_out: bool = False


class Lead(Struct, frozen=True):
    """A lead as it stood before this click. `clicks_since_dismissed` counts human clicks after the dismissal."""

    state: LeadState
    clicks_since_dismissed: int = 0


class LeadNews(Struct, frozen=True):
    """Whether the click belongs to a lead, what news it is, and why."""

    is_lead: bool
    news: News
    because: str


def lead_news(clicker: Clicker, *, human: bool, lead: Lead | None) -> LeadNews:
    """What a click by `clicker`, a person's or not, means; `lead` is theirs if they are one already."""
    if because := _why_no_lead(clicker, human=human):
        return LeadNews(False, News.NONE, because)
    if lead is None:
        return LeadNews(True, News.NEW, "first human click of an address without contact")
    if lead.state is not LeadState.DISMISSED:
        return LeadNews(True, News.GREW, "another click of a known lead")
    clicks = lead.clicks_since_dismissed + 1
    if clicks < CLICKS_THAT_SPEAK_UP:
        return LeadNews(True, News.NONE, f"dismissed, and only {clicks} clicks since")
    return LeadNews(True, News.BACK, f"dismissed, but {clicks} clicks since")


def _why_no_lead(clicker: Clicker, *, human: bool) -> str | None:
    reasons = (
        (not human, "a machine's click makes no lead"),
        (clicker.opted_out, "opted out"),
        (clicker.is_own, "at a domain of our own"),
        (clicker.has_contact, "already a contact"),
    )
    return next((because for applies, because in reasons if applies), None)
