"""The account card: what people are told of one account, its people, what they did, and since when more or less."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, and_, case, func, or_, select, type_coerce
from sqlmodel import Session, col

from decisions.performance import click_rate
from storage import aggregate_only, opt_outs, performance_report
from storage.accounts import Account, AccountDomain
from storage.addresses import Address
from storage.contact_search import hits
from storage.contacts import Contact
from storage.leads import ENDS, Lead
from storage.opt_outs import Hasher
from storage.performance import Counter, Performance
from storage.performance_report import Report
from storage.selections import of_account
from storage.trend import Step, trend


@dataclass(frozen=True, slots=True)
class AccountPerson:
    """
    Somebody of an account: a contact, or a lead. The performance is that of their addresses in it, so that they add up.

    `email` is a contact's primary address. `is_opted_out`: nothing was recorded since. `counted_only_in_groups`: there
    are no numbers of them alone.
    """

    contact_id: int | None
    lead_id: int | None
    name: str
    email: str | None
    performance: Performance
    is_opted_out: bool
    counted_only_in_groups: bool = False


@dataclass(frozen=True, slots=True)
class AccountCard:
    """
    An account as it is shown. `people` are a page of `people_total`, after `skipped`, the most interested first.

    `report` holds what everybody at its addresses did, whom nobody shows any more too; `weeks` the last ones.
    `counted_only_in_groups`: everybody there is.
    """

    id: int
    name: str
    domains: tuple[str, ...]
    report: Report
    people: tuple[AccountPerson, ...]
    people_total: int
    skipped: int
    weeks: tuple[Step, ...]
    counted_only_in_groups: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Which of an account's people: at most `limit` after the first `skipped`."""

    skipped: int
    limit: int


def account_card(
    session: Session, account_id: int, page: Page, hasher: Hasher, *, weeks: Sequence[date], zone: ZoneInfo
) -> AccountCard | None:
    """
    The card of an account; None when it is gone, as it became one with another.

    Args:
        weeks: the days between which weeks are told, on the clocks of `zone`.
    """
    name = session.execute(select(col(Account.name)).where(col(Account.id) == account_id)).scalar()
    if name is None:
        return None
    domains = select(col(AccountDomain.domain)).where(col(AccountDomain.account_id) == account_id)
    scope, in_groups = of_account(account_id), aggregate_only.is_account(session, account_id)
    return AccountCard(
        id=account_id,
        name=name,
        domains=tuple(session.execute(domains.order_by(col(AccountDomain.domain))).scalars()),
        report=performance_report.report(session, scope),
        people=_people(session, account_id, page, hasher),
        people_total=session.execute(
            select(func.count()).select_from(_people_of(account_id).with_only_columns(_KEY).subquery())
        ).scalar_one(),
        skipped=page.skipped,
        weeks=() if in_groups else trend(session, scope, weeks, zone),
        counted_only_in_groups=in_groups,
    )


# A contact with all its addresses, else an address that is a lead's.
_KEY: Final = func.coalesce(col(Address.contact_id), -col(Address.id))
_CLICKS: Final = func.coalesce(func.sum(col(Counter.clicks)), 0)
_VIEWS: Final = func.coalesce(func.sum(col(Counter.views)), 0)
_LAST: Final = func.max(col(Counter.last_click_at))
_SHOWN: Final = or_(
    and_(col(Contact.id).is_not(None), col(Contact.hidden_at).is_(None)),
    and_(col(Contact.id).is_(None), col(Lead.id).is_not(None), col(Lead.stage).not_in(ENDS)),
)


def _people_of(account_id: int) -> Any:
    lead_id = func.max(case((col(Address.contact_id).is_(None), col(Lead.id))))
    return (
        select(func.max(col(Address.contact_id)), lead_id, func.min(col(Address.email)), _VIEWS, _CLICKS, _LAST)
        .select_from(Address)
        .outerjoin(Counter, col(Counter.address_id) == col(Address.id))
        .outerjoin(Contact, col(Contact.id) == col(Address.contact_id))
        .outerjoin(Lead, col(Lead.address_id) == col(Address.id))
        .where(col(Address.account_id) == account_id, _SHOWN)
        .group_by(_KEY)
    )


def _people(session: Session, account_id: int, page: Page, hasher: Hasher) -> tuple[AccountPerson, ...]:
    order = (_CLICKS.desc(), func.coalesce(type_coerce(_LAST, BigInteger), 0).desc(), _VIEWS.desc(), _KEY.desc())
    rows = session.execute(_people_of(account_id).order_by(*order).limit(page.limit).offset(page.skipped)).all()
    known = {hit.contact_id: hit for hit in hits(session, [contact_id for contact_id, *_ in rows if contact_id])}
    people = []
    for contact_id, lead_id, email, views, clicks, last_at in rows:
        hit = known.get(contact_id)
        shown = hit.email if hit else email
        performance = Performance(int(views), int(clicks), click_rate=click_rate(views, clicks), last_click_at=last_at)
        told = (contact_id, lead_id, hit.name if hit else "", shown, performance)
        people.append((told, {each for each in (shown, email) if each}))
    gone = opt_outs.opted_out(session, {each for _, emails in people for each in emails}, hasher)
    in_groups = aggregate_only.emails_among(session, {each for _, emails in people for each in emails})
    return tuple(
        _told(AccountPerson(*told, bool(emails & gone)), in_groups=bool(emails & in_groups)) for told, emails in people
    )


def _told(person: AccountPerson, *, in_groups: bool) -> AccountPerson:
    return replace(person, performance=Performance(), counted_only_in_groups=True) if in_groups else person
