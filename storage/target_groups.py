"""Target groups: named sets of contacts and accounts, imported from a HubSpot list or kept by hand."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Index, and_, case, delete, false, func, insert, literal, or_, update
from sqlmodel import Field, Session, SQLModel, col, select

from decisions.mendable import Mendable
from storage.addresses import Address
from storage.bulk import insert_missing
from storage.columns import BigId, Moment
from storage.group_trouble import GroupTrouble, TroubleColumn
from storage.hubspot_lists import COMPANIES, CONTACTS, HubSpotList, HubSpotListState, keep_list

_ZERO: Final = {"server_default": "0"}


class TargetGroup(SQLModel, table=True):
    __tablename__ = "target_group"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    name: str
    name_key: str = Field(unique=True, description="the name case-folded")
    hubspot_list_id: str | None = Field(default=None, unique=True, description="None: kept by hand")
    created_at: datetime = Field(sa_type=Moment)
    equal_since: datetime | None = Field(default=None, sa_type=Moment, description="begin of the last whole pass")
    held_back: int = Field(default=0, description="members of the list that were erased, and are only counted")
    trouble: GroupTrouble | None = Field(
        default=None, sa_type=TroubleColumn, description="why the last pass failed, and what to do"
    )
    trouble_since: datetime | None = Field(default=None, sa_type=Moment)
    edition: int = Field(default=0, sa_column_kwargs=_ZERO, description="the edition of its members that is shown")
    is_aggregate_only: bool = Field(
        default=False, sa_column_kwargs={"server_default": false()}, description="members are counted only in groups"
    )
    deleted_at: datetime | None = Field(
        default=None, sa_type=Moment, description="the row stays, so that numbers by group and what chose keep a name"
    )


class GroupMember(SQLModel, table=True):
    """A contact in a target group: only while `is_shown`."""

    __tablename__ = "group_member"
    __table_args__ = (Index("ix_group_member_group_id_edition", "group_id", "edition"),)

    group_id: int = Field(foreign_key="target_group.id", primary_key=True, sa_type=BigId)
    contact_id: int = Field(foreign_key="contact.id", primary_key=True, index=True, sa_type=BigId)
    since: datetime = Field(sa_type=Moment)
    edition: int = Field(default=0, sa_column_kwargs=_ZERO, description="joins with this one; below 0: leaves with it")


class GroupAccount(SQLModel, table=True):
    """An account in a target group: only while `is_shown`."""

    __tablename__ = "group_account"
    __table_args__ = (Index("ix_group_account_group_id_edition", "group_id", "edition"),)

    group_id: int = Field(foreign_key="target_group.id", primary_key=True, sa_type=BigId)
    account_id: int = Field(foreign_key="account.id", primary_key=True, index=True, sa_type=BigId)
    since: datetime = Field(sa_type=Moment)
    edition: int = Field(default=0, sa_column_kwargs=_ZERO, description="joins with this one; below 0: leaves with it")


class GroupAddress(SQLModel, table=True):
    """An address that no contact has yet, in a group kept by hand: the contact that gets it joins the group."""

    __tablename__ = "group_address"

    group_id: int = Field(foreign_key="target_group.id", primary_key=True, sa_type=BigId)
    address_id: int = Field(foreign_key="address.id", primary_key=True, index=True, sa_type=BigId)
    since: datetime = Field(sa_type=Moment)


def is_shown(table: type[GroupMember | GroupAccount], edition: Any = TargetGroup.edition) -> Any:
    """Whether a row makes a member in the `edition` of its group: the one shown, where the query joins the group."""
    return or_(col(table.edition).between(0, edition), col(table.edition) < -edition)


class NameTaken(Mendable):
    """Another target group has the name of the list that is to be imported."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is a target group named {name} already: rename the list in HubSpot, then import it")


class NotForPeople(Mendable):
    """Only lists of contacts or of companies can become target groups."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} holds neither contacts nor companies: import a list of one of these")


class NoSuchGroup(Mendable):
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
    `waiting`: addresses that join when HubSpot delivers their contacts.
    `equal_since`: the begin of the last whole pass. `trouble`: why the last pass failed, in English; None when it did
    not; `why`: the same to be put into words. `is_aggregate_only`: its members are counted only in groups.
    """

    id: int
    name: str
    hubspot_list_id: str | None
    holds_companies: bool
    size: int
    waiting: int
    held_back: int
    equal_since: datetime | None
    trouble: str | None
    trouble_since: datetime | None
    why: GroupTrouble | None = None
    is_aggregate_only: bool = False


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
        if holder_of_name(session, state.name) is not None:
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
    """
    Keep what HubSpot says of an imported list; a list that was renamed renames its group, if the name is free.

    Raises:
        NoSuchGroup: the list was unlinked meanwhile.
    """
    keep_list(session, state)
    group = session.exec(select(TargetGroup).where(col(TargetGroup.hubspot_list_id) == state.list_id)).first()
    if group is None:
        raise NoSuchGroup(state.list_id)
    if group.name != state.name and holder_of_name(session, state.name) in (None, group.id):
        group.name, group.name_key = state.name, state.name.casefold()
        session.flush()


def all_groups(session: Session) -> list[GroupView]:
    """Every target group, by name."""
    return [_view(*row) for row in session.execute(_views().order_by(col(TargetGroup.name_key)))]


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


def by_hand(session: Session) -> list[GroupView]:
    """Those that are kept by hand, by name."""
    return [group for group in all_groups(session) if group.hubspot_list_id is None]


