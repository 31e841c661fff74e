"""The state of the set-up: what of it is done, as it is now."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from decisions.slack_ids import FIRST
from storage import permitted, portal, subscriptions, target_groups
from storage.campaign_list import list_campaigns
from storage.subscriptions import Subscribed, Topic


@dataclass(frozen=True, slots=True)
class SetupState:
    """
    What is done of the set-up.

    `portal_id`: of HubSpot, once there was contact. `groups` mirror lists; `behind` of them are not equal to theirs.
    `campaigns` are in force now.
    """

    portal_id: str | None
    groups: int
    behind: int
    leads: tuple[Subscribed, ...]
    feed: tuple[Subscribed, ...]
    campaigns: int
    permitted: tuple[str, ...]


def setup_state(session: Session, workspace: str = FIRST, *, now: datetime) -> SetupState:
    """What is done of the set-up now, as far as it concerns a workspace."""
    home, groups = portal.present(session), target_groups.mirrors(session)
    return SetupState(
        portal_id=home.portal_id if home else None,
        groups=len(groups),
        behind=sum(1 for group in groups if group.trouble or group.equal_since is None),
        leads=subscriptions.of_topic(session, Topic.LEADS, workspace),
        feed=subscriptions.of_topic(session, Topic.FEED, workspace),
        campaigns=sum(1 for one in list_campaigns(session, now=now) if one.why_not is None and not one.is_external),
        permitted=permitted.permitted(session, workspace),
    )
