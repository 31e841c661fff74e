"""Owners: the HubSpot users to whom contacts belong."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, update
from sqlmodel import Field, Session, SQLModel, col, select

from decisions.outside_text import clean
from storage.bulk import insert_missing


class Owner(SQLModel, table=True):
    """A HubSpot user who owns contacts; without a name until HubSpot told it."""

    __tablename__ = "owner"

    hubspot_id: str = Field(primary_key=True)
    name: str
    email: str | None = Field(default=None)
    is_archived: bool = Field(default=False)


@dataclass(frozen=True, slots=True)
class OwnerState:
    """An owner as HubSpot answered."""

    hubspot_id: str
    name: str
    email: str | None
    is_archived: bool


LONGEST_NAME = 200


def store_owners(session: Session, states: Sequence[OwnerState]) -> int:
    """Make owners equal to HubSpot's answers; how many changed."""
    told = {state.hubspot_id: state for state in states}
    keep_owners(session, told)
    rows = session.exec(select(Owner).where(col(Owner.hubspot_id).in_(told))).all()
    changed = sum(_apply(row, told[row.hubspot_id]) for row in rows)
    session.flush()
    return changed


def keep_owners(session: Session, hubspot_ids: Iterable[str]) -> None:
    """Make nameless rows of those `hubspot_ids` that are new, so that contacts can point at them."""
    insert_missing(
        session, Owner, [{"hubspot_id": id_, "name": "", "is_archived": False} for id_ in sorted(set(hubspot_ids))]
    )


def owners_to_ask(session: Session) -> bool:
    """Whether contacts name an owner whom HubSpot's list of owners did not tell yet."""
    return session.exec(select(Owner.hubspot_id).where(*_NOT_TOLD).limit(1)).first() is not None


def store_all_owners(session: Session, states: Sequence[OwnerState]) -> int:
    """`store_owners` with HubSpot's whole list: who is not in it will never be told, and counts as archived."""
    changed = store_owners(session, states)
    session.execute(update(Owner).where(*_NOT_TOLD).values(is_archived=True))
    return changed


_NOT_TOLD: Final = (col(Owner.name) == "", ~col(Owner.is_archived))


def owner_names(session: Session, hubspot_ids: Iterable[str]) -> dict[str, str]:
    """The names of owners, as far as they are known."""
    query = select(Owner.hubspot_id, Owner.name).where(col(Owner.hubspot_id).in_(set(hubspot_ids)), Owner.name != "")
    return dict(session.exec(query).all())


def ids_of_name(session: Session, name: str) -> list[str]:
    """The ids of the owners who are called that, in any case."""
    query = select(Owner.hubspot_id, Owner.name).where(Owner.name != "")
    return [id_ for id_, called in session.exec(query) if called.casefold() == name.strip().casefold()]


def names_by_email(session: Session, emails: Iterable[str]) -> dict[str, str]:
    """The names of the HubSpot users who have these normalised addresses, as far as they are known."""
    email = func.lower(col(Owner.email))
    # Who left and came back stands there twice; the live one goes last, and wins.
    query = select(email, Owner.name).where(email.in_(set(emails)), Owner.name != "")
    return dict(session.exec(query.order_by(col(Owner.is_archived).desc(), col(Owner.hubspot_id))).all())


def _apply(row: Owner, state: OwnerState) -> bool:
    values = {
        "name": clean(state.name, LONGEST_NAME),
        "email": state.email and clean(state.email, LONGEST_NAME),
        "is_archived": state.is_archived,
    }
    news = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in news.items():
        setattr(row, name, value)
    return bool(news)
