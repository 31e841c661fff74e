"""Target groups kept by hand, filled and emptied some hundred members a transaction, so that nobody else waits long."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Final

from storage import Store, editions, groups_by_hand
from storage.groups_by_hand import Members
from storage.opt_outs import Hasher
from storage.target_groups import GroupView

AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class NamedMembers:
    """Normalised addresses and registrable domains."""

    emails: Sequence[str] = ()
    domains: Sequence[str] = ()

    def portions(self) -> "Iterator[NamedMembers]":
        for start in range(0, max(len(self.emails), len(self.domains)), AT_ONCE):
            yield NamedMembers(self.emails[start : start + AT_ONCE], self.domains[start : start + AT_ONCE])


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    Who is named, compared with a group's members.

    `joining` and `waiting` would come, the latter as soon as HubSpot delivers their contacts; `staying` are there
    already, `others` are there and not named. `held_back`, `opted_out` and `deleted` are named and not taken: erased,
    opted out and no contact, in HubSpot's bin.
    """

    joining: int
    waiting: int
    staying: Members
    others: Members
    held_back: int
    opted_out: int
    deleted: int


async def compare(store: Store, group_id: int, named: NamedMembers, hasher: Hasher) -> Comparison:
    """
    Whom filling the group would bring, and who else is in it.

    Raises:
        storage.groups_by_hand.GroupRefused: the group mirrors a list.
    """
    members = await store.read(groups_by_hand.members_of, group_id)
    told = [await store.read(groups_by_hand.meant, one.emails, one.domains, hasher) for one in named.portions()]
    known = Members(*(frozenset(chain.from_iterable(getattr(one.members, kind) for one in told)) for kind in KINDS))
    new = known - members
    return Comparison(
        joining=len(new.contacts) + len(new.accounts) + sum(len(one.new_domains) for one in told),
        waiting=len(new.addresses) + sum(len(one.new_emails) for one in told),
        staying=known & members,
        others=members - known,
        held_back=sum(one.held_back for one in told),
        opted_out=sum(one.opted_out for one in told),
        deleted=sum(one.deleted for one in told),
    )


KINDS: Final = ("contacts", "accounts", "addresses")


async def fill(store: Store, group_id: int, named: NamedMembers, *, hasher: Hasher, now: datetime) -> None:
    """Put everybody in who is named. Cut off and run again, it does the rest."""
    for one in named.portions():
        await store.write(groups_by_hand.add, group_id, one.emails, one.domains, hasher=hasher, now=now)


async def take_out(store: Store, group_id: int, members: Members) -> None:
    """Take these members out."""
    for some in members.portions(AT_ONCE):
        await store.write(groups_by_hand.remove, group_id, some)


async def unlink(store: Store, group: GroupView, *, actor: str, now: datetime) -> None:
    """
    Let a group that mirrors a list be kept by hand from now on, with the members that it shows.

    Raises:
        storage.groups_by_hand.GroupRefused, storage.sync_runs.PassUnderWay
    """
    await store.write(groups_by_hand.unlink, group.id, actor=actor, now=now)
    edition = await store.read(editions.next_edition, group.id, holds_companies=group.holds_companies)
    while await store.write(editions.tidy, edition):
        pass
