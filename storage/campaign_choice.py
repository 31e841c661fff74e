"""Who sees what: the campaign that one address sees at a moment, by which rule, and why each other one lost."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from decisions import who_sees_what
from decisions.who_sees_what import Because, RuleKind
from storage.campaigns import Banner, all_campaigns
from storage.recipients import Named, look_up
from storage.senders import own_domains
from storage.target_groups import TargetGroup


@dataclass(frozen=True, slots=True)
class Loser:
    """A campaign that the address does not see, and why."""

    id: int
    name: str
    because: Because


@dataclass(frozen=True, slots=True)
class Seen:
    """
    What an address sees at a moment, given the target groups and accounts of today.

    No `campaign`: a transparent pixel. `groups` are those by which it reaches them, only where the rule is a group.
    `is_own`: the address is at a domain of our own.
    """

    email: str
    at: datetime
    campaign: who_sees_what.Campaign | None
    banner: Banner | None
    rule: RuleKind
    groups: tuple[str, ...]
    is_own: bool
    lost: tuple[Loser, ...]


def who_sees(session: Session, email: str, at: datetime, *, own: frozenset[str]) -> Seen:
    """
    What a normalised address sees at `at`. Nothing is kept, so it may be asked of anybody.

    Args:
        own: our own domains by the settings; empty: those that our senders write from.
    """
    named = Named(email, None)
    recipient = look_up(session, [named], own=own or own_domains(session))[named]
    campaigns = {one.decided.id: one for one in all_campaigns(session)}
    choice = who_sees_what.choose(recipient, [one.decided for one in campaigns.values()], at)
    chosen = choice.campaign
    shared = recipient.group_ids & chosen.group_ids if chosen and choice.rule.kind is RuleKind.GROUP else ()
    return Seen(
        email=email,
        at=at,
        campaign=chosen,
        banner=campaigns[chosen.id].banner if chosen else None,
        rule=choice.rule.kind,
        groups=_names(session, shared),
        is_own=recipient.is_own,
        lost=tuple(Loser(one.campaign.id, one.campaign.name, one.because) for one in choice.lost),
    )


def _names(session: Session, group_ids: Collection[int]) -> tuple[str, ...]:
    query = select(TargetGroup.name).where(col(TargetGroup.id).in_(group_ids)).order_by(col(TargetGroup.name_key))
    return tuple(session.exec(query))
