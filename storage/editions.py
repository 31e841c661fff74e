"""
Editions: a target group's members are marked in small transactions, and change for all readers with one number.

One transaction for a million members would hold SQLite's only write lock for seconds while clicks wait. So who joins is
written with the next edition, who leaves with its negative, and neither is seen until the group shows that edition.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, delete, func, literal, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col

from storage.columns import Moment
from storage.companies import Company
from storage.contacts import Contact, ContactId
from storage.database import is_sqlite
from storage.staging import StagedMember
from storage.target_groups import GroupAccount, GroupMember, TargetGroup, is_shown

# So many rows are written in well under the 250 ms that anybody else's write may have to wait for the lock.
MARKED_AT_ONCE: Final = 1_000
COMPARED: Final = ("staged_member", "contact_id", "contact", "company", "group_member", "group_account")


@dataclass(frozen=True, slots=True)
class Edition:
    """The edition of a group's members that a pass prepares; `shown` is the one that readers see meanwhile."""

    group_id: int
    holds_companies: bool
    shown: int

    @property
    def next(self) -> int:
        return self.shown + 1


def next_edition(session: Session, group_id: int, *, holds_companies: bool) -> Edition:
    """The edition to prepare."""
    return Edition(group_id, holds_companies, session.get_one(TargetGroup, group_id).edition)


def learn_size(session: Session, table: str) -> None:
    """
    Let PostgreSQL look how large one of `COMPARED` is by now.

    Without it a table that has just been filled counts as small, and each of a million members is looked for in all.
    """
    assert table in COMPARED
    if not is_sqlite(session):
        session.execute(text(f"ANALYZE {table}"))


def tidy(session: Session, edition: Edition) -> bool:
    """Remove some of the marks that no reader sees, a dead pass's or of those who left; True while there are more."""
    side = _side(edition)
    marks = col(side.table.edition)
    unborn, gone = marks > edition.shown, marks.between(-edition.shown, -1)
    removed = sum(_write(session, side, delete(side.table), _some(side, which)) for which in (unborn, gone))
    kept = _write(session, side, update(side.table).values(edition=0), _some(side, marks < -edition.shown))
    return removed + kept > 0


def members_shown(session: Session, edition: Edition) -> int:
    """How many members readers see."""
    side = _side(edition)
    return _number(session, select(func.count()).select_from(side.table).where(*_shown(side)))


def leaving(session: Session, edition: Edition, began_at: datetime, after: int, limit: int) -> list[int]:
    """
    Members that are not on the stage, by our own ids, the next after `after`.

    Who joined by a hint after the pass `began_at` stays: that answer is younger than the pages.
    """
    side = _side(edition)
    query = select(side.key).where(*_leaves(side, began_at), side.key > after).order_by(side.key).limit(limit)
    return list(session.execute(query).scalars())


def mark_leaving(session: Session, edition: Edition, began_at: datetime, keys: Collection[int]) -> int:
    """Those of them who still are to leave do so with the next edition; how many that are."""
    side = _side(edition)
    marked = update(side.table).values(edition=-edition.next)
    return _count(session.execute(_plain(marked.where(*_leaves(side, began_at), side.key.in_(keys)))))


def staying_among(session: Session, edition: Edition, keys: Collection[int]) -> int:
    """How many of these, by our own ids, are members and will not leave."""
    side = _side(edition)
    is_settled = col(side.table.edition).between(0, edition.shown)
    return _number(
        session, select(func.count()).select_from(side.table).where(side.is_here, is_settled, side.key.in_(keys))
    )


def joining(session: Session, edition: Edition, after: str, limit: int) -> list[str]:
    """HubSpot ids on the stage whose contacts or accounts are no members, the next after `after` as text."""
    side = _side(edition)
    hubspot_id = col(StagedMember.hubspot_id)
    query = _new(side).with_only_columns(hubspot_id).where(hubspot_id > after).order_by(hubspot_id).limit(limit)
    return list(session.execute(query).scalars())


