"""The shapes of the API: what is asked and what is answered; its description is made of these."""

from datetime import datetime
from typing import Annotated, Any, Final

from msgspec import UNSET, Meta, Struct, UnsetType, field

from decisions.addresses import LONGEST_ADDRESS, LONGEST_DOMAIN
from storage.feed_pages import ActivityKind
from storage.leads import LeadStage
from storage.performance_report import SteppedBy
from webhooks.api.asking import HIGHEST_ID

MOST_AT_ONCE: Final = 200

Id = Annotated[int, Meta(ge=1, le=HIGHEST_ID)]
Limit = Annotated[int, Meta(ge=1, le=MOST_AT_ONCE, description="at most so many")]
Cursor = Annotated[str, Meta(pattern="^[1-9][0-9]{0,17}$", description="`next` of the page before")]
AccountDomain = Annotated[
    str,
    Meta(max_length=LONGEST_DOMAIN, extra_json_schema={"format": "hostname"}, description="a domain of the account"),
]
OwnerId = Annotated[str, Meta(pattern="^[0-9]{1,20}$", description="the owner's id in HubSpot")]
Aware = Annotated[datetime, Meta(tz=True)]
HIDDEN: Final = "null where the key has not the scope read:addresses"
Email = Annotated[str | None, Meta(description=HIDDEN)]
Next = Annotated[str | None, Meta(description="the cursor of the next page; null: this was the last")]


class Asked(Struct, frozen=True, forbid_unknown_fields=True):
    """What may be asked; nothing else may."""


class Nothing(Asked, frozen=True):
    """No parameter."""


class FeedAsked(Asked, frozen=True):
    """Which activities; each parameter narrows it."""

    account: AccountDomain | UnsetType = UNSET
    contact: Annotated[Id, Meta(description="a contact's id")] | UnsetType = UNSET
    campaign: Annotated[Id, Meta(description="with a click to this campaign, by its id")] | UnsetType = UNSET
    owner: OwnerId | UnsetType = UNSET
    kind: ActivityKind | UnsetType = UNSET
    since: Annotated[Aware, Meta(description="what went on at or after it")] | UnsetType = field(
        name="from", default=UNSET
    )
    until: Annotated[Aware, Meta(description="what began before it")] | UnsetType = UNSET
    cursor: Cursor | UnsetType = UNSET
    limit: Limit = 50


class LeadsAsked(Asked, frozen=True):
    """Which leads; each parameter narrows it."""

    account: AccountDomain | UnsetType = UNSET
    stage: LeadStage | UnsetType = UNSET
    cursor: Cursor | UnsetType = UNSET
    limit: Limit = 50


class SearchAsked(Asked, frozen=True):
    """A part of a name, an address or a domain."""

    text: Annotated[str, Meta(min_length=1, max_length=100)]
    limit: Annotated[int, Meta(ge=1, le=50)] = 20


class PerformanceAsked(Asked, frozen=True):
    """Of whom or what; each narrows it. None: in total, from everybody, erased people too."""

    account: AccountDomain | UnsetType = UNSET
    contact: Annotated[Id, Meta(description="a contact's id")] | UnsetType = UNSET
    campaign: Annotated[Id, Meta(description="a campaign's id")] | UnsetType = UNSET
    group: Annotated[Id, Meta(description="whose choice the campaign was: a target group's id")] | UnsetType = UNSET
    sender: (
        Annotated[Id, Meta(description="whose mails: a sender's id, where numbers per sender are on")] | UnsetType
    ) = UNSET
    by: Annotated[SteppedBy, Meta(description="how finely the series is cut")] = SteppedBy.DAY
    since: (
        Annotated[Aware, Meta(description="where the series begins; default: 14 days before its end")] | UnsetType
    ) = field(name="from", default=UNSET)
    until: Annotated[Aware, Meta(description="where the series ends; default: now")] | UnsetType = UNSET


class OptOutAsked(Asked, frozen=True):
    """Who is not to be tracked any more: an address, or everyone at a domain."""

    address: Annotated[str, Meta(max_length=LONGEST_ADDRESS, extra_json_schema={"format": "email"})] | UnsetType = UNSET
    domain: Annotated[str, Meta(max_length=LONGEST_DOMAIN, extra_json_schema={"format": "hostname"})] | UnsetType = (
        UNSET
    )


class CampaignClicks(Struct, frozen=True):
    """A campaign and how often people clicked it."""

    campaign: str
    clicks: int


class Activity(Struct, frozen=True):
    """One person's clicks close together."""

    id: Id
    kind: ActivityKind
    contact: Id | None
    email: Email
    name: str | None
    company: str | None
    account: str | None
    owner: str | None
    clicks: int
    campaigns: list[CampaignClicks]
    sender: Annotated[str | None, Meta(description="whose mail carried the last clicked banner")]
    first_at: datetime
    last_at: datetime


class FeedPage(Struct, frozen=True):
    """
    Activities, the latest to begin first.

    Who follows `next` to the end meets each activity that was there at the start once, whatever comes meanwhile. A page
    may hold fewer than `limit`.
    """

    items: list[Activity]
    next: Next


class Lead(Struct, frozen=True):
    """Somebody who clicked and is no contact."""

    id: Id
    email: Email
    account: str | None
    stage: LeadStage
    clicks: int
    campaigns: list[CampaignClicks]
    sender: str | None
    first_at: datetime
    last_at: datetime


