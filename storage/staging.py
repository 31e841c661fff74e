"""Staging: the members of a HubSpot list as a pass has read them so far, and the step that makes the group equal."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, delete, func, insert, literal, update
from sqlalchemy.orm import aliased
from sqlmodel import Field, Session, SQLModel, col, select

from decisions.mass_removal import Belief, judge_emptiness, judge_removals
from storage.bulk import insert_missing
from storage.columns import BigId, Moment
from storage.companies import Company
from storage.contacts import Contact, ContactId
from storage.target_groups import GroupAccount, GroupMember

# So many rows are deleted in well under the 250 ms that anybody else's write may have to wait for the lock.
FORGOTTEN_AT_ONCE: Final = 5_000


class StagedMember(SQLModel, table=True):
    """A member of the HubSpot list as a pass that is under way has read it so far."""

    __tablename__ = "staged_member"

    group_id: int = Field(foreign_key="target_group.id", primary_key=True, sa_type=BigId)
    hubspot_id: str = Field(primary_key=True)
    is_held_back: bool = Field(default=False, description="erased: only counted")


@dataclass(frozen=True, slots=True)
class Difference:
    """What making a group equal changed; `failed` members of the list are none that HubSpot could show us."""

    added: int
    removed: int
    unchanged: int
    held_back: int
    failed: int


class Unbelievable(Exception):
    """So many members would leave that HubSpot's answer is doubted; the group stays as it was."""

    def __init__(self, belief: Belief) -> None:
        super().__init__(
            f"{belief.because}; the group stays as it was. If it is right: footlight sync --accept-removals"
        )


def forget_staged(session: Session, group_id: int) -> bool:
    """Empty the stage of a group, a part at a time; True while there is more to do."""
    some = select(StagedMember.hubspot_id).where(StagedMember.group_id == group_id).limit(FORGOTTEN_AT_ONCE)
    gone = delete(StagedMember).where(col(StagedMember.group_id) == group_id, col(StagedMember.hubspot_id).in_(some))
    return _count(session.execute(gone.execution_options(synchronize_session=False))) == FORGOTTEN_AT_ONCE


def stage_page(session: Session, group_id: int, hubspot_ids: Iterable[str]) -> None:
    """Members as a page of the list named them; one that was named before is still one."""
    rows = [{"group_id": group_id, "hubspot_id": each, "is_held_back": False} for each in hubspot_ids]
    insert_missing(session, StagedMember, rows)


def staged_count(session: Session, group_id: int, *those: Any) -> int:
    """How many members are on the stage; only those of which the conditions hold."""
    return session.exec(select(func.count()).where(col(StagedMember.group_id) == group_id, *those)).one()


def staged_after(session: Session, group_id: int, after: str, limit: int) -> list[str]:
    """The next HubSpot ids on the stage, in the order of their text."""
    query = select(StagedMember.hubspot_id).where(StagedMember.group_id == group_id, StagedMember.hubspot_id > after)
    return list(session.exec(query.order_by(col(StagedMember.hubspot_id)).limit(limit)))


def members_among(session: Session, group_id: int, hubspot_ids: Collection[str]) -> set[str]:
    """Those of these HubSpot ids whose contacts are in the group now."""
    query = select(ContactId.hubspot_id).join(GroupMember, col(GroupMember.contact_id) == col(ContactId.contact_id))
    return set(session.exec(query.where(GroupMember.group_id == group_id, col(ContactId.hubspot_id).in_(hubspot_ids))))


def hold_back(session: Session, group_id: int, hubspot_ids: Collection[str]) -> None:
    """These members were erased: they count as held back."""
    if hubspot_ids:
        named = and_(col(StagedMember.group_id) == group_id, col(StagedMember.hubspot_id).in_(hubspot_ids))
        session.execute(update(StagedMember).where(named).values(is_held_back=True))


