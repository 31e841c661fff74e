"""Full passes: the nightly proof that nothing here has drifted from HubSpot, and what had."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Field, Session, SQLModel, col, select

from storage.columns import BigId, Moment
from storage.companies import Company
from storage.contacts import Contact, ContactId

# A pass that was cut off is taken up where it stood; after that long it begins anew.
TAKEN_UP_WITHIN: Final = timedelta(hours=12)
_ZERO: Final = {"server_default": "0"}


class FullPass(SQLModel, table=True):
    """One walk over everything that we hold; it is at `after_contact` as long as it has not ended."""

    __tablename__ = "full_pass"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    began_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    after_contact: int = Field(default=0, sa_type=BigId, description="contacts up to this id of ours are done")
    contacts: int = Field(default=0)
    drifted: int = Field(default=0, description="contacts that HubSpot holds otherwise than we did")
    deleted: int = Field(default=0, description="of those: deleted in HubSpot, and no webhook had said so")
    companies: int = Field(default=0)
    companies_drifted: int = Field(default=0)
    lists: int = Field(default=0, sa_column_kwargs=_ZERO, description="imported lists that were read whole")
    lists_drifted: int = Field(default=0, sa_column_kwargs=_ZERO, description="of those: members came or went unseen")
    lists_unequal: int = Field(default=0, sa_column_kwargs=_ZERO, description="of those: HubSpot tells another size")
    trouble: str | None = Field(default=None)


@dataclass(frozen=True, slots=True)
class Drift:
    """What a full pass found beside contacts, as counted in `FullPass`."""

    companies: int
    companies_drifted: int
    lists: int
    lists_drifted: int
    lists_unequal: int


@dataclass(frozen=True, slots=True)
class PassView:
    """A full pass as people see it."""

    began_at: datetime
    ended_at: datetime | None
    contacts: int
    drifted: int
    deleted: int
    companies: int
    companies_drifted: int
    trouble: str | None
    lists: int = 0
    lists_drifted: int = 0
    lists_unequal: int = 0


def newest(session: Session) -> PassView | None:
    """The last pass, under way or ended."""
    row = _newest(session)
    return _view(row) if row else None


def begin(session: Session, *, now: datetime) -> int:
    """The pass to make: the one that was cut off, or a new one. Its id."""
    row = _newest(session)
    if row is None or row.ended_at is not None or row.began_at < now - TAKEN_UP_WITHIN:
        row = FullPass(began_at=now)
        session.add(row)
    row.trouble = None
    session.flush()
    assert row.id is not None
    return row.id


def next_contacts(session: Session, pass_id: int, limit: int) -> tuple[list[str], int]:
    """The present HubSpot ids of the next contacts, and our id of the last of them."""
    after = session.get_one(FullPass, pass_id).after_contact
    query = (
        select(ContactId.hubspot_id, Contact.id)
        .join(Contact, col(Contact.id) == col(ContactId.contact_id))
        .where(col(ContactId.is_present), col(Contact.id) > after, col(Contact.hidden_at).is_(None))
        .order_by(col(Contact.id))
        .limit(limit)
    )
    rows = session.exec(query).all()
    return [hubspot_id for hubspot_id, _ in rows], (rows[-1][1] or after) if rows else after


def next_companies(session: Session, after: str, limit: int) -> list[str]:
    """The ids of the next companies, in the order of their text."""
    query = select(Company.hubspot_id).where(Company.hubspot_id > after).order_by(col(Company.hubspot_id))
    return list(session.exec(query.limit(limit)))


def live_among(session: Session, hubspot_ids: list[str]) -> int:
    """How many of these contacts are not deleted for us."""
    query = select(ContactId.hubspot_id).join(Contact, col(Contact.id) == col(ContactId.contact_id))
    live = query.where(col(ContactId.hubspot_id).in_(hubspot_ids), col(Contact.deleted_at).is_(None))
    return len(session.exec(live).all())


def note_contacts(session: Session, pass_id: int, up_to: int, *, contacts: int, drifted: int, deleted: int) -> None:
    """A part of the contacts is done."""
    row = session.get_one(FullPass, pass_id)
    row.after_contact = up_to
    row.contacts, row.drifted, row.deleted = row.contacts + contacts, row.drifted + drifted, row.deleted + deleted
    session.flush()


def end(session: Session, pass_id: int, drift: Drift, *, now: datetime) -> PassView:
    """The pass is done."""
    row = session.get_one(FullPass, pass_id)
    for name in Drift.__slots__:
        setattr(row, name, getattr(drift, name))
    row.ended_at = now
    session.flush()
    return _view(row)


def note_trouble(session: Session, pass_id: int, trouble: str) -> None:
    """It stopped, and why; the next run takes it up where it stands."""
    session.get_one(FullPass, pass_id).trouble = trouble
    session.flush()


def _newest(session: Session) -> FullPass | None:
    return session.exec(select(FullPass).order_by(col(FullPass.id).desc()).limit(1)).first()


def _view(row: FullPass) -> PassView:
    return PassView(**{name: getattr(row, name) for name in PassView.__slots__})
