"""Target groups that mirror HubSpot lists: made once, named after them, equal to what was staged, all at once."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest
from sqlmodel import col, select

from storage import Session, Store, editions, staging, target_groups
from storage.companies import CompanyState, store_companies
from storage.contacts import ContactState, contact_ids, hide
from storage.contacts_arrived import mark_missing, store_states
from storage.group_trouble import GroupTrouble, TroubleKind
from storage.hubspot_lists import HubSpotListState
from storage.opt_outs import Hasher
from storage.target_groups import (
    GroupMember,
    GroupView,
    NameTaken,
    NoSuchGroup,
    NotForPeople,
    TargetGroup,
    is_shown,
)

HASHER = Hasher(b"k" * 32)


def a_list(now: datetime, list_id: str = "611", name: str = "Customers", **more: object) -> HubSpotListState:
    values: dict[str, object] = {"object_type_id": "0-1", **more}
    return HubSpotListState(list_id, now, name, **values)  # type: ignore[arg-type]


def import_group(store: Store, now: datetime, **more: object) -> int:
    return store.write_now(target_groups.import_list, a_list(now, **more), now=now)


def know(store: Store, hubspot_ids: Iterable[int | str], now: datetime) -> None:
    states = [ContactState(str(each), now, email=f"p{each}@firma.de") for each in hubspot_ids]
    store.write_now(store_states, states, hasher=HASHER, now=now)


def stage(store: Store, group_id: int, *hubspot_ids: int | str) -> None:
    while store.write_now(staging.forget_staged, group_id):
        pass
    store.write_now(staging.stage_page, group_id, [str(each) for each in hubspot_ids])


class Difference(NamedTuple):
    """What making a group equal changed; `failed` members of the list are none that HubSpot could show us."""

    added: int
    removed: int
    unchanged: int
    held_back: int
    failed: int


def make_equal(
    store: Store, group_id: int, now: datetime, *, holds_companies: bool = False, began_at: datetime | None = None
) -> Difference:
    """As a pass does it, whose marks are all made at once."""
    write, read, began_at = store.write_now, store.read_now, began_at or now
    edition = write(editions.next_edition, group_id, holds_companies=holds_companies)
    while write(editions.tidy, edition):
        pass
    before = read(editions.members_shown, edition)
    leaving = read(editions.leaving, edition, began_at, 0, 1000)
    removed = write(editions.mark_leaving, edition, began_at, leaving)
    added = write(editions.mark_joining, edition, read(editions.joining, edition, "", 1000), now=now)
    held_back, failed = read(editions.failed_on_stage, edition)
    write(editions.show, edition)
    return Difference(added, removed, before - removed, held_back, failed)


def members(store: Store, group_id: int) -> set[int]:
    def read(session: Session) -> set[int]:
        shown = select(GroupMember.contact_id).join(TargetGroup).where(is_shown(GroupMember))
        return set(session.exec(shown.where(col(GroupMember.group_id) == group_id)))

    return store.read_now(read)


def ids_of(store: Store, *hubspot_ids: int | str) -> set[int]:
    return set(store.read_now(contact_ids, [str(each) for each in hubspot_ids]).values())


def view(store: Store, group_id: int) -> GroupView:
    return next(one for one in store.read_now(target_groups.all_groups) if one.id == group_id)


def test_import_twice_is_one_group(store: Store, now: datetime) -> None:
    """Importing a list again leads to the group that it made before."""
    first, again = import_group(store, now), import_group(store, now)

    assert first == again
    assert [each.name for each in store.read_now(target_groups.all_groups)] == ["Customers"]


def test_names_are_unique_in_any_case(store: Store, now: datetime) -> None:
    """A second list whose name differs in case only is refused, with what to do."""
    import_group(store, now)

    with pytest.raises(NameTaken, match="rename the list"):
        import_group(store, now, list_id="612", name="CUSTOMERS")


def test_only_people_and_companies(store: Store, now: datetime) -> None:
    """A list of deals makes no target group."""
    with pytest.raises(NotForPeople):
        import_group(store, now, object_type_id="0-3")


@pytest.mark.parametrize("asked", ["customers", "Customers", "611"])
def test_find_group(store: Store, now: datetime, asked: str) -> None:
    """A group is found by its name in any case, and by its list's id."""
    group_id = import_group(store, now)

    assert store.read_now(target_groups.find_group, asked).id == group_id


def test_find_no_group(store: Store) -> None:
    """Who asks for a group that is not there learns how to see those that are."""
    with pytest.raises(NoSuchGroup, match="groups list"):
        store.read_now(target_groups.find_group, "nobody")


def test_renamed_list_renames_its_group(store: Store, now: datetime) -> None:
    """A group follows its list's new name, unless another group has that name."""
    group_id = import_group(store, now)
    import_group(store, now, list_id="612", name="Partners")

    store.write_now(target_groups.follow_name, a_list(now, name="Buyers"))
    assert view(store, group_id).name == "Buyers"
    store.write_now(target_groups.follow_name, a_list(now, name="partners"))
    assert view(store, group_id).name == "Buyers"


