"""Senders: the employees whose signatures carry banners."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import bindparam, select
from sqlmodel import Field, Session, SQLModel, col

from decisions.addresses import account_domain, domain_of
from storage.bulk import insert_missing
from storage.columns import BigId


class Sender(SQLModel, table=True):
    __tablename__ = "sender"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    email: str = Field(unique=True, description="normalised")
    domain: str = Field(index=True, description="its domains are our own, unless the settings name them")


def keep_senders(session: Session, emails: Iterable[str]) -> dict[str, int]:
    """The ids of senders by their normalised addresses, made where they are new."""
    wanted = set(emails)
    known = _ids(session, wanted)
    new = sorted(wanted - known.keys())
    if not new:
        return known
    insert_missing(session, Sender, [{"email": email, "domain": domain_of(email)} for email in new])
    return known | _ids(session, new)


def own_domains(session: Session) -> frozenset[str]:
    """The domains that our senders write from; a free-mail domain is nobody's own."""
    return frozenset(filter(is_own, session.connection().execute(_DOMAINS).scalars()))


def is_own(domain: str) -> bool:
    """Whether the people of a sender's domain are our own: not where everybody may have an address."""
    return account_domain(domain) is not None


def _ids(session: Session, emails: Iterable[str]) -> dict[str, int]:
    rows = session.connection().execute(_IDS, {"emails": tuple(emails)})
    return {email: id_ for email, id_ in rows if id_ is not None}


_IDS: Final = select(col(Sender.email), col(Sender.id)).where(
    col(Sender.email).in_(bindparam("emails", expanding=True))
)
_DOMAINS: Final = select(col(Sender.domain)).distinct()
