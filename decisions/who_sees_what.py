"""Which campaign a recipient sees, by which rule, and why each other campaign lost."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct


class Status(StrEnum):
    """What people decided about a campaign; its schedule comes on top."""

    ACTIVE = "active"
    PAUSED = "paused"
    ARCHIVED = "archived"


class RuleKind(StrEnum):
    """By what a recipient was matched."""

    GROUP = "group"
    ACCOUNT = "account"
    DEFAULT = "default"
    MAJORITY = "majority"  # of one mail to several people, most would see it
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule that chose: `group_id` is the matching target group with the lowest id, only with kind group."""

    kind: RuleKind
    group_id: int | None = None


@dataclass(frozen=True, slots=True)
class Campaign:
    """
    What the choice and the banner need to know of a campaign.

    Times are aware. `starts_at` belongs to the campaign, `ends_at` no longer does; None is open-ended.
    Of several values for `priority`, the higher wins.
    """

    id: int
    name: str
    target_url: str
    created_at: datetime
    priority: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    status: Status = Status.ACTIVE
    is_default: bool = False
    group_ids: frozenset[int] = frozenset()
    account_ids: frozenset[int] = frozenset()


class Recipient(Struct, frozen=True):
    """Whom the e-mail was written to: the target groups they are in, and their account if they have one."""

    group_ids: frozenset[int] = frozenset()
    account_id: int | None = None
    is_own: bool = False
    """At a domain of our own: sees no campaign."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A campaign that this recipient does not see, and why."""

    campaign: Campaign
    because: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The campaign that a recipient sees, the rule and its reason, and every other campaign with its own."""

    campaign: Campaign | None
    rule: Rule
    because: str
    lost: tuple[Lost, ...]


NO_RULE: Final = Rule(RuleKind.NONE)
MAJORITY: Final = Rule(RuleKind.MAJORITY)

_OWN: Final = "people of our own domains see no campaign"
_UNASSIGNED: Final = "it is assigned to none of their target groups, nor to their account"


def in_force(campaigns: Iterable[Campaign], now: datetime) -> tuple[Campaign, ...]:
    """The campaigns that may be shown at `now`, in the order in which they win; a tie goes to the older one."""
    return tuple(sorted((campaign for campaign in campaigns if not why_not_in_force(campaign, now)), key=_order))


def why_not_in_force(campaign: Campaign, now: datetime) -> str | None:
    """Why nobody sees this campaign at `now`; None when it is in force."""
    if campaign.status is not Status.ACTIVE:
        return f"it is {campaign.status}"
    if campaign.starts_at is not None and now < campaign.starts_at:
        return f"it starts {_told(campaign.starts_at)}"
    if campaign.ends_at is not None and campaign.ends_at <= now:
        return f"it ended {_told(campaign.ends_at)}"
    return None


def choose_quickly(recipient: Recipient, ordered: Sequence[Campaign]) -> tuple[Campaign | None, Rule]:
    """What `choose` chooses, without the reasons; `ordered` is what `in_force` gave."""
    if recipient.is_own:
        return None, NO_RULE
    for campaign in ordered:
        if rule := _assignment(recipient, campaign):
            return campaign, rule
    for campaign in ordered:
        if campaign.is_default:
            return campaign, Rule(RuleKind.DEFAULT)
    return None, NO_RULE


def choose(recipient: Recipient, campaigns: Sequence[Campaign], now: datetime) -> Choice:
    """Which of all `campaigns` the recipient sees at `now`, and why each other one lost (best first)."""
    winner, rule = choose_quickly(recipient, in_force(campaigns, now))
    others = (campaign for campaign in sorted(campaigns, key=_order) if campaign is not winner)
    lost = tuple(Lost(campaign, _why_lost(recipient, campaign, winner, now)) for campaign in others)
    return Choice(winner, rule, _why_chosen(recipient, winner, rule), lost)


def _order(campaign: Campaign) -> tuple[int, datetime, int]:
    return -campaign.priority, campaign.created_at, campaign.id


def _assignment(recipient: Recipient, campaign: Campaign) -> Rule | None:
    if groups := recipient.group_ids & campaign.group_ids:
        return Rule(RuleKind.GROUP, min(groups))
    if recipient.account_id is not None and recipient.account_id in campaign.account_ids:
        return Rule(RuleKind.ACCOUNT)
    return None


def _why_chosen(recipient: Recipient, winner: Campaign | None, rule: Rule) -> str:
    if winner is None:
        return _OWN if recipient.is_own else "no campaign in force reaches them"
    return {
        RuleKind.GROUP: f"priority {winner.priority}, assigned to a target group of theirs",
        RuleKind.ACCOUNT: f"priority {winner.priority}, assigned to their account",
        RuleKind.DEFAULT: "the default for everyone whom no other campaign reaches",
    }[rule.kind]


def _why_lost(recipient: Recipient, loser: Campaign, winner: Campaign | None, now: datetime) -> str:
    if because := why_not_in_force(loser, now):
        return because
    if winner is None:
        return _OWN if recipient.is_own else _UNASSIGNED
    if not _assignment(recipient, loser):
        return _why_lost_unassigned(loser, winner)
    if loser.priority < winner.priority:
        return f"its priority {loser.priority} is lower than {winner.priority}"
    return f"the same priority {loser.priority}, but it is younger than the one chosen"


def _why_lost_unassigned(loser: Campaign, winner: Campaign) -> str:
    if not loser.is_default:
        return _UNASSIGNED
    if winner.is_default:
        return "another default comes before it"
    return "the default comes after every campaign that reaches them"


def _told(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