class LeadsPage(Struct, frozen=True):
    """Leads that have not ended, the newest first; a page may hold fewer than `limit`."""

    items: list[Lead]
    next: Next


class Hit(Struct, frozen=True):
    """A contact as a short list shows it."""

    id: Id
    name: str
    email: Email
    company: str | None


class SearchFound(Struct, frozen=True):
    """The best first. `is_suggestion`: nothing matches, these look alike."""

    items: list[Hit]
    is_suggestion: bool


class RecentClick(Struct, frozen=True):
    """A person's click; null: the link's mail showed no campaign, or nobody knows the sender."""

    campaign: str | None
    occurred_at: datetime
    sender: str | None


class Numbers(Struct, frozen=True):
    """Views and clicks by people, and clicks by machines beside them; `click_rate` is clicks per view."""

    views: int
    clicks: int
    click_rate: float | None
    machine_clicks: int


class Counted(Struct, frozen=True):
    """Views and clicks by people; proxy views are Apple's; machines' beside them."""

    views: int
    proxy_views: int
    machine_views: int
    clicks: int
    machine_clicks: int


class Step(Counted, frozen=True):
    """One day or hour of a series."""

    begin: Annotated[
        str, Meta(description="`2026-11-24`, a day of the installation; `2026-11-24T09:00:00Z`, an hour")
    ] = field(name="from")


class LatestClick(Struct, frozen=True):
    """A click by a person who can be named; null: the link's mail showed no campaign."""

    id: Id
    email: Email
    campaign: str | None
    occurred_at: datetime


class Performance(Counted, frozen=True):
    """
    As `footlight performance` tells it; docs/numbers.md defines each word.

    `recent_clicks` are the latest, newest first; days and hours without any are left out of `series`.
    """

    click_rate: Annotated[float | None, Meta(description="clicks per view")]
    unique_viewers: int
    unique_clickers: int
    first_at: datetime | None
    last_at: datetime | None
    recent_clicks: list[LatestClick]
    popular_campaigns: list[CampaignClicks]
    series: list[Step]


class Sender(Struct, frozen=True):
    """An employee whose mails carried banners; `name` as HubSpot knows them."""

    id: Id
    email: Email
    name: str | None


class Senders(Struct, frozen=True):
    """Every sender, by address."""

    items: list[Sender]


class PersonNumbers(Numbers, frozen=True):
    """The numbers of one contact; recent clicks newest first."""

    last_click_at: datetime | None
    recent_clicks: list[RecentClick]
    popular_campaigns: list[CampaignClicks]


class Contact(Struct, frozen=True):
    """
    A contact as HubSpot holds it, and its performance.

    `properties` have HubSpot's internal names and raw values. Whoever is `counted_only_in_groups` has no `performance`.
    """

    id: Id
    hubspot_id: str
    hubspot_url: str | None
    name: str
    email: Email
    other_emails: list[str]
    company: str | None
    owner: str | None
    lifecycle: str | None
    properties: dict[str, str | None]
    target_groups: list[str]
    deleted_in_hubspot: bool
    equal_to_hubspot_at: datetime
    counted_only_in_groups: bool
    performance: PersonNumbers | None


class Campaign(Struct, frozen=True):
    """A campaign; `state` is `in_force`, or why nobody sees it at present."""

    id: Id
    name: str
    state: str
    target: str
    link: str
    image: str | None
    alt: str
    priority: int
    starts_at: datetime | None
    ends_at: datetime | None
    is_default: bool
    is_for_own: bool
    is_external: bool
    target_groups: list[str]
    accounts: list[str]
    performance: Numbers


class Campaigns(Struct, frozen=True):
    """Every campaign, newest first."""

    items: list[Campaign]


class TargetGroup(Struct, frozen=True):
    """
    A target group; `size` counts members, `held_back` erased ones, `trouble` says why the last pass failed.

    `is_aggregate_only`: its members are counted only in groups.
    """

    id: Id
    name: str
    hubspot_list_id: str | None
    holds_companies: bool
    size: int
    held_back: int
    is_aggregate_only: bool
    equal_since: datetime | None
    trouble: str | None


class TargetGroups(Struct, frozen=True):
    """Every target group, by name."""

    items: list[TargetGroup]


class OptedOut(Struct, frozen=True):
    """`was_new`: until now the address was tracked. `known_addresses`: so many of the domain are known here."""

    was_new: bool | None
    known_addresses: int | None


class SignaturesAsked(Struct, frozen=True):
    """A mail about to be sent, to at most 1,000 recipients. `split` false: one copy for all of them."""

    sender: Annotated[str, Meta(extra_json_schema={"format": "email"})]
    recipients: list[str]
    split: bool = True


class SignedBanner(Struct, frozen=True, omit_defaults=True):
    """A recipient's banner; one that is no address has none, and a `reason`."""

    recipient: str | None
    image_url: str | None
    click_url: str | None
    html: str
    reason: str | UnsetType = UNSET


class Signatures(Struct, frozen=True):
    """One banner for each recipient, in their order; one for all with `split` false."""

    banners: list[SignedBanner]


class Refusal(Struct, frozen=True):
    """A problem (RFC 9457); `detail` says what to do."""

    title: str
    status: int
    detail: str


def given(value: Any) -> Any:
    """A parameter, or None where it was not given."""
    return None if value is UNSET else value
