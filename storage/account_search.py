"""Account search: which account somebody means by a domain, an address, or a company's name, misspelt ones too."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, select

from decisions.addresses import NotAnAddress, account_domain, domain_of, normalise_domain
from decisions.misspelt import Asked, patterns, rank
from decisions.outside_text import clean
from decisions.search import plain
from storage.accounts import Account, AccountDomain, account_ids
from storage.companies import Company
from storage.text_search import COMPARED, holds

LONGEST_QUERY: Final = 100


@dataclass(frozen=True, slots=True)
class AccountHit:
    """An account as a short list shows it."""

    id: int
    name: str
    domains: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccountsFound:
    """
    The best first. `is_suggestion`: none is called so, these look alike.

    `is_free_mail`: what was asked for is a domain that makes no account.
    """

    hits: tuple[AccountHit, ...] = ()
    is_suggestion: bool = False
    is_free_mail: bool = False


def find_accounts(session: Session, text: str, limit: int) -> AccountsFound:
    """An account's domain (any below it will do) or an address there finds it alone, else a part of its name."""
    asked = " ".join(clean(text, LONGEST_QUERY).split())
    if (domain := _domain(asked)) is not None:
        registrable = account_domain(domain)
        if registrable is None:
            return AccountsFound(is_free_mail=True)
        if found := account_ids(session, [registrable]):
            return AccountsFound(_hits(session, tuple(found.values())))
    words = plain(asked).split()
    if not words:
        return AccountsFound()
    if ids := _called(session, asked.split(), words[0], limit):
        return AccountsFound(_hits(session, ids))
    return AccountsFound(_hits(session, _alike(session, domain or asked, limit)), is_suggestion=True)


def _domain(text: str) -> str | None:
    try:
        return normalise_domain(domain_of(text))
    except NotAnAddress:
        return None


def _called(session: Session, words: Sequence[str], first: str, limit: int) -> tuple[int, ...]:
    """Whose name, company or domain holds every word; those that begin with the first word come first."""
    every = and_(*(_holds_word(word) for word in words))
    found = {id_: plain(name) for id_, name in session.execute(_NAMED.where(every).limit(COMPARED))}
    return tuple(sorted(found, key=lambda id_: (not found[id_].startswith(first), len(found[id_]), id_)))[:limit]


def _holds_word(word: str) -> Any:
    # SQLite folds the case of ASCII alone.
    spelt = {word, word.lower(), word.upper(), word.capitalize()}
    columns = (col(Account.name), col(Company.name), col(AccountDomain.domain))
    return or_(*(one.icontains(each, autoescape=True) for one in columns for each in sorted(spelt)))


def _alike(session: Session, text: str, limit: int) -> tuple[int, ...]:
    asked, told = Asked.of(text), func.lower(col(Account.name) + " " + col(AccountDomain.domain))
    for pattern in patterns(asked):
        rows = session.execute(_TOLD.where(holds(told, pattern)).limit(COMPARED))
        if ids := rank(asked, [(id_, plain(f"{name} {domain}")) for id_, name, domain in rows], limit):
            return ids
    return ()


_NAMED: Final = (
    select(Account.id, Account.name)
    .join(AccountDomain, col(AccountDomain.account_id) == col(Account.id))
    .outerjoin(Company, col(Company.account_id) == col(Account.id))
)
_TOLD: Final = select(Account.id, Account.name, AccountDomain.domain).join(
    AccountDomain, col(AccountDomain.account_id) == col(Account.id)
)


def _hits(session: Session, ids: Sequence[int]) -> tuple[AccountHit, ...]:
    """These accounts, in this order."""
    domains: dict[int, list[str]] = {}
    held = select(AccountDomain.account_id, AccountDomain.domain).where(col(AccountDomain.account_id).in_(ids))
    for id_, domain in session.exec(held.order_by(col(AccountDomain.domain))):
        domains.setdefault(id_, []).append(domain)
    named = dict(session.exec(select(Account.id, Account.name).where(col(Account.id).in_(ids))).all())
    return tuple(AccountHit(id_, named[id_], tuple(domains.get(id_, ()))) for id_ in ids if id_ in named)
