"""What the admin is told in Slack: each matter one outbox item, whose words are made when it is sent."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from storage import outbox, subscriptions
from storage.outbox import Due


class Matter(StrEnum):
    """TARGET_GROUPS: some are in trouble or well again, as they say themselves. STILL_IN_HUBSPOT: not erased."""

    TARGET_GROUPS = "target_groups"
    STILL_IN_HUBSPOT = "still_in_hubspot"


def tell_admin(session: Session, matter: Matter, hubspot_id: str | None = None, *, now: datetime) -> bool:
    """Owe the admin a word on a matter, or on one record in it; False where nobody is there to be told."""
    channel = subscriptions.admin_channel(session)
    if channel is None:
        return False
    subject = matter.value if hubspot_id is None else f"{matter.value}:{hubspot_id}"
    facts = {"matter": matter.value} | ({"hubspot_id": hubspot_id} if hubspot_id else {})
    outbox.owe(session, Due.ADMIN_TOLD, subject, destination=outbox.slack(channel), now=now, facts=facts)
    return True
