"""Target groups: named sets of contacts and accounts, imported from a HubSpot list or kept by hand."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, literal
from sqlmodel import Field, Session, SQLModel, col, select

from storage.bulk import insert_missing
from storage.columns import BigId, Moment
from storage.hubspot_lists import COMPANIES, CONTACTS, HubSpotList, HubSpotListState, keep_list


class TargetGroup(SQLModel, table=True):
    __tablename__ = "target_group"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    name: str
    name_key: str = Field(unique=True, description="the name case-folded")
    hubspot_list_id: str | None = Field(default=None, unique=True, description="None: kept by hand")
    created_at: datetime = Field(sa_type=Moment)
    equal_since: datetime | None = Field(default=None, sa_type=Moment, description="begin of the last whole pass")
    held_back: int = Field(default=0, description="members of the list that were erased, and are only counted")
    trouble: str | None = Field(default=None, description="why the last pass failed, and what to do")
    trouble_since: datetime | None = Field(default=None, sa_type=Moment)


class GroupMember(SQLModel, table=True):
    __tablename__ = "group_member"

    group_id: int = Field(foreign_key="target_group.id", primary_key=True, sa_type=BigId)
    contact_id: int = Field(foreign_key="contact.id", primary_key=True, index=True, sa_type=BigId)
    since: datetime = Field(sa_type=Moment)


class GroupAccount(SQLModel, table=True):
    __tablename__ = "group_account"

    group_id: int = Field(foreign_key="target_group.id", primary_key=True, sa_type=BigId)
    account_id: int = Field(foreign_key="account.id", primary_key=True, index=True, sa_type=BigId)
    since: datetime = Field(sa_type=Moment)


class NameTaken(Exception):
    """Another target group has the name of the list that is to be imported."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is a target group named {name} already: rename the list in HubSpot, then import it")


class NotForPeople(Exception):
    """Only lists of contacts or of companies can become target groups."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} holds neither contacts nor companies: import a list of one of these")


class NoSuchGroup(Exception):
    """No target group has this name, or mirrors the list with this id."""

    def __init__(self, asked: str) -> None:
        super().__init__(
            f"there is no target group {asked}: `footlight groups list` shows those that there are,"
            " `footlight groups import LIST` makes one of a HubSpot list"
        )


@dataclass(frozen=True, slots=True)
class GroupView:
    """
    A target group as people see it.

    `size` is its contacts and accounts; together with `held_back` it compares with the list's size in HubSpot.
    `equal_since`: the begin of the last whole pass. `trouble`: why the last pass failed; None when it did not.
    """

    id: int
    name: str
    hubspot_list_id: str | None
    holds_companies: bool
    size: int
    held_back: int
    equal_since: datetime | None
    trouble: str | None
    trouble_since: datetime | None


def import_list(session: Session, state: HubSpotListState, *, now: datetime) -> int:
    """
    The target group that mirrors this list, made when it is new; its members come with the next pass.

    Raises:
        NameTaken, NotForPeople
    """
    if state.object_type_id not in (CONTACTS, COMPANIES):
        raise NotForPeople(state.name)
    group = session.exec(select(TargetGroup).where(col(TargetGroup.hubspot_list_id) == state.list_id)).first()
    if group is None:
        if _holder_of_name(session, state.name) is not None:
            raise NameTaken(state.name)
        group = TargetGroup(
            name=state.name, name_key=state.name.casefold(), hubspot_list_id=state.list_id, created_at=now
        )
        session.add(group)
    keep_list(session, state)
    session.flush()
    assert group.id is not None
    return group.id


def follow_name(session: Session, state: HubSpotListState) -> None:
    """Keep what HubSpot says of an imported list; a list that was renamed renames its group, if the name is free."""
    keep_list(session, state)
    group = session.exec(select(TargetGroup).where(col(TargetGroup.hubspot_list_id) == state.list_id)).one()
    if group.name != state.name and _holder_of_name(session, state.name) in (None, group.id):
        group.name, group.name_key = state.name, state.name.casefold()
        session.flush()


def all_groups(session: Session) -> list[GroupView]:
    """Every target group, by name."""
    return [_view(*row) for row in session.execute(_views().order_by(col(TargetGroup.name_key)))]


def group_by_id(session: Session, group_id: int) -> GroupView:
    """The target group with our own id."""
    return _view(*session.execute(_views().where(col(TargetGroup.id) == group_id)).one())


def find_group(session: Session, asked: str) -> GroupView:
    """
    The target group that mirrors the HubSpot list with this id, or of this name (in any case).

    Raises:
        NoSuchGroup
    """
    for same in (col(TargetGroup.hubspot_list_id) == asked, col(TargetGroup.name_key) == asked.casefold()):
        if row := session.execute(_views().where(same)).first():
            return _view(*row)
    raise NoSuchGroup(asked)


def groups_of_contact(session: Session, contact_id: int) -> list[str]:
    """The names of the target groups that hold the contact itself, in alphabetical order."""
    query = select(TargetGroup.name).join(GroupMember, col(GroupMember.group_id) == col(TargetGroup.id))
    return list(session.exec(query.where(GroupMember.contact_id == contact_id).order_by(col(TargetGroup.name_key))))


def imported_lists(session: Session, object_type_id: str = CONTACTS) -> dict[str, int]:
    """The groups that mirror lists of this object type, by the lists' ids."""
    query = select(TargetGroup.hubspot_list_id, TargetGroup.id).join(
        HubSpotList, col(HubSpotList.list_id) == col(TargetGroup.hubspot_list_id)
    )
    rows = session.exec(query.where(HubSpotList.object_type_id == object_type_id))
    return {list_id: group_id for list_id, group_id in rows if list_id is not None and group_id is not None}