def test_make_equal_both_ways(store: Store, now: datetime) -> None:
    """Who is on the stage joins, who is not leaves, who was there stays; one named twice is one."""
    group_id = import_group(store, now)
    know(store, range(1, 6), now)
    stage(store, group_id, 1, 2, 3)
    make_equal(store, group_id, now)

    stage(store, group_id, 2, 3, 4, 5, 5)
    store.write_now(staging.stage_page, group_id, ["5", "4"])
    difference = make_equal(store, group_id, now)

    assert difference == Difference(added=2, removed=1, unchanged=2, held_back=0, failed=0)
    assert members(store, group_id) == ids_of(store, 2, 3, 4, 5)
    assert view(store, group_id).size == 4


def test_merged_ids_are_one_member(store: Store, now: datetime) -> None:
    """Two ids on the stage that lead to one contact make one member."""
    group_id = import_group(store, now)
    know(store, [1, 2], now)
    later = now + timedelta(seconds=1)
    merged = ContactState("3", later, email="p1@firma.de", other_ids=("1", "2"))
    store.write_now(store_states, [merged], hasher=HASHER, now=later)

    stage(store, group_id, 1, 2)
    difference = make_equal(store, group_id, now)

    assert (difference.added, difference.failed) == (1, 0)
    assert members(store, group_id) == ids_of(store, 3)


def test_deleted_hidden_and_unknown_are_no_members(store: Store, now: datetime) -> None:
    """Who is deleted, hidden, or not known to us is counted as failed, and is no member."""
    group_id = import_group(store, now)
    know(store, range(1, 4), now)
    stage(store, group_id, 1, 2, 3)
    make_equal(store, group_id, now)
    store.write_now(mark_missing, ["1"], now)
    store.write_now(hide, "2", now)

    stage(store, group_id, 1, 2, 3, 999)
    difference = make_equal(store, group_id, now)

    assert difference == Difference(added=0, removed=1, unchanged=1, held_back=0, failed=3)
    assert members(store, group_id) == ids_of(store, 3)


def test_held_back_are_only_counted(store: Store, now: datetime) -> None:
    """Erased members of a list are counted beside the members."""
    group_id = import_group(store, now)
    know(store, [1], now)
    stage(store, group_id, 1, 2)
    store.write_now(staging.hold_back, group_id, ["2"])

    assert make_equal(store, group_id, now) == Difference(added=1, removed=0, unchanged=0, held_back=1, failed=0)


def test_joined_by_a_hint_meanwhile(store: Store, now: datetime) -> None:
    """Who joined by a younger answer than the pass's pages stays, although the pages do not name them."""
    group_id = import_group(store, now)
    know(store, [1, 2], now)
    stage(store, group_id, 1)
    (joined,) = ids_of(store, 2)
    store.write_now(target_groups.place_contact, joined, [group_id], now=now + timedelta(seconds=1))

    make_equal(store, group_id, now)
    assert members(store, group_id) == ids_of(store, 1, 2)
    make_equal(store, group_id, now, began_at=now + timedelta(seconds=2))
    assert members(store, group_id) == ids_of(store, 1)


def test_companies_make_accounts(store: Store, now: datetime) -> None:
    """A list of companies holds the accounts of their domains; a contact with the same id as a company is not meant."""
    group_id = import_group(store, now, object_type_id="0-2")
    know(store, [801], now)
    companies = [
        CompanyState("801", now, "Firma", domains=("firma.de",)),
        CompanyState("802", now, "Firma again", domains=("www.firma.de",)),
        CompanyState("803", now, "No domain"),
    ]
    store.write_now(store_companies, companies)

    stage(store, group_id, 801, 802, 803)
    difference = make_equal(store, group_id, now, holds_companies=True)

    assert difference == Difference(added=1, removed=0, unchanged=0, held_back=0, failed=1)
    assert members(store, group_id) == set()
    assert view(store, group_id).holds_companies


def test_groups_of_a_contact(store: Store, now: datetime) -> None:
    """A contact's groups are named in alphabetical order, and a hint's answer replaces those of lists of contacts."""
    first, second = import_group(store, now), import_group(store, now, list_id="612", name="Academy")
    know(store, [1], now)
    (contact_id,) = ids_of(store, 1)

    store.write_now(target_groups.place_contact, contact_id, [first, second], now=now)
    assert store.read_now(target_groups.groups_of_contact, contact_id) == ["Academy", "Customers"]
    store.write_now(target_groups.place_contact, contact_id, [second], now=now)
    assert store.read_now(target_groups.groups_of_contact, contact_id) == ["Academy"]


def test_trouble_is_news_once(store: Store, now: datetime) -> None:
    """A failure is news when the pass before went through, and being well is news when it failed."""
    group_id = import_group(store, now)
    refused = GroupTrouble("HubSpot refuses the token", TroubleKind.ACCESS)
    fail = (target_groups.note_trouble, group_id, refused)

    assert store.write_now(*fail, now=now) is True
    assert store.write_now(*fail, now=now + timedelta(minutes=15)) is False
    assert view(store, group_id).trouble_since == now
    assert (view(store, group_id).trouble, view(store, group_id).why) == (refused.text, refused)
    assert store.write_now(target_groups.note_equal, group_id, since=now, held_back=0) is True
    assert view(store, group_id).trouble is None
    assert store.write_now(target_groups.note_equal, group_id, since=now, held_back=0) is False
