"""Campaigns and target groups by the API."""

from storage import campaign_list, target_groups
from storage.campaign_list import Listed
from storage.target_groups import GroupView
from webhooks.api import shapes
from webhooks.api.serving import Call


async def campaigns(call: Call[shapes.Nothing]) -> shapes.Campaigns:
    """Every campaign with its numbers."""
    found = await call.store.read(campaign_list.list_campaigns, now=call.edge.now())
    return shapes.Campaigns([_campaign(one) for one in found])


def _campaign(one: Listed) -> shapes.Campaign:
    numbers = one.numbers
    return shapes.Campaign(
        id=one.id,
        name=one.name,
        state=one.state,
        target=one.target_url,
        link=one.link_url,
        image=one.image_url,
        alt=one.alt,
        priority=one.priority,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        is_default=one.is_default,
        is_for_own=one.is_for_own,
        is_external=one.is_external,
        target_groups=list(one.groups),
        accounts=list(one.accounts),
        performance=shapes.Numbers(numbers.views, numbers.clicks, numbers.click_rate, numbers.machine_clicks),
    )


async def groups(call: Call[shapes.Nothing]) -> shapes.TargetGroups:
    """Every target group."""
    return shapes.TargetGroups([_group(one) for one in await call.store.read(target_groups.all_groups)])


def _group(one: GroupView) -> shapes.TargetGroup:
    return shapes.TargetGroup(
        id=one.id,
        name=one.name,
        hubspot_list_id=one.hubspot_list_id,
        holds_companies=one.holds_companies,
        size=one.size,
        held_back=one.held_back,
        is_aggregate_only=one.is_aggregate_only,
        equal_since=one.equal_since,
        trouble=one.trouble,
    )
