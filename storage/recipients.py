"""Recipients: who stands behind the addresses of a batch, as far as the choice of a banner and the count must know."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from msgspec import Struct
from sqlmodel import Session

from decisions.addresses import account_domain, domain_of
from decisions.who_sees_what import Recipient
from storage import aggregate_only
from storage.accounts import account_ids
from storage.addresses import Known, keep_addresses, known_addresses
from storage.bulk import read_rows
from storage.opt_outs import Hasher, opted_out


class Who(Struct, frozen=True):
    """
    A recipient.

    `address_id` is None where nothing may be recorded of them: opted out, one of our own people, nobody named, or
    `only_in_groups`: counted, and no event kept.
    """

    address_id: int | None
    contact_id: int | None
    is_counted: bool
    seen_as: Recipient
    only_in_groups: bool = False


class Named(Struct, frozen=True):
    """Whom a token names: one address, or for a mail to several people the account domain they share, or nobody."""

    email: str | None
    account_domain: str | None

    @property
    def domain(self) -> str | None:
        """The domain by which they may be told where the store cannot be asked."""
        return domain_of(self.email) if self.email else self.account_domain


def look_up(session: Session, named: Collection[Named], *, own: frozenset[str]) -> dict[Named, Recipient]:
    """As whom they see campaigns; nothing is kept, so it may be asked for people of whom nothing came yet."""
    known = known_addresses(session, [one.email for one in named if one.email])
    shared = account_ids(session, {domain for one in named if (domain := account_domain(one.domain or ""))})
    groups = _groups(session, known.values(), shared.values())
    return {one: _who(one, known, {}, groups, shared, own, _NOBODY).seen_as for one in named}


def resolve(
    session: Session, named: Collection[Named], *, hasher: Hasher, own: frozenset[str], now: datetime
) -> dict[Named, Who]:
    """
    Who they are; addresses never seen before are kept, unless they are opted out, our own or counted only in groups.

    Args:
        own: our own domains.
    """
    emails = sorted({one.email for one in named if one.email})
    untracked = opted_out(session, emails, hasher) | {email for email in emails if domain_of(email) in own}
    counted_in = _only_in_groups(session, [email for email in emails if email not in untracked])
    unnamed = untracked | counted_in.emails
    known = keep_addresses(session, [email for email in emails if email not in unnamed], now=now)
    silent = known_addresses(session, sorted(unnamed)) if unnamed else {}
    shared = account_ids(session, _domains(named, unnamed))
    groups = _groups(session, (*known.values(), *silent.values()), shared.values())
    return {one: _who(one, known, silent, groups, shared, own, counted_in) for one in named}


@dataclass(frozen=True, slots=True)
class OnlyInGroups:
    """The target groups whose members are counted only in groups, and which of a batch's addresses are of these."""

    group_ids: frozenset[int]
    emails: frozenset[str]


_NOBODY: Final = OnlyInGroups(frozenset(), frozenset())


def _only_in_groups(session: Session, emails: Collection[str]) -> OnlyInGroups:
    group_ids = aggregate_only.group_ids(session)
    return OnlyInGroups(group_ids, frozenset(aggregate_only.emails_among(session, emails))) if group_ids else _NOBODY


@dataclass(frozen=True, slots=True)
class Groups:
    """Target groups by the contacts and the accounts that are in them, and the addresses that wait for a contact."""

    by_contact: dict[int, set[int]]
    by_account: dict[int, set[int]]
    by_address: dict[int, set[int]]

    def of(self, address: Known) -> frozenset[int]:
        """Those that somebody is in, as a contact or until then by their address, or by their account."""
        own = self.by_address.get(address.id) if address.contact_id is None else self.by_contact.get(address.contact_id)
        return self.of_account(address.account_id).union(own or ())

    def of_account(self, account_id: int | None) -> frozenset[int]:
        """Those that everybody of an account is in."""
        return frozenset(self.by_account.get(account_id or 0, ()))


def _who(
    one: Named,
    known: dict[str, Known],
    silent: dict[str, Known],
    groups: Groups,
    shared: dict[str, int],
    own: frozenset[str],
    counted_in: OnlyInGroups,
) -> Who:
    if one.email is None:
        return _one_of_several(one.account_domain, groups, shared, own, counted_in)
    address = known.get(one.email) or silent.get(one.email)
    is_own, only_in_groups = domain_of(one.email) in own, one.email in counted_in.emails
    if address is None:
        account_id = shared.get(account_domain(one.email) or "")
        seen_as = Recipient(groups.of_account(account_id), account_id, is_own)
        return Who(None, None, only_in_groups, seen_as, only_in_groups)
    is_named = one.email in known
    return Who(
        address.id if is_named else None,
        address.contact_id,
        is_named or only_in_groups,
        Recipient(groups.of(address), address.account_id, is_own),
        only_in_groups,
    )


def _one_of_several(
    shared_domain: str | None,
    groups: Groups,
    shared: dict[str, int],
    own: frozenset[str],
    counted_in: OnlyInGroups,
) -> Who:
    """Somebody of those who got one copy of a mail; all that is told of them is the account domain they share."""
    account_id = shared.get(shared_domain) if shared_domain else None
    member_of = groups.of_account(account_id)
    is_own = shared_domain is not None and shared_domain in map(account_domain, own)
    return Who(None, None, not is_own, Recipient(member_of, account_id), bool(member_of & counted_in.group_ids))


def _domains(named: Collection[Named], untracked: set[str]) -> set[str]:
    shared = {
        one.account_domain if one.email is None else account_domain(one.email)
        for one in named
        if one.email is None or one.email in untracked
    }
    return {domain for domain in shared if domain}


def _groups(session: Session, known: Iterable[Known], shared: Iterable[int]) -> Groups:
    people = list(known)
    contacts = {one.contact_id for one in people if one.contact_id is not None}
    accounts = {one.account_id for one in people if one.account_id is not None} | set(shared)
    nobodys = {one.id for one in people if one.contact_id is None}
    return Groups(
        _members(session, _CONTACTS_IN, contacts),
        _members(session, _ACCOUNTS_IN, accounts),
        _members(session, _ADDRESSES_IN, nobodys),
    )


def _members(session: Session, query: str, ids: Collection[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    if ids:
        for member, group_id in read_rows(session, query, [(id_,) for id_ in ids], ("bigint",)):
            found.setdefault(member, set()).add(group_id)
    return found


# Groups as they are shown: what a pass prepares meanwhile is not seen (see target_groups.is_shown).
_SHOWN: Final = """
    JOIN target_group ON target_group.id = member.group_id
    AND (member.edition BETWEEN 0 AND target_group.edition OR member.edition < -target_group.edition)
    """
_CONTACTS_IN: Final = f"""
    SELECT contact_id, group_id FROM {{asked}} JOIN group_member AS member ON contact_id = c1 {_SHOWN}
    """  # noqa: S608
_ACCOUNTS_IN: Final = f"""
    SELECT account_id, group_id FROM {{asked}} JOIN group_account AS member ON account_id = c1 {_SHOWN}
    """  # noqa: S608
_ADDRESSES_IN: Final = "SELECT address_id, group_id FROM {asked} JOIN group_address ON address_id = c1"
