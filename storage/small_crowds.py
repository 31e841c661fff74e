"""Small crowds: which campaigns and target groups are told without those who are counted only in groups."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import func, select, union
from sqlmodel import Session, col

from decisions.mendable import Mendable
from decisions.small_crowds import FEWEST, Cell, HeldBack, held_back
from storage import aggregate_only
from storage.addresses import Address
from storage.campaigns import Campaign, CampaignAccount
from storage.hours import HourCounter
from storage.target_groups import GroupAccount, GroupAddress, GroupMember, TargetGroup, is_shown

NOTHING: Final = HeldBack()
People = frozenset[int] | None
"""Persons who are counted only in groups; None: at least `FEWEST`."""


class TooFewPeople(Mendable):
    """Fewer than five people are in this target group, which is aggregate only: there are no numbers of it."""


def find(session: Session) -> HeldBack:
    """Whose numbers leave out everybody who cannot be named, by who is in the target groups today."""
    theirs = aggregate_only.group_ids(session)
    return held_back(_cells(session, theirs)) if theirs else NOTHING


def require_enough(session: Session, group_id: int) -> None:
    """
    Raises:
        TooFewPeople: this target group is aggregate only, and too small to be told of.
    """
    theirs = aggregate_only.group_ids(session)
    if group_id in theirs and _by_group(session).get(group_id, frozenset()) is not None:
        raise TooFewPeople(TooFewPeople.__doc__)


def _cells(session: Session, theirs: frozenset[int]) -> Iterator[Cell]:
    by_group, by_account, everybody = _by_group(session), _by_account(session), _everybody(session)
    chosen = select(col(HourCounter.campaign_id), col(HourCounter.group_id)).distinct()
    by_accounts_alone = _assigned_to_accounts_alone(session)
    for campaign_id, group_id in session.execute(chosen):
        if group_id:
            people = by_group.get(group_id, frozenset())
        elif campaign_id in by_accounts_alone:
            people = by_account.get(campaign_id, frozenset())
        else:
            people = everybody
        yield Cell(campaign_id, group_id, people, group_id in theirs)


def _by_group(session: Session) -> Mapping[int, People]:
    """Of each target group with any, those of its people who are counted only in groups."""
    in_groups: Any = select(col(TargetGroup.id).label("key"), col(Address.id).label("address_id")).select_from(
        TargetGroup
    )
    members = in_groups.join(GroupMember, col(GroupMember.group_id) == col(TargetGroup.id)).join(
        Address, col(Address.contact_id) == col(GroupMember.contact_id)
    )
    accounts = in_groups.join(GroupAccount, col(GroupAccount.group_id) == col(TargetGroup.id)).join(
        Address, col(Address.account_id) == col(GroupAccount.account_id)
    )
    waiting = in_groups.join(GroupAddress, col(GroupAddress.group_id) == col(TargetGroup.id)).join(
        Address, col(Address.id) == col(GroupAddress.address_id)
    )
    return _people(
        session, union(members.where(is_shown(GroupMember)), accounts.where(is_shown(GroupAccount)), waiting).subquery()
    )


def _by_account(session: Session) -> Mapping[int, People]:
    """Of each campaign, those of the people of its accounts who are counted only in groups."""
    query: Any = select(col(CampaignAccount.campaign_id).label("key"), col(Address.id).label("address_id"))
    return _people(session, query.join(Address, col(Address.account_id) == col(CampaignAccount.account_id)).subquery())


def _people(session: Session, of: Any) -> dict[int, People]:
    theirs = aggregate_only.addresses()
    persons = select(of.c.key, theirs.c.person).join(theirs, theirs.c.id == of.c.address_id).distinct().subquery()
    counted = select(persons.c.key, func.count()).group_by(persons.c.key)
    found: dict[int, People] = {
        key: None if number >= FEWEST else frozenset() for key, number in session.execute(counted)
    }
    few = [key for key, people in found.items() if people is not None]
    for key, person in session.execute(select(persons).where(persons.c.key.in_(few))):
        found[key] = (found[key] or frozenset()) | {person}
    return found


def _everybody(session: Session) -> People:
    theirs = aggregate_only.addresses()
    persons = session.execute(select(theirs.c.person).distinct().limit(FEWEST)).scalars().all()
    return None if len(persons) >= FEWEST else frozenset(persons)


def _assigned_to_accounts_alone(session: Session) -> frozenset[int]:
    assigned = select(col(CampaignAccount.campaign_id))
    query = select(col(Campaign.id)).where(~col(Campaign.is_default), col(Campaign.id).in_(assigned))
    return frozenset(session.execute(query).scalars())
