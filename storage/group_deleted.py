"""A target group that is kept by hand is deleted: no campaign is for it any more, and the numbers stay."""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from decisions.who_sees_what import Status
from storage import audit, subscriptions
from storage.campaigns import Campaign, CampaignGroup, changed
from storage.contacts import take_turns
from storage.groups_by_hand import GroupFault, GroupRefused, require_by_hand
from storage.subscriptions import Topic
from storage.target_groups import GroupAccount, GroupAddress, GroupMember


def delete_group(session: Session, group_id: int, *, actor: str, now: datetime) -> None:
    """
    Delete a group for good. Who was in it stays known, its name is free again, and campaigns for nobody else rest.

    Raises:
        GroupRefused: it mirrors a list; its members are counted only in groups; a channel is told of it alone.
    """
    take_turns(session)
    group = require_by_hand(session, group_id, to_change=True)
    if group.is_aggregate_only:
        raise GroupRefused(
            f"the members of {group.name} are counted only in groups: first `footlight groups aggregate` {group.name!r}"
            " off, and from then on they are counted like anyone",
            GroupFault.ONLY_IN_GROUPS,
        )
    # Without the group, the filter would let everybody through.
    if any(group_id in one.terms.filters.groups for topic in Topic for one in subscriptions.of_topic(session, topic)):
        raise GroupRefused(
            f"a channel is told only of {group.name}: first change that in `/footlight setup`, *Choose channels*",
            GroupFault.IN_A_CHANNEL,
        )
    for table in (GroupMember, GroupAccount, GroupAddress, CampaignGroup):
        session.execute(delete(table).where(col(table.group_id) == group_id))
    # No name case-folded is written like this.
    group.deleted_at, group.name_key = now, f"DELETED {group_id}"
    session.flush()
    changed(session)
    audit.note(session, now=now, actor=actor, action="deleted a target group", detail=f"group {group_id}")


def campaigns_for(session: Session, group_id: int) -> list[str]:
    """The names of the campaigns that are for this group, by name; those that were archived are passed over."""
    query = select(Campaign.name).join(CampaignGroup, col(CampaignGroup.campaign_id) == col(Campaign.id))
    live = col(Campaign.status).in_((Status.ACTIVE, Status.PAUSED))
    return list(session.exec(query.where(CampaignGroup.group_id == group_id, live).order_by(Campaign.name_key)))
