"""Which campaign a recipient sees, by which rule, and why each other campaign lost."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, Protocol

from msgspec import Struct


class Status(StrEnum):
    """What people decided about a campaign; its schedule comes on top."""

    ACTIVE = "active"
    PAUSED = "paused"
    ARCHIVED = "archived"
    DELETED = "deleted"
    """Archived for good: it is listed no longer, and only its numbers and its links are left."""


class RuleKind(StrEnum):
    """By what a recipient was matched."""

    GROUP = "group"
    ACCOUNT = "account"
    DEFAULT = "default"
    OWN = "own"  # at a domain of our own
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
    is_for_own: bool = False
    """Made for people of our own domains, who see no other."""
    group_ids: frozenset[int] = frozenset()
    account_ids: frozenset[int] = frozenset()


class Scheduled(Protocol):
    """Whatever has a campaign's status and schedule."""

    @property
    def status(self) -> Status: ...
    @property
    def starts_at(self) -> datetime | None: ...
    @property
    def ends_at(self) -> datetime | None: ...


class Recipient(Struct, frozen=True):
    """Whom the e-mail was written to: the target groups they are in, and their account if they have one."""

    group_ids: frozenset[int] = frozenset()
    account_id: int | None = None
    is_own: bool = False
    """At a domain of our own: sees only what is made for our own people."""


class Why(StrEnum):
    """Why somebody does not see a campaign."""

    PAUSED = "paused"
    ARCHIVED = "archived"
    NOT_STARTED = "not_started"
    ENDED = "ended"
    NOT_FOR_OWN = "not_for_own"
    UNASSIGNED = "unassigned"
    LOWER_PRIORITY = "lower_priority"
    YOUNGER = "younger"
    DEFAULT_IS_LAST = "default_is_last"
    ANOTHER_DEFAULT = "another_default"


@dataclass(frozen=True, slots=True)
class Because:
    """
    A reason with its facts, in words by `str`.

    `at` is when the campaign starts or ended; `priority` its own, `winning` that of the campaign chosen.
    """

    why: Why
    at: datetime | None = None
    priority: int = 0
    winning: int = 0

    def __str__(self) -> str:
        at = self.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC") if self.at else ""
        return _WORDS[self.why].format(at=at, priority=self.priority, winning=self.winning)


_WORDS: Final = {
    Why.PAUSED: "it is paused",
    Why.ARCHIVED: "it is archived",
    Why.NOT_STARTED: "it starts {at}",
    Why.ENDED: "it ended {at}",
    Why.NOT_FOR_OWN: "it is not made for people of our own domains",
    Why.UNASSIGNED: "it is assigned to none of their target groups, nor to their account",
    Why.LOWER_PRIORITY: "its priority {priority} is lower than {winning}",
    Why.YOUNGER: "the same priority {priority}, but it is younger than the one chosen",
    Why.DEFAULT_IS_LAST: "the default comes after every campaign that reaches them",
    Why.ANOTHER_DEFAULT: "another default comes before it",
}


@dataclass(frozen=True, slots=True)
class Lost:
    """A campaign that this recipient does not see, and why."""

    campaign: Campaign
    because: Because


@dataclass(frozen=True, slots=True)
class Choice:
    """The campaign that a recipient sees and the rule that chose it, and every other campaign with its reason."""

    campaign: Campaign | None
    rule: Rule
    lost: tuple[Lost, ...]


NO_RULE: Final = Rule(RuleKind.NONE)
MAJORITY: Final = Rule(RuleKind.MAJORITY)
_DEFAULT: Final = Rule(RuleKind.DEFAULT)
_OWN: Final = Rule(RuleKind.OWN)


def in_force(campaigns: Iterable[Campaign], now: datetime) -> tuple[Campaign, ...]:
    """The campaigns that may be shown at `now`, in the order in which they win; a tie goes to the older one."""
    return tuple(sorted((campaign for campaign in campaigns if not why_not_in_force(campaign, now)), key=_order))


