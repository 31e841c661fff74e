"""Companies: what HubSpot calls a contact's employer. Several domains of one company are one account."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, literal, update
from sqlmodel import Field, Session, SQLModel, col, select

from decisions.addresses import NotAnAddress, account_domain, normalise_domain
from decisions.outside_text import clean
from storage import account_activities, accounts, campaigns, follows
from storage.accounts import Account, AccountDomain
from storage.addresses import Address
from storage.bulk import insert_missing
from storage.campaigns import CampaignAccount
from storage.columns import EPOCH, BigId, Json, Moment
from storage.contacts import Contact
from storage.target_groups import GroupAccount, merge_members


class Company(SQLModel, table=True):
    """A HubSpot company. Until HubSpot was asked about it, it has no name, and `asked_at` is 1970."""

    __tablename__ = "company"

    hubspot_id: str = Field(primary_key=True)
    name: str
    domains: list[str] = Field(default_factory=list, sa_type=Json, description="normalised, the main one first")
    account_id: int | None = Field(default=None, foreign_key="account.id", index=True, sa_type=BigId)
    industry: str | None = Field(default=None)
    size: str | None = Field(default=None)
    deleted_at: datetime | None = Field(default=None, sa_type=Moment)
    asked_at: datetime = Field(sa_type=Moment, index=True)


@dataclass(frozen=True, slots=True)
class CompanyState:
    """A company as HubSpot answered; `domains` are registrable or not, the first is the main one."""

    hubspot_id: str
    asked_at: datetime
    name: str
    domains: tuple[str, ...] = ()
    industry: str | None = None
    size: str | None = None
    is_deleted: bool = False


LONGEST_TEXT = 500


def store_companies(session: Session, states: Sequence[CompanyState]) -> frozenset[str]:
    """
    Make companies equal to HubSpot's answers, and one account of the domains that each names; which changed.

    An older answer never overwrites a younger one. Domains that a company no longer names stay with the account.
    """
    youngest = {state.hubspot_id: state for state in sorted(states, key=lambda state: state.asked_at)}
    keep_companies(session, youngest)
    rows = session.exec(select(Company).where(col(Company.hubspot_id).in_(youngest))).all()
    changed = [row for row in rows if _apply(row, youngest[row.hubspot_id])]
    session.flush()
    for row in sorted(changed, key=lambda row: row.hubspot_id):
        domains = [registrable for domain in row.domains if (registrable := account_domain(domain))]
        if domains and row.deleted_at is None:
            row.account_id = join_accounts(session, domains, name=row.name)
    session.flush()
    return frozenset(row.hubspot_id for row in changed)


def accounts_of(session: Session, hubspot_ids: Collection[str]) -> list[int]:
    """The accounts of these companies, by our own ids, each once."""
    query = select(Company.account_id).where(col(Company.hubspot_id).in_(hubspot_ids))
    return sorted({account_id for account_id in session.exec(query) if account_id is not None})


def keep_companies(session: Session, hubspot_ids: Iterable[str]) -> None:
    """Make nameless rows of those `hubspot_ids` that are new, so that contacts can point at them."""
    rows = [{"hubspot_id": id_, "name": "", "domains": [], "asked_at": EPOCH} for id_ in sorted(set(hubspot_ids))]
    insert_missing(session, Company, rows)


def companies_to_ask(session: Session, limit: int = 100) -> tuple[str, ...]:
    """Ids of companies that contacts named and HubSpot was never asked about."""
    query = select(Company.hubspot_id).where(col(Company.asked_at) == EPOCH).order_by(col(Company.hubspot_id))
    return tuple(session.exec(query.limit(limit)))


def known_companies(session: Session, hubspot_ids: Collection[str]) -> set[str]:
    """Those of these companies that contacts of ours named, or a target group holds."""
    return set(session.exec(select(Company.hubspot_id).where(col(Company.hubspot_id).in_(hubspot_ids))))


def lead_to(session: Session, merged: Mapping[str, str], *, now: datetime) -> None:
    """Companies were merged into others, by their ids: contacts follow, and the old ones count as deleted."""
    keep_companies(session, merged.values())
    for old, new in sorted(merged.items()):
        session.execute(update(Contact).where(col(Contact.company_id) == old).values(company_id=new))
        session.execute(update(Company).where(col(Company.hubspot_id) == old).values(deleted_at=now, asked_at=now))


def _apply(row: Company, state: CompanyState) -> bool:
    """Whether anything but the moment changed."""
    if state.asked_at < row.asked_at:
        return False
    row.asked_at = state.asked_at
    values = {
        "name": clean(state.name, LONGEST_TEXT),
        "domains": list(dict.fromkeys(filter(None, map(_domain, state.domains)))),
        "industry": state.industry and clean(state.industry, LONGEST_TEXT),
        "size": state.size and clean(state.size, LONGEST_TEXT),
        "deleted_at": (row.deleted_at or state.asked_at) if state.is_deleted else None,
    }
    news = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in news.items():
        setattr(row, name, value)
    return bool(news)


def _domain(text: str) -> str | None:
    """What an employee typed into HubSpot need not be a domain."""
    try:
        return normalise_domain(text)
    except NotAnAddress:
        return None


def join_accounts(session: Session, domains: Sequence[str], *, name: str) -> int:
    """
    One account, called `name`, of these registrable domains and of all that shared an account with one of them.

    The oldest account stays; its id is the answer. With an empty `name` it keeps its own.
    """
    found = sorted({accounts.require_account(session, domain) for domain in domains})
    kept, *others = found
    if others:
        _move(session, others, kept)
        campaigns.changed(session)
    if name:
        session.execute(update(Account).where(col(Account.id) == kept).values(name=name))
    return kept


def _move(session: Session, others: Sequence[int], kept: int) -> None:
    session.execute(update(AccountDomain).where(col(AccountDomain.account_id).in_(others)).values(account_id=kept))
    session.execute(update(Company).where(col(Company.account_id).in_(others)).values(account_id=kept))
    session.execute(update(Address).where(col(Address.account_id).in_(others)).values(account_id=kept))
    _move_assignments(session, others, kept)
    merge_members(session, GroupAccount, "account_id", others, kept)
    follows.move_accounts(session, others, kept)
    account_activities.lead_to(session, others, kept)
    session.execute(delete(Account).where(col(Account.id).in_(others)))


def _move_assignments(session: Session, others: Sequence[int], kept: int) -> None:
    held = select(CampaignAccount.campaign_id).where(col(CampaignAccount.account_id) == kept)
    moved = (
        select(CampaignAccount.campaign_id, literal(kept))
        .where(col(CampaignAccount.account_id).in_(others), col(CampaignAccount.campaign_id).not_in(held))
        .distinct()
    )
    session.execute(insert(CampaignAccount).from_select(["campaign_id", "account_id"], moved))
    session.execute(delete(CampaignAccount).where(col(CampaignAccount.account_id).in_(others)))
