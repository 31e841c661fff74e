"""The HubSpot portal that this installation belongs to, kept at first contact."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import update
from sqlmodel import Field, Session, SQLModel, col, select

from decisions.mendable import Mendable
from storage.bulk import insert_missing
from storage.columns import Moment

UI_DOMAIN: Final = "app.hubspot.com"


class Portal(SQLModel, table=True):
    __tablename__ = "portal"

    portal_id: str = Field(primary_key=True)
    time_zone: str | None = Field(default=None)
    ui_domain: str = Field(default=UI_DOMAIN)
    since: datetime = Field(sa_type=Moment)
    v3_since: datetime | None = Field(default=None, sa_type=Moment, description="first proof by signature v3")


@dataclass(frozen=True, slots=True)
class PresentPortal:
    """`time_zone` is an IANA name. `v3_since`: from then on only proofs by signature v3 count."""

    portal_id: str
    time_zone: str | None
    ui_domain: str
    v3_since: datetime | None

    def contact_url(self, hubspot_id: str) -> str:
        """Where people open that contact in HubSpot."""
        return f"https://{self.ui_domain}/contacts/{self.portal_id}/record/0-1/{hubspot_id}"


@dataclass(eq=False)  # Python writes to an exception's attributes while it is raised
class OtherPortal(Mendable):
    """
    The token belongs to another HubSpot portal than everything in this database.

    Put a token of the kept portal into HUBSPOT_ACCESS_TOKEN, or give FOOTLIGHT_DATABASE_URL a new database.
    """

    kept: str
    told: str

    def __str__(self) -> str:
        return (
            f"this database belongs to HubSpot portal {self.kept}, the token to portal {self.told}: put a token of "
            f"{self.kept} into HUBSPOT_ACCESS_TOKEN, or give FOOTLIGHT_DATABASE_URL a new database"
        )


def present(session: Session) -> PresentPortal | None:
    """The portal, once there was contact with one."""
    row = session.exec(select(Portal)).first()
    return PresentPortal(row.portal_id, row.time_zone, row.ui_domain, row.v3_since) if row else None


def zone(session: Session, chosen: str | None) -> ZoneInfo:
    """Of days and of times without offset: the `chosen` one, else the portal's, if this machine knows it, else UTC."""
    found = None if chosen else present(session)
    try:
        return ZoneInfo(chosen or (found.time_zone if found else None) or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def remember(
    session: Session, portal_id: str, *, now: datetime, time_zone: str | None = None, ui_domain: str | None = None
) -> PresentPortal:
    """
    The token's portal becomes this installation's, or is it already; what is told of it is renewed.

    Raises:
        OtherPortal
    """
    row = session.exec(select(Portal)).first()
    if row is None:
        # Another process may have been first.
        insert_missing(session, Portal, [{"portal_id": portal_id, "ui_domain": UI_DOMAIN, "since": now}])
        row = session.exec(select(Portal)).one()
    if row.portal_id != portal_id:
        raise OtherPortal(row.portal_id, portal_id)
    row.time_zone = time_zone or row.time_zone
    row.ui_domain = ui_domain or row.ui_domain
    session.flush()
    return PresentPortal(row.portal_id, row.time_zone, row.ui_domain, row.v3_since)


def note_v3(session: Session, now: datetime) -> None:
    """HubSpot has proven itself by signature v3: older ones are worth nothing any more."""
    session.execute(update(Portal).where(col(Portal.v3_since).is_(None)).values(v3_since=now))