def why_not_in_force(campaign: Scheduled, now: datetime) -> Because | None:
    """Why nobody sees this campaign at `now`; None when it is in force."""
    if campaign.status is not Status.ACTIVE:
        return Because(Why.PAUSED if campaign.status is Status.PAUSED else Why.ARCHIVED)
    if campaign.starts_at is not None and now < campaign.starts_at:
        return Because(Why.NOT_STARTED, at=campaign.starts_at)
    if campaign.ends_at is not None and campaign.ends_at <= now:
        return Because(Why.ENDED, at=campaign.ends_at)
    return None


def choose_quickly(recipient: Recipient, ordered: Sequence[Campaign]) -> tuple[Campaign | None, Rule]:
    """What `choose` chooses, without the reasons; `ordered` is what `in_force` gave."""
    if recipient.is_own:
        return _first((campaign for campaign in ordered if campaign.is_for_own), _OWN)
    for campaign in ordered:
        if rule := _assignment(recipient, campaign):
            return campaign, rule
    return _first((campaign for campaign in ordered if campaign.is_default), _DEFAULT)


def choose(recipient: Recipient, campaigns: Sequence[Campaign], now: datetime) -> Choice:
    """Which of all `campaigns` the recipient sees at `now`, and why each other one lost (best first)."""
    winner, rule = choose_quickly(recipient, in_force(campaigns, now))
    others = (campaign for campaign in sorted(campaigns, key=_order) if campaign is not winner)
    lost = tuple(Lost(campaign, _why_lost(recipient, campaign, winner, now)) for campaign in others)
    return Choice(winner, rule, lost)


def choose_for_all(recipients: Sequence[Recipient], ordered: Sequence[Campaign]) -> Campaign | None:
    """
    The campaign in one mail to all of these: the one that most of them would see alone; `ordered` as above.

    Who would see none has no say, and our own people only in a mail to nobody else: what is made for them stays
    inside. Of several seen by as many, a default comes last, and the one before the others in `ordered` wins.
    """
    outside = [recipient for recipient in recipients if not recipient.is_own]
    seen = [choose_quickly(recipient, ordered) for recipient in outside or recipients]
    votes = Counter(campaign.id for campaign, _ in seen if campaign)
    reached = {campaign.id for campaign, rule in seen if campaign and rule is not _DEFAULT}
    candidates = [campaign for campaign in ordered if votes[campaign.id]]
    return max(candidates, key=lambda one: (votes[one.id], one.id in reached), default=None)


def _order(campaign: Campaign) -> tuple[int, datetime, int]:
    return -campaign.priority, campaign.created_at, campaign.id


def _first(meant: Iterable[Campaign], rule: Rule) -> tuple[Campaign | None, Rule]:
    campaign = next(iter(meant), None)
    return (campaign, rule) if campaign else (None, NO_RULE)


def _assignment(recipient: Recipient, campaign: Campaign) -> Rule | None:
    if groups := recipient.group_ids & campaign.group_ids:
        return Rule(RuleKind.GROUP, min(groups))
    if recipient.account_id is not None and recipient.account_id in campaign.account_ids:
        return Rule(RuleKind.ACCOUNT)
    return None


def _why_lost(recipient: Recipient, loser: Campaign, winner: Campaign | None, now: datetime) -> Because:
    if because := why_not_in_force(loser, now):
        return because
    if recipient.is_own and not loser.is_for_own:
        return Because(Why.NOT_FOR_OWN)
    if winner is None or not (recipient.is_own or _assignment(recipient, loser)):
        return Because(_why_unassigned(loser, winner))
    if loser.priority < winner.priority:
        return Because(Why.LOWER_PRIORITY, priority=loser.priority, winning=winner.priority)
    return Because(Why.YOUNGER, priority=loser.priority)


def _why_unassigned(loser: Campaign, winner: Campaign | None) -> Why:
    if not loser.is_default or winner is None:
        return Why.UNASSIGNED
    return Why.ANOTHER_DEFAULT if winner.is_default else Why.DEFAULT_IS_LAST