def unstage(session: Session, hubspot_ids: Collection[str], group_ids: Collection[int]) -> None:
    """These have left the lists of these groups, whatever a pass that is under way has read."""
    left = (col(StagedMember.group_id).in_(group_ids), col(StagedMember.hubspot_id).in_(hubspot_ids))
    session.execute(delete(StagedMember).where(*left))


def make_equal(
    session: Session,
    group_id: int,
    *,
    holds_companies: bool,
    size: int | None,
    began_at: datetime,
    accept_removals: bool = False,
    now: datetime,
) -> Difference:
    """
    Let the group hold exactly who is on the stage, all at once.

    Who joined by a hint after the pass `began_at` stays: that answer is younger than the pages.

    Args:
        size: of the list as HubSpot tells it; None: it does not.

    Raises:
        Unbelievable: unless removals are accepted; the transaction is to be rolled back then.
    """
    side = _accounts(group_id) if holds_companies else _contacts(group_id)
    before = session.exec(select(func.count()).where(side.group_id == group_id)).one()
    # Without this option SQLAlchemy would fetch the key of every row that goes.
    leaves = delete(side.table).where(*_leaves(side, group_id, began_at)).execution_options(synchronize_session=False)
    removed = _count(session.execute(leaves))
    staged = staged_count(session, group_id)
    for belief in (judge_removals(before, removed), judge_emptiness(before, staged, size)):
        if not (belief.believable or accept_removals):
            raise Unbelievable(belief)
    added = _count(session.execute(_joins(side, group_id, now)))
    held_back = staged_count(session, group_id, col(StagedMember.is_held_back))
    shown = session.exec(select(func.count()).select_from(side.staged.subquery())).one()
    return Difference(added, removed, before - removed, held_back, staged - held_back - shown)


@dataclass(frozen=True, slots=True)
class _Side:
    """A group's contacts or its accounts, and the keys of those on the stage, one row a staged member."""

    table: type[GroupMember] | type[GroupAccount]
    key: Any
    staged: Any
    staged_key: Any

    @property
    def group_id(self) -> Any:
        return col(self.table.group_id)


def _contacts(group_id: int) -> _Side:
    is_live = and_(col(Contact.deleted_at).is_(None), col(Contact.hidden_at).is_(None))
    key = col(ContactId.contact_id)
    staged: Any = (
        select(key.label("key"))
        .join(StagedMember, col(StagedMember.hubspot_id) == col(ContactId.hubspot_id))
        .join(Contact, col(Contact.id) == key)
        .where(col(StagedMember.group_id) == group_id, is_live)
    )
    return _Side(GroupMember, col(GroupMember.contact_id), staged, key)


def _accounts(group_id: int) -> _Side:
    key = col(Company.account_id)
    staged: Any = (
        select(key.label("key"))
        .join(StagedMember, col(StagedMember.hubspot_id) == col(Company.hubspot_id))
        .where(col(StagedMember.group_id) == group_id, key.is_not(None), col(Company.deleted_at).is_(None))
    )
    return _Side(GroupAccount, col(GroupAccount.account_id), staged, key)


def _leaves(side: _Side, group_id: int, began_at: datetime) -> tuple[Any, ...]:
    is_staged = side.staged.where(side.staged_key == side.key).correlate(side.table).exists()
    return side.group_id == group_id, col(side.table.since) <= began_at, ~is_staged


def _joins(side: _Side, group_id: int, now: datetime) -> Any:
    member = aliased(side.table)
    is_member = (
        select(member.group_id)
        .where(col(member.group_id) == group_id, getattr(member, side.key.key) == side.staged_key)
        .exists()
    )
    new = side.staged.where(~is_member).distinct().subquery()
    rows = select(literal(group_id), new.c.key, literal(now, Moment))
    # psycopg's count of an INSERT would be dropped otherwise.
    joins = insert(side.table).from_select(["group_id", side.key.key, "since"], rows)
    return joins.execution_options(preserve_rowcount=True)


def _count(result: Any) -> int:
    rows: int = result.rowcount
    return rows
