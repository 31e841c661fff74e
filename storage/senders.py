"""Senders: the employees whose signatures carry banners."""

from collections.abc import Iterable

from sqlmodel import Field, Session, SQLModel, col, select

from decisions.addresses import domain_of
from storage.columns import BigId


class Sender(SQLModel, table=True):
    __tablename__ = "sender"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    email: str = Field(unique=True, description="normalised")
    domain: str = Field(index=True, description="its domains are our own, unless the settings name them")


def keep_senders(session: Session, emails: Iterable[str]) -> dict[str, int]:
    """The ids of senders by their normalised addresses, made where they are new."""
    wanted = sorted(set(emails))
    known = dict(session.exec(select(Sender.email, Sender.id).where(col(Sender.email).in_(wanted))).all())
    for email in wanted:
        if email not in known:
            made = Sender(email=email, domain=domain_of(email))
            session.add(made)
            session.flush()
            known[email] = made.id
    return {email: id_ for email, id_ in known.items() if id_ is not None}


def own_domains(session: Session) -> frozenset[str]:
    """The domains that our senders write from."""
    return frozenset(session.exec(select(Sender.domain).distinct()))
