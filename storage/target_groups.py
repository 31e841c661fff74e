"""Target groups: named sets of contacts and accounts, imported from a HubSpot list or kept by hand."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from storage.columns import BigId, Moment


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


class StagedMember(SQLModel, table=True):
    """A member of the HubSpot list as a pass that is under way has read it so far."""

    __tablename__ = "staged_member"

    group_id: int = Field(foreign_key="target_group.id", primary_key=True, sa_type=BigId)
    hubspot_id: str = Field(primary_key=True)
