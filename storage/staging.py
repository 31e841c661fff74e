"""Staging: the members of a HubSpot list as a pass has read them so far."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, delete, func, update
from sqlmodel import Field, Session, SQLModel, col, select

from storage.bulk import insert_missing
from storage.columns import EPOCH, BigId
from storage.companies import Company
from storage.contacts import Contact, ContactId
from storage.target_groups import GroupMember

# So many rows are deleted in well under the 250 ms that anybody else's write may have to wait for the lock.
FORGOTTEN_AT_ONCE: Final = 2_000


class StagedMember(SQLModel, table=True):
    """A member of the HubSpot list as a pass that is under way has read it so far."""

    __tablename__ = "staged_member"

    group_id: int = Field(foreign_key="target_group.id", primary_key=True, sa_type=BigId)
    hubspot_id: str = Field(primary_key=True)
    is_held_back: bool = Field(default=False, description="erased: only counted")


def forget_staged(session: Session, group_id: int) -> bool:
    """Empty the stage of a group, a part at a time; True while there is more to do."""
    some = select(StagedMember.hubspot_id).where(StagedMember.group_id == group_id).limit(FORGOTTEN_AT_ONCE)
    gone = delete(StagedMember).where(col(StagedMember.group_id) == group_id, col(StagedMember.hubspot_id).in_(some))
    return _count(session.execute(gone.execution_options(synchronize_session=False))) == FORGOTTEN_AT_ONCE


def stage_page(session: Session, group_id: int, hubspot_ids: Iterable[str]) -> None:
    """Members as a page of the list named them; one that was named before is still one."""
    rows = [{"group_id": group_id, "hubspot_id": each, "is_held_back": False} for each in hubspot_ids]
    insert_missing(session, StagedMember, rows)


def staged_count(session: Session, group_id: int) -> int:
    """How many members are on the stage."""
    return session.exec(select(func.count()).where(col(StagedMember.group_id) == group_id)).one()


def to_read_after(
    session: Session, group_id: int, after: str, limit: int, fresh_since: datetime | None, holds_companies: bool
) -> list[str]:
    """
    The next staged members, in the order of their text, that HubSpot must be asked about.

    They are unknown or not live here, or were not asked for since then. None: whoever is live here is as HubSpot has
    them.
    """
    hubspot_id, fresh = _fresh(fresh_since, holds_companies)
    is_fresh = fresh.where(hubspot_id == col(StagedMember.hubspot_id)).correlate(StagedMember).exists()
    query = select(StagedMember.hubspot_id).where(
        StagedMember.group_id == group_id, StagedMember.hubspot_id > after, ~col(StagedMember.is_held_back), ~is_fresh
    )
    return list(session.exec(query.order_by(col(StagedMember.hubspot_id)).limit(limit)))


def to_read_among(
    session: Session, hubspot_ids: Collection[str], fresh_since: datetime | None, holds_companies: bool
) -> list[str]:
    """Those of these ids that are so; in their order."""
    hubspot_id, fresh = _fresh(fresh_since, holds_companies)
    are_fresh = set(session.execute(fresh.where(hubspot_id.in_(hubspot_ids))).scalars())
    return [each for each in hubspot_ids if each not in are_fresh]


def _fresh(fresh_since: datetime | None, holds_companies: bool) -> tuple[Any, Any]:
    """The column of HubSpot ids, and a query of those who are live here and were asked for since then."""
    hubspot_id: Any = col(Company.hubspot_id) if holds_companies else col(ContactId.hubspot_id)
    asked_at = col(Company.asked_at) if holds_companies else col(Contact.asked_at)
    if holds_companies:
        fresh = select(hubspot_id).where(col(Company.deleted_at).is_(None), asked_at > EPOCH)
    else:
        shown = col(Contact.deleted_at).is_(None), col(Contact.hidden_at).is_(None)
        fresh = select(hubspot_id).join(Contact, col(Contact.id) == col(ContactId.contact_id)).where(*shown)
    return hubspot_id, fresh if fresh_since is None else fresh.where(asked_at >= fresh_since)


def are_staged(session: Session, group_id: int, hubspot_ids: Collection[str]) -> bool:
    """Whether all of these are on the stage already."""
    staged = select(func.count()).where(
        col(StagedMember.group_id) == group_id, col(StagedMember.hubspot_id).in_(hubspot_ids)
    )
    return session.exec(staged).one() == len(set(hubspot_ids))


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


def _count(result: Any) -> int:
    rows: int = result.rowcount
    return rows
