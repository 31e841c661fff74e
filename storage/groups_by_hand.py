"""Target groups kept by hand: people and companies that somebody puts in and takes out, by address and by domain."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import delete
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from decisions.mendable import Mendable
from decisions.outside_text import clean
from storage import audit, contact_search, opt_outs
from storage.accounts import Account, account_ids, keep_accounts
from storage.addresses import Address, keep_addresses
from storage.bulk import insert_missing
from storage.contacts import Contact, take_turns
from storage.opt_outs import Hasher, PersonKeys
from storage.sync_runs import DEAD_AFTER, PassLease, PassUnderWay
from storage.target_groups import GroupAccount, GroupAddress, GroupMember, TargetGroup, holder_of_name

LONGEST_NAME: Final = 200


class GroupFault(StrEnum):
    """What keeps a target group from being made or changed."""

    NO_NAME = "no_name"
    NAME_TAKEN = "name_taken"
    MIRRORS = "mirrors"
    GONE = "gone"
    RENAMED = "renamed"
    ONLY_IN_GROUPS = "only_in_groups"
    IN_A_CHANNEL = "in_a_channel"


class GroupRefused(Mendable):
    """It cannot be done to this target group; the text says why, and what to do."""

    def __init__(self, told: str, fault: GroupFault | None = None) -> None:
        super().__init__(told)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Members:
    """Members by our own ids; `addresses` are those that no contact has yet."""

    contacts: frozenset[int] = frozenset()
    accounts: frozenset[int] = frozenset()
    addresses: frozenset[int] = frozenset()

    def __or__(self, other: "Members") -> "Members":
        return self._each(other, frozenset.union)

    def __sub__(self, other: "Members") -> "Members":
        return self._each(other, frozenset.difference)

    def __and__(self, other: "Members") -> "Members":
        return self._each(other, frozenset.intersection)

    def __len__(self) -> int:
        return len(self.contacts) + len(self.accounts) + len(self.addresses)

    def _each(
        self, other: "Members", combined: Callable[[frozenset[int], frozenset[int]], frozenset[int]]
    ) -> "Members":
        return Members(*(combined(getattr(self, name), getattr(other, name)) for name in self.__slots__))

    def portions(self, size: int) -> "Iterator[Members]":
        """The same members, at most `size` of a kind at a time."""
        for name in self.__slots__:
            ids = sorted(getattr(self, name))
            for start in range(0, len(ids), size):
                yield Members(**{name: frozenset(ids[start : start + size])})


# Where each kind of member stands.
_PLACES: Final[dict[str, tuple[Any, Any]]] = {
    "contacts": (GroupMember, col(GroupMember.contact_id)),
    "accounts": (GroupAccount, col(GroupAccount.account_id)),
    "addresses": (GroupAddress, col(GroupAddress.address_id)),
}


@dataclass(frozen=True, slots=True)
class Meant:
    """
    Whom addresses and domains mean.

    `new_emails`: addresses that nothing is known of; `new_domains`: of companies nothing is known of. Nobody else is
    taken: `held_back` were erased, `opted_out` are known to nobody here and want to stay so, `deleted` are in HubSpot's
    bin.
    """

    members: Members = field(default_factory=Members)
    new_emails: tuple[str, ...] = ()
    new_domains: tuple[str, ...] = ()
    held_back: int = 0
    opted_out: int = 0
    deleted: int = 0


def create(session: Session, name: str, *, actor: str, now: datetime) -> int:
    """
    A target group without members.

    Raises:
        GroupRefused: the name is empty, or another group has it.
    """
    told = _checked_name(session, name)
    group = TargetGroup(name=told, name_key=told.casefold(), created_at=now)
    session.add(group)
    session.flush()
    assert group.id is not None
    audit.note(session, now=now, actor=actor, action="made a target group", detail=f"group {group.id}")
    return group.id


def rename(session: Session, group_id: int, name: str, *, actor: str, now: datetime) -> str:
    """
    Give a group another name; how it is written from now on.

    Raises:
        GroupRefused: the name is empty, or another group has it; the group mirrors a list, which names it.
    """
    group = require_by_hand(session, group_id, to_change=True)
    told = _checked_name(session, name, group_id)
    if told != group.name:
        group.name, group.name_key = told, told.casefold()
        session.flush()
        audit.note(session, now=now, actor=actor, action="renamed a target group", detail=f"group {group_id}")
    return told


def _checked_name(session: Session, name: str, group_id: int | None = None) -> str:
    told = " ".join(clean(name, LONGEST_NAME).split())
    if not told:
        raise GroupRefused("a target group needs a name", GroupFault.NO_NAME)
    if holder_of_name(session, told) not in (None, group_id):
        raise GroupRefused(
            f"there is a target group named {told} already: footlight groups list", GroupFault.NAME_TAKEN
        )
    return told


def meant(session: Session, emails: Collection[str], domains: Collection[str], hasher: Hasher) -> Meant:
    """Whom these normalised addresses and registrable domains mean; some thousand at a time."""
    known = {row.email: row for row in session.execute(_KNOWN.where(col(Address.email).in_(emails)))}
    states = opt_outs.states(session, {email: PersonKeys.of(hasher, emails=[email]) for email in emails})
    erased = {email for email, state in states.items() if state.erased}
    rest = [email for email in dict.fromkeys(emails) if email not in erased]
    contacts = {email for email in rest if email in known and known[email].contact_id is not None}
    deleted = {email for email in contacts if known[email].deleted_at or known[email].hidden_at}
    nobodys = [email for email in rest if email not in contacts and email not in states]
    accounts = account_ids(session, domains)
    return Meant(
        Members(
            frozenset(known[email].contact_id for email in contacts - deleted),
            frozenset(accounts.values()),
            frozenset(known[email].id for email in nobodys if email in known),
        ),
        new_emails=tuple(email for email in nobodys if email not in known),
        new_domains=tuple(domain for domain in domains if domain not in accounts),
        held_back=len(erased),
        opted_out=len(rest) - len(contacts) - len(nobodys),
        deleted=len(deleted),
    )


_KNOWN: Final = core_select(
    col(Address.email), col(Address.id), col(Address.contact_id), col(Contact.deleted_at), col(Contact.hidden_at)
).outerjoin(Contact, col(Contact.id) == col(Address.contact_id))


def add(
    session: Session, group_id: int, emails: Sequence[str], domains: Sequence[str], *, hasher: Hasher, now: datetime
) -> Meant:
    """
    Put these in, some thousand at a time; who is there already stays. Who is new to us is kept from now on.

    Raises:
        GroupRefused: the group mirrors a list.
    """
    take_turns(session)
    require_by_hand(session, group_id, to_change=True)
    told = meant(session, emails, domains, hasher)
    addresses = frozenset(each.id for each in keep_addresses(session, told.new_emails, now=now).values())
    accounts = frozenset(filter(None, keep_accounts(session, told.new_domains).values()))
    joining = told.members | Members(accounts=accounts, addresses=addresses)
    for name, (table, key) in _PLACES.items():
        rows = [{"group_id": group_id, key.key: id_, "since": now} for id_ in sorted(getattr(joining, name))]
        insert_missing(session, table, rows if table is GroupAddress else [{**row, "edition": 0} for row in rows])
    return told


def remove(session: Session, group_id: int, members: Members) -> None:
    """
    Take these out, some thousand at a time.

    Raises:
        GroupRefused: the group mirrors a list.
    """
    require_by_hand(session, group_id, to_change=True)
    for name, (table, key) in _PLACES.items():
        session.execute(delete(table).where(col(table.group_id) == group_id, key.in_(getattr(members, name))))


def members_of(session: Session, group_id: int) -> Members:
    """
    All members.

    Raises:
        GroupRefused: the group mirrors a list.
    """
    require_by_hand(session, group_id)
    found = {
        name: frozenset(session.exec(select(key).where(col(table.group_id) == group_id)))
        for name, (table, key) in _PLACES.items()
    }
    return Members(**found)


def names_of(session: Session, members: Members, limit: int) -> list[str]:
    """The first of these members as people know them."""
    hits = contact_search.hits(session, sorted(members.contacts)[:limit])
    names = [f"{hit.name} <{hit.email}>" if hit.name and hit.email else hit.name or hit.email or "?" for hit in hits]
    names += session.exec(select(Account.name).where(col(Account.id).in_(sorted(members.accounts)[:limit])))
    names += session.exec(select(Address.email).where(col(Address.id).in_(sorted(members.addresses)[:limit])))
    return names[:limit]


def note_changed(session: Session, group_id: int, *, added: int, removed: int, actor: str, now: datetime) -> None:
    """Write down that somebody put members in or took some out."""
    detail = f"group {group_id}: {added} in, {removed} out"
    audit.note(session, now=now, actor=actor, action="changed a target group", detail=detail)


def unlink(session: Session, group_id: int, *, actor: str, now: datetime) -> None:
    """
    The group keeps its members and mirrors its list no longer. Marks of passes that died must be tidied up before.

    Raises:
        GroupRefused: it mirrors none.
        PassUnderWay
    """
    group = session.get_one(TargetGroup, group_id, with_for_update=True, populate_existing=True)
    if group.hubspot_list_id is None:
        raise GroupRefused(f"{group.name} mirrors no HubSpot list: it is kept by hand already")
    lease = session.get(PassLease, group_id, with_for_update=True)
    if lease is not None and lease.heartbeat_at > now - DEAD_AFTER:
        raise PassUnderWay(f"{group.name} is being made equal to its list at this moment: try again when that is done")
    audit.note(session, now=now, actor=actor, action="unlinked a target group", detail=f"list {group.hubspot_list_id}")
    group.hubspot_list_id = group.equal_since = group.trouble = group.trouble_since = None
    group.held_back = 0
    session.flush()


def require_by_hand(session: Session, group_id: int, *, to_change: bool = False) -> TargetGroup:
    """
    The group, kept by hand; `to_change`: nobody else changes or deletes it until this transaction ends.

    Raises:
        GroupRefused: it mirrors a list, or is there no more.
    """
    group = session.get(TargetGroup, group_id, with_for_update=to_change or None, populate_existing=True)
    if group is None or group.deleted_at is not None:
        raise GroupRefused("this target group is there no more: footlight groups list", GroupFault.GONE)
    if group.hubspot_list_id is not None:
        raise GroupRefused(
            f"{group.name} mirrors HubSpot's list {group.hubspot_list_id}: change that list,"
            " or keep the group by hand from now on: footlight groups unlink",
            GroupFault.MIRRORS,
        )
    return group


def require_named(session: Session, group_id: int, name: str) -> None:
    """
    Whoever changes the group sees it under this name, or its beginning; nobody else does until this transaction ends.

    Raises:
        GroupRefused: it is called something else by now, mirrors a list, or is there no more.
    """
    group = require_by_hand(session, group_id, to_change=True)
    if group.name[:LONGEST_NAME] != name:
        raise GroupRefused(f"this target group is called {group.name} by now: look again", GroupFault.RENAMED)