def mirrors(session: Session, names: Collection[str] = ()) -> list[GroupView]:
    """
    Those of the groups of these names or list ids (none: of all) that mirror a list; named twice, a group is still one.

    Raises:
        NoSuchGroup
    """
    groups = [find_group(session, each) for each in names] or all_groups(session)
    return [group for group in dict.fromkeys(groups) if group.hubspot_list_id is not None]


def groups_of_contact(session: Session, contact_id: int) -> list[str]:
    """The names of the target groups that hold the contact itself, in alphabetical order."""
    query = select(TargetGroup.name).join(GroupMember, col(GroupMember.group_id) == col(TargetGroup.id))
    query = query.where(GroupMember.contact_id == contact_id, is_shown(GroupMember))
    return list(session.exec(query.order_by(col(TargetGroup.name_key))))


def groups_awaiting(session: Session, address_ids: Collection[int]) -> list[str]:
    """The names of the groups by hand in which one of these addresses waits, in alphabetical order."""
    query = select(TargetGroup.name).join(GroupAddress, col(GroupAddress.group_id) == col(TargetGroup.id))
    waiting = query.where(col(GroupAddress.address_id).in_(address_ids)).distinct()
    return sorted(session.exec(waiting), key=str.casefold)


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
    wanted = mirrors.intersection(group_ids)
    here = col(GroupMember.contact_id) == contact_id
    session.execute(delete(GroupMember).where(here, col(GroupMember.group_id).in_(mirrors - wanted)))
    # Whatever a pass has marked meanwhile.
    is_here_now = col(TargetGroup.id) == col(GroupMember.group_id), is_shown(GroupMember)
    shown = select(GroupMember.group_id).join(TargetGroup, and_(*is_here_now)).where(here)
    held = set(session.exec(shown.where(col(GroupMember.edition) >= 0)))
    news = update(GroupMember).where(here, col(GroupMember.group_id).in_(wanted - held))
    session.execute(news.values(edition=0, since=now))
    rows = [{"group_id": each, "contact_id": contact_id, "since": now, "edition": 0} for each in sorted(wanted - held)]
    insert_missing(session, GroupMember, rows)


def became_contacts(session: Session, address_ids: Collection[int], *, now: datetime) -> None:
    """Contacts have these addresses from now on: they join the groups by hand that waited for them."""
    waiting = col(GroupAddress.address_id).in_(address_ids)
    query = select(GroupAddress.group_id, Address.contact_id).join(Address, col(Address.id) == GroupAddress.address_id)
    joining = set(session.exec(query.where(waiting, col(Address.contact_id).is_not(None))).all())
    rows = [{"group_id": id_, "contact_id": contact, "since": now, "edition": 0} for id_, contact in sorted(joining)]
    insert_missing(session, GroupMember, rows)
    session.execute(delete(GroupAddress).where(waiting))


def merge_members(
    session: Session, table: type[GroupMember] | type[GroupAccount], key: str, others: Collection[int], kept: int
) -> None:
    """Several members are one from now on, in every group that one of them is in; `key`: the column of their ids."""
    row = SQLModel.metadata.tables[str(table.__tablename__)]
    other = row.alias()
    # Marked alike they stay marked; else one of them is a member today, and one in the next edition.
    differs = other.c[key].in_(others) & (other.c.group_id == row.c.group_id) & (other.c.edition != row.c.edition)
    of_both = update(row).where(row.c[key] == kept, select(other.c.group_id).where(differs).correlate(row).exists())
    session.execute(of_both.values(edition=0))
    first, last = func.min(row.c.edition), func.max(row.c.edition)
    moved = (
        select(row.c.group_id, literal(kept), func.min(row.c.since), case((first == last, first), else_=0))
        .where(row.c[key].in_(others), row.c.group_id.not_in(select(row.c.group_id).where(row.c[key] == kept)))
        .group_by(row.c.group_id)
    )
    session.execute(insert(row).from_select(["group_id", key, "since", "edition"], moved))
    session.execute(delete(row).where(row.c[key].in_(others)))


def note_trouble(session: Session, group_id: int, trouble: GroupTrouble, *, now: datetime) -> bool:
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


def holder_of_name(session: Session, name: str) -> int | None:
    """The group that has this name, in any case."""
    return session.exec(select(TargetGroup.id).where(TargetGroup.name_key == name.casefold())).first()


def _views() -> Any:
    contacts = select(func.count()).where(col(GroupMember.group_id) == col(TargetGroup.id), is_shown(GroupMember))
    accounts = select(func.count()).where(col(GroupAccount.group_id) == col(TargetGroup.id), is_shown(GroupAccount))
    size = contacts.correlate(TargetGroup).scalar_subquery() + accounts.correlate(TargetGroup).scalar_subquery()
    waiting = select(func.count()).where(col(GroupAddress.group_id) == col(TargetGroup.id))
    waiting_number = waiting.correlate(TargetGroup).scalar_subquery()
    views = select(TargetGroup, size, waiting_number, func.coalesce(HubSpotList.object_type_id, literal(CONTACTS)))
    views = views.outerjoin(HubSpotList, col(HubSpotList.list_id) == col(TargetGroup.hubspot_list_id))
    return views.where(col(TargetGroup.deleted_at).is_(None))


def _view(group: TargetGroup, size: int, waiting: int, object_type_id: str) -> GroupView:
    assert group.id is not None
    return GroupView(
        group.id,
        group.name,
        group.hubspot_list_id,
        object_type_id == COMPANIES,
        size,
        waiting,
        group.held_back,
        group.equal_since,
        group.trouble.text if group.trouble else None,
        group.trouble_since,
        group.trouble,
        group.is_aggregate_only,
    )