def mark_joining(session: Session, edition: Edition, hubspot_ids: Collection[str], *, now: datetime) -> int:
    """Those of them who still are to join do so with the next edition; how many that are."""
    side = _side(edition)
    new = _new(side).where(col(StagedMember.hubspot_id).in_(hubspot_ids)).distinct().subquery()
    rows = select(literal(edition.group_id), new.c.key, literal(now, Moment), literal(edition.next)).where(
        new.c.key.is_not(None)
    )
    # Another process may apply a hint about one of them at this moment.
    dialect: Any = sqlite if is_sqlite(session) else postgresql
    into = dialect.insert(side.table).from_select(["group_id", side.key.key, "since", "edition"], rows)
    return _count(session.execute(into.on_conflict_do_nothing().execution_options(preserve_rowcount=True)))


def failed_on_stage(session: Session, edition: Edition) -> tuple[int, int]:
    """Members of the list that were erased, and those that HubSpot could not show us."""
    held_back = select(func.count()).select_from(StagedMember).where(col(StagedMember.group_id) == edition.group_id)
    staged = _number(session, held_back)
    erased = _number(session, held_back.where(col(StagedMember.is_held_back)))
    shown = _number(session, select(func.count()).select_from(_side(edition).staged.subquery()))
    return erased, staged - erased - shown


def show(session: Session, edition: Edition) -> None:
    """From now on readers see the next edition."""
    group = update(TargetGroup).where(col(TargetGroup.id) == edition.group_id)
    session.execute(group.values(edition=edition.next))


@dataclass(frozen=True, slots=True)
class _Side:
    """A group's contacts or its accounts, and the keys of those on the stage, one row a staged member."""

    edition: Edition
    table: type[GroupMember] | type[GroupAccount]
    key: Any
    staged: Any
    staged_key: Any

    @property
    def is_here(self) -> Any:
        return col(self.table.group_id) == self.edition.group_id


def _side(edition: Edition) -> _Side:
    return _accounts(edition) if edition.holds_companies else _contacts(edition)


def _contacts(edition: Edition) -> _Side:
    is_live = and_(col(Contact.deleted_at).is_(None), col(Contact.hidden_at).is_(None))
    key = col(ContactId.contact_id)
    staged: Any = (
        select(key.label("key"))
        .join(StagedMember, col(StagedMember.hubspot_id) == col(ContactId.hubspot_id))
        .join(Contact, col(Contact.id) == key)
        .where(col(StagedMember.group_id) == edition.group_id, is_live)
    )
    return _Side(edition, GroupMember, col(GroupMember.contact_id), staged, key)


def _accounts(edition: Edition) -> _Side:
    key = col(Company.account_id)
    staged: Any = (
        select(key.label("key"))
        .join(StagedMember, col(StagedMember.hubspot_id) == col(Company.hubspot_id))
        .where(col(StagedMember.group_id) == edition.group_id, key.is_not(None), col(Company.deleted_at).is_(None))
    )
    return _Side(edition, GroupAccount, col(GroupAccount.account_id), staged, key)


def _shown(side: _Side) -> tuple[Any, Any]:
    return side.is_here, is_shown(side.table, side.edition.shown)


def _leaves(side: _Side, began_at: datetime) -> tuple[Any, ...]:
    is_staged = side.staged.where(side.staged_key == side.key).correlate(side.table).exists()
    is_settled = col(side.table.edition).between(0, side.edition.shown)
    return side.is_here, is_settled, col(side.table.since) <= began_at, ~is_staged


def _new(side: _Side) -> Any:
    member = SQLModel.metadata.tables[str(side.table.__tablename__)].alias()
    here = and_(member.c.group_id == side.edition.group_id, member.c[side.key.key] == side.staged_key)
    return side.staged.where(~select(member.c.group_id).where(here).exists())


def _some(side: _Side, which: Any) -> Any:
    return select(side.key).where(side.is_here, which).limit(MARKED_AT_ONCE)


def _write(session: Session, side: _Side, statement: Any, those: Any) -> int:
    return _count(session.execute(_plain(statement.where(side.is_here, side.key.in_(those)))))


def _plain(statement: Any) -> Any:
    """Without this option SQLAlchemy would fetch the key of every row that changes."""
    return statement.execution_options(synchronize_session=False)


def _number(session: Session, query: Any) -> int:
    number: int = session.execute(query).scalar_one()
    return number


def _count(result: Any) -> int:
    rows: int = result.rowcount
    return rows
