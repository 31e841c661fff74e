"""Sync previews: what a pass would change in a target group, told by reads alone."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from storage import contact_search, opt_outs
from storage.accounts import Account, AccountDomain
from storage.companies import Company
from storage.contacts import contact_ids
from storage.opt_outs import Hasher, PersonKeys
from storage.target_groups import GroupAccount, GroupMember, GroupView, TargetGroup, is_shown


@dataclass(frozen=True, slots=True)
class PreviewedMember:
    """Who comes or goes; `address` is the primary e-mail address, of an account a domain."""

    name: str
    address: str | None


@dataclass(frozen=True, slots=True)
class Compared:
    """Some ids of a list: the members that stay (our own ids), the HubSpot ids that would join, how many are erased."""

    staying: frozenset[int]
    joining: tuple[str, ...]
    held_back: int


def compare(session: Session, group: GroupView, hubspot_ids: Collection[str], hasher: Hasher) -> Compared:
    """Compare ids that a list names with the group's members; two ids of one record are one."""
    known = _accounts(session, hubspot_ids) if group.holds_companies else contact_ids(session, hubspot_ids)
    staying = _members_among(session, group, set(known.values()))
    others = [each for each in hubspot_ids if known.get(each) not in staying]
    keys = {each: PersonKeys.of(hasher, emails=(), hubspot_ids=(each,)) for each in others}
    erased = {each for each, state in opt_outs.states(session, keys).items() if state.erased}
    joining = {known.get(each, each): each for each in others if each not in erased}
    return Compared(staying, tuple(joining.values()), len(erased))


def members_after(session: Session, group: GroupView, began_at: datetime, after: int, limit: int) -> list[int]:
    """The next members by our own ids; who joined after `began_at`, by a hint, is none of them."""
    table, key = _table(group)
    query = _shown(group).where(col(table.since) <= began_at, key > after)
    return list(session.exec(query.order_by(key).limit(limit)))


def named_members(session: Session, group: GroupView, keys: Sequence[int]) -> tuple[PreviewedMember, ...]:
    """Members as people know them, by our own ids."""
    if not group.holds_companies:
        return tuple(PreviewedMember(hit.name, hit.email) for hit in contact_search.hits(session, keys))
    domain = func.min(col(AccountDomain.domain))
    query = select(Account.name, domain).outerjoin(AccountDomain, col(AccountDomain.account_id) == col(Account.id))
    rows = session.exec(query.where(col(Account.id).in_(keys)).group_by(col(Account.id), col(Account.name)))
    return tuple(PreviewedMember(name, domain) for name, domain in rows)


def _accounts(session: Session, hubspot_ids: Collection[str]) -> dict[str, int]:
    here = col(Company.hubspot_id).in_(hubspot_ids), col(Company.deleted_at).is_(None)
    rows = session.exec(select(Company.hubspot_id, Company.account_id).where(*here))
    return {hubspot_id: account_id for hubspot_id, account_id in rows if account_id is not None}


def _members_among(session: Session, group: GroupView, keys: Collection[int]) -> frozenset[int]:
    _, key = _table(group)
    return frozenset(session.exec(_shown(group).where(key.in_(keys))))


def _table(group: GroupView) -> tuple[type[GroupMember | GroupAccount], Any]:
    if group.holds_companies:
        return GroupAccount, col(GroupAccount.account_id)
    return GroupMember, col(GroupMember.contact_id)


def _shown(group: GroupView) -> Any:
    table, key = _table(group)
    of_group = select(key).join(TargetGroup, col(TargetGroup.id) == col(table.group_id))
    return of_group.where(col(table.group_id) == group.id, is_shown(table))
