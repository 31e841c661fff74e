"""HubSpot's lists (it says "segments" to people): the catalogue from which target groups are imported."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Field, Session, SQLModel

from storage.columns import Moment

CONTACTS: Final = "0-1"
COMPANIES: Final = "0-2"


class HubSpotList(SQLModel, table=True):
    __tablename__ = "hubspot_list"

    list_id: str = Field(primary_key=True)
    name: str
    object_type_id: str = Field(description="0-1 contacts, 0-2 companies")
    size: int | None = Field(default=None)
    last_added_at: datetime | None = Field(default=None, sa_type=Moment)
    last_removed_at: datetime | None = Field(default=None, sa_type=Moment)
    deleted_at: datetime | None = Field(default=None, sa_type=Moment)
    asked_at: datetime = Field(sa_type=Moment)


@dataclass(frozen=True, slots=True)
class HubSpotListState:
    """A list as HubSpot answered; `size` lags behind the members, and may be missing."""

    list_id: str
    asked_at: datetime
    name: str
    object_type_id: str
    size: int | None = None
    last_added_at: datetime | None = None
    last_removed_at: datetime | None = None
    deleted_at: datetime | None = None


def keep_list(session: Session, state: HubSpotListState) -> None:
    """Keep the list as HubSpot answered, unless a younger answer stands already."""
    known = session.get(HubSpotList, state.list_id)
    if known is None or known.asked_at <= state.asked_at:
        session.merge(HubSpotList(**{name: getattr(state, name) for name in state.__slots__}))
        session.flush()