def place_contact(session: Session, contact_id: int, group_ids: Collection[int], *, now: datetime) -> None:
    """Of the groups that mirror lists of contacts, the contact is in these and in no other."""
    mirrors = set(imported_lists(session).values())
    query = select(GroupMember.group_id).where(GroupMember.contact_id == contact_id)
    present = set(session.exec(query.where(col(GroupMember.group_id).in_(mirrors))))
    wanted = mirrors.intersection(group_ids)
    leaving = delete(GroupMember).where(col(GroupMember.contact_id) == contact_id)
    session.execute(leaving.where(col(GroupMember.group_id).in_(present - wanted)))
    rows = [{"group_id": each, "contact_id": contact_id, "since": now} for each in sorted(wanted - present)]
    insert_missing(session, GroupMember, rows)


def note_trouble(session: Session, group_id: int, trouble: str, *, now: datetime) -> bool:
    """A pass failed, and why; True when the one before had not."""
    group = session.get_one(TargetGroup, group_id)
    is_news = group.trouble is None
    group.trouble, group.trouble_since = trouble, now if is_news else group.trouble_since
    session.flush()
    return is_news


def note_equal(session: Session, group_id: int, *, since: datetime, held_back: int) -> bool:
    """A pass went through, begun at `since`; True when the one before had failed."""
    group = session.get_one(TargetGroup, group_id)
    is_well_again = group.trouble is not None
    group.trouble = group.trouble_since = None
    group.equal_since, group.held_back = since, held_back
    session.flush()
    return is_well_again


def _holder_of_name(session: Session, name: str) -> int | None:
    return session.exec(select(TargetGroup.id).where(TargetGroup.name_key == name.casefold())).first()


def _views() -> Any:
    contacts = select(func.count()).where(col(GroupMember.group_id) == col(TargetGroup.id)).scalar_subquery()
    accounts = select(func.count()).where(col(GroupAccount.group_id) == col(TargetGroup.id)).scalar_subquery()
    return select(
        TargetGroup, contacts + accounts, func.coalesce(HubSpotList.object_type_id, literal(CONTACTS))
    ).outerjoin(HubSpotList, col(HubSpotList.list_id) == col(TargetGroup.hubspot_list_id))


def _view(group: TargetGroup, size: int, object_type_id: str) -> GroupView:
    assert group.id is not None
    return GroupView(
        group.id,
        group.name,
        group.hubspot_list_id,
        object_type_id == COMPANIES,
        size,
        group.held_back,
        group.equal_since,
        group.trouble,
        group.trouble_since,
    )
