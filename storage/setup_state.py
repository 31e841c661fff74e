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
    `by_hand` are kept by hand. `campaigns` are in force now. `aggregate_only`: the names of such groups; None: there is
    no target group at all.
    """

    portal_id: str | None
    groups: int
    behind: int
    leads: tuple[Subscribed, ...]
    feed: tuple[Subscribed, ...]
    campaigns: int
    permitted: tuple[str, ...]
    aggregate_only: tuple[str, ...] | None
    by_hand: int


def setup_state(session: Session, workspace: str = FIRST, *, now: datetime) -> SetupState:
    """What is done of the set-up now, as far as it concerns a workspace."""
    home, every_group = portal.present(session), target_groups.all_groups(session)
    groups = [group for group in every_group if group.hubspot_list_id is not None]
    only_in_groups = tuple(group.name for group in every_group if group.is_aggregate_only)
    return SetupState(
        portal_id=home.portal_id if home else None,
        groups=len(groups),
        behind=sum(1 for group in groups if group.trouble or group.equal_since is None),
        leads=subscriptions.of_topic(session, Topic.LEADS, workspace),
        feed=subscriptions.of_topic(session, Topic.FEED, workspace),
        campaigns=sum(1 for one in list_campaigns(session, now=now) if one.why_not is None and not one.is_external),
        permitted=permitted.permitted(session, workspace),
        aggregate_only=only_in_groups if every_group else None,
        by_hand=len(every_group) - len(groups),
    )
