"""Senders: the employees whose signatures carry banners."""

from collections.abc import Collection, Iterable
from typing import Final

from sqlmodel import Field, Session, SQLModel

from decisions.addresses import account_domain, domain_of
from storage.bulk import insert_missing, read_rows
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
    return frozenset(filter(is_own, session.connection().exec_driver_sql(_DOMAINS).scalars()))


def is_own(domain: str) -> bool:
    """Whether the people of a sender's domain are our own: not where everybody may have an address."""
    return account_domain(domain) is not None


def _ids(session: Session, emails: Collection[str]) -> dict[str, int]:
    rows = read_rows(session, _IDS, [(email,) for email in emails], ("text",))
    return dict(map(tuple, rows))


_IDS: Final = "SELECT email, id FROM {asked} JOIN sender ON email = c1"
_DOMAINS: Final = "SELECT DISTINCT domain FROM sender"
