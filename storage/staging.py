"""Staging: the members of a HubSpot list as a pass has read them so far."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, delete, func, update
from sqlmodel import Field, Session, SQLModel, col, select

from storage.bulk import insert_missing
from storage.columns import BigId
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


def staged_after(session: Session, group_id: int, after: str, limit: int) -> list[str]:
    """The next HubSpot ids on the stage, in the order of their text."""
    query = select(StagedMember.hubspot_id).where(StagedMember.group_id == group_id, StagedMember.hubspot_id > after)
    return list(session.exec(query.order_by(col(StagedMember.hubspot_id)).limit(limit)))


def to_read_after(session: Session, group_id: int, after: str, limit: int, fresh_since: datetime | None) -> list[str]:
    """
    The next staged contacts that HubSpot must be asked about: unknown or not live here, or not asked for since then.

    None: whoever is live here is as HubSpot has them.
    """
    query = select(StagedMember.hubspot_id).where(StagedMember.hubspot_id > after, *_to_read(group_id, fresh_since))
    return list(session.exec(query.order_by(col(StagedMember.hubspot_id)).limit(limit)))


def to_read_count(session: Session, group_id: int, fresh_since: datetime | None) -> int:
    """How many these are."""
    return session.exec(select(func.count()).select_from(StagedMember).where(*_to_read(group_id, fresh_since))).one()


def _to_read(group_id: int, fresh_since: datetime | None) -> tuple[Any, ...]:
    is_fresh: list[Any] = [col(Contact.deleted_at).is_(None), col(Contact.hidden_at).is_(None)]
    if fresh_since is not None:
        is_fresh.append(col(Contact.asked_at) >= fresh_since)
    of_contact = col(ContactId.hubspot_id) == col(StagedMember.hubspot_id), col(Contact.id) == col(ContactId.contact_id)
    is_known = select(Contact.id).where(*of_contact, *is_fresh).correlate(StagedMember).exists()
    return col(StagedMember.group_id) == group_id, ~col(StagedMember.is_held_back), ~is_known


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
