"""Aggregate only: of the people of some target groups no more is stored than how often, by campaign, group and day."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Subquery, func, select, union
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from decisions.addresses import account_domain
from decisions.mendable import Mendable
from storage import audit, hours, kept_totals
from storage.accounts import AccountDomain
from storage.addresses import Address
from storage.target_groups import GroupAccount, GroupAddress, GroupMember, TargetGroup, is_shown
from storage.tracking import Tracked


class CountedOnlyInGroups(Mendable):
    """They are counted only in groups: there are no numbers of them alone."""


def group_ids(session: Session) -> frozenset[int]:
    """The target groups that are aggregate only."""
    return frozenset(session.execute(_GROUPS).scalars())


_GROUPS: Final = select(col(TargetGroup.id)).where(col(TargetGroup.is_aggregate_only))


def switch(session: Session, group_id: int, *, on: bool, actor: str, now: datetime) -> bool:
    """
    Let a target group be aggregate only, or no longer, from now on; False where it was so already.

    What was recorded of its members until now is for `events_folded`.
    """
    group = session.get_one(TargetGroup, group_id, with_for_update=True, populate_existing=True)
    if group.is_aggregate_only is on:
        return False
    group.is_aggregate_only = on
    session.flush()
    action = "made a target group aggregate only" if on else "counted a target group's members again"
    audit.note(session, now=now, actor=actor, action=action, detail=f"group {group_id}")
    return True


# A person is a contact with all its addresses, else an address.
PERSON: Final = func.coalesce(col(Address.contact_id), -col(Address.id))


def addresses(*where: Any) -> Subquery:
    """
    The addresses (`id`, `email`) and the `person` of who is counted only in groups, and meets these conditions.

    It is a contact in such a group with all its addresses, everybody of an account in one, and an address that waits.
    """
    colleague = aliased(Address)
    them: Any = select(col(Address.id).label("id"), col(Address.email).label("email"), PERSON.label("person"))
    same_contact = col(colleague.contact_id) == col(Address.contact_id)
    ways = (
        them.join(GroupMember, col(GroupMember.contact_id) == col(Address.contact_id)),
        them.join(GroupAccount, col(GroupAccount.account_id) == col(Address.account_id)),
        them.join(colleague, same_contact).join(
            GroupAccount, col(GroupAccount.account_id) == col(colleague.account_id)
        ),
        them.join(GroupAddress, col(GroupAddress.address_id) == col(Address.id)),
    )
    tables: tuple[Any, ...] = (GroupMember, GroupAccount, GroupAccount, GroupAddress)
    return union(*(_in_one(way, table).where(*where) for way, table in zip(ways, tables, strict=True))).subquery()


def _in_one(query: Any, table: Any) -> Any:
    """The rows of `query` whose member, a row of `table`, is in an aggregate-only group."""
    within = query.join(TargetGroup, col(TargetGroup.id) == col(table.group_id))
    within = within.where(col(TargetGroup.is_aggregate_only))
    return within if table is GroupAddress else within.where(is_shown(table))


def emails_among(session: Session, emails: Collection[str]) -> set[str]:
    """Those of these normalised addresses, known or not, whose people are counted only in groups."""
    if not group_ids(session):
        return set()
    known = set(session.execute(select(addresses(col(Address.email).in_(emails)).c.email)).scalars())
    domains = {email: account_domain(email) for email in emails}
    query = select(col(AccountDomain.domain)).join(
        GroupAccount, col(GroupAccount.account_id) == col(AccountDomain.account_id)
    )
    asked = col(AccountDomain.domain).in_({domain for domain in domains.values() if domain})
    theirs = set(session.execute(_in_one(query, GroupAccount).where(asked)).scalars())
    return known | {email for email, domain in domains.items() if domain in theirs}


def is_contact(session: Session, contact_id: int) -> bool:
    """Whether a contact is counted only in groups."""
    return _is_any(session, col(Address.contact_id) == contact_id) or _is_member(session, contact_id)


def is_any_address(session: Session, address_ids: Collection[int]) -> bool:
    """Whether one of these addresses is of somebody who is counted only in groups."""
    return _is_any(session, col(Address.id).in_(address_ids))


def is_account(session: Session, account_id: int) -> bool:
    """Whether everybody of an account is counted only in groups."""
    query = _in_one(select(col(GroupAccount.account_id)), GroupAccount)
    return session.execute(query.where(col(GroupAccount.account_id) == account_id)).first() is not None


def _is_any(session: Session, which: Any) -> bool:
    return bool(group_ids(session)) and session.execute(select(addresses(which).c.id)).first() is not None


def _is_member(session: Session, contact_id: int) -> bool:
    query = _in_one(select(col(GroupMember.contact_id)), GroupMember)
    return session.execute(query.where(col(GroupMember.contact_id) == contact_id)).first() is not None


def set_apart(session: Session, events: Sequence[Tracked]) -> Sequence[Tracked]:
    """Count what is counted only in groups: no event of it is kept. The others are given back."""
    theirs = [event for event in events if event.only_in_groups]
    if not theirs:
        return events
    kept_totals.count(session, theirs)
    # An hour of a day would tell more than the day.
    hours.count(session, [msgspec.structs.replace(event, at=hours.hour_of_the_day(event.at)) for event in theirs], 1)
    return [event for event in events if not event.only_in_groups]
