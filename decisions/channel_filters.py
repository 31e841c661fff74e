"""Which leads and activities a channel wants to hear of."""

from collections.abc import Mapping

from msgspec import Struct


class Filters(Struct, frozen=True):
    """
    What a channel wants: of each kind that names some, one must fit; what names none lets everything pass.

    `campaigns` and `groups` are ids of ours, `owners` HubSpot's. With campaigns, only their clicks count.
    """

    campaigns: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()
    owners: tuple[str, ...] = ()
    least_clicks: int = 1


class Happening(Struct, frozen=True):
    """A lead or an activity, as far as filters ask: a person's clicks, in all and by campaign, groups and owners."""

    clicks: int
    by_campaign: Mapping[int, int] = {}
    groups: frozenset[int] = frozenset()
    owners: frozenset[str] = frozenset()


def why_kept_back(filters: Filters, happening: Happening) -> str | None:
    """Why the channel is not told of it, or not yet; None: it is."""
    clicks = happening.clicks
    if filters.campaigns:
        clicks = sum(happening.by_campaign.get(campaign, 0) for campaign in filters.campaigns)
        if not clicks:
            return "no click on one of the campaigns"
    if filters.groups and happening.groups.isdisjoint(filters.groups):
        return "in none of the target groups"
    if filters.owners and happening.owners.isdisjoint(filters.owners):
        return "belongs to none of the owners"
    if clicks < filters.least_clicks:
        return f"only {clicks} of {filters.least_clicks} clicks"
    return None
