"""Accounts: the addresses of one registrable domain, or of several domains that one HubSpot company names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert
from sqlmodel import Field, Session, SQLModel, col, select

from decisions.addresses import account_domain
from decisions.mendable import Mendable
from storage.bulk import insert_missing
from storage.columns import BigId


class Account(SQLModel, table=True):
    __tablename__ = "account"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    name: str = Field(description="its first domain, or the HubSpot company's name")


class AccountDomain(SQLModel, table=True):
    __tablename__ = "account_domain"

    domain: str = Field(primary_key=True, description="registrable, in IDNA A-form")
    account_id: int = Field(foreign_key="account.id", index=True, sa_type=BigId)


@dataclass(eq=False)  # Python writes to an exception's attributes while it is raised
class NoAccount(Mendable):
    """A free-mail domain or a public suffix makes no account: name the company's own domain."""

    domain: str

    def __str__(self) -> str:
        return f"{self.domain} makes no account: {NoAccount.__doc__}"


def account_ids(session: Session, domains: Iterable[str]) -> dict[str, int]:
    """The accounts of registrable `domains`, as far as there are any."""
    wanted = tuple(domains)
    if not wanted:
        return {}
    query = select(AccountDomain.domain, AccountDomain.account_id)
    return dict(session.exec(query.where(col(AccountDomain.domain).in_(wanted))).all())


def keep_accounts(session: Session, domains: Iterable[str]) -> dict[str, int | None]:
    """The accounts that these (sub)domains belong to, made where they are new; None where there can be none."""
    registrable = {domain: account_domain(domain) for domain in domains}
    wanted = {name for name in registrable.values() if name}
    known = account_ids(session, wanted)
    if new := sorted(wanted - known.keys()):
        known |= _make(session, new)
    return {domain: known[name] if name else None for domain, name in registrable.items()}


def name_of(session: Session, account_id: int) -> str | None:
    """What an account is called; None: there is none with this id."""
    return session.exec(select(Account.name).where(Account.id == account_id)).first()


def require_account(session: Session, domain: str) -> int:
    """
    The account that a (sub)domain belongs to, made when it is new.

    Raises:
        NoAccount
    """
    account_id = keep_accounts(session, [domain])[domain]
    if account_id is None:
        raise NoAccount(domain)
    return account_id


def _make(session: Session, registrable: Sequence[str]) -> dict[str, int]:
    returning = insert(Account).returning(col(Account.id), col(Account.name))
    ids = {name: id_ for id_, name in session.execute(returning, [{"name": name} for name in registrable])}
    rows = [{"domain": name, "account_id": ids[name]} for name in registrable]
    insert_missing(session, AccountDomain, rows)
    made = account_ids(session, registrable)
    if in_vain := ids.keys() - {name for name, id_ in made.items() if id_ == ids[name]}:  # another process was first
        session.execute(delete(Account).where(col(Account.id).in_([ids[name] for name in in_vain])))
    return made
