"""Target groups kept by hand: filled by address and domain, with whom we know and whom HubSpot has yet to deliver."""

from datetime import timedelta

import pytest

from decisions.channel_filters import Filters
from storage import Store, audit, groups_by_hand, target_groups
from storage.aggregate_only import switch
from storage.campaign_changes import NewCampaign, campaign_as_new, create_campaign
from storage.contacts_arrived import mark_missing
from storage.editions import next_edition, show
from storage.filter_choices import Filtered, search
from storage.group_deleted import campaigns_for, delete_group
from storage.groups_by_hand import GroupRefused, Meant, Members, meant, members_of
from storage.hubspot_lists import HubSpotListState
from storage.opt_out_asked import opt_out, opt_out_domain
from storage.privacy import erase
from storage.recipients import Named, look_up
from storage.subscriptions import Terms, Topic, set_terms, subscribe
from storage.sync_runs import PassUnderWay, begin
from storage.target_groups import GroupView, find_group
from tests.storage.people import HASHER, T0, a_state, at, become_lead, store_all

ASKED = {"actor": "cli", "hasher": HASHER, "now": T0}


def a_group(store: Store, name: str = "Fair") -> int:
    return store.write_now(groups_by_hand.create, name, actor="cli", now=T0)


def add(store: Store, group_id: int, *emails: str, domains: tuple[str, ...] = ()) -> Meant:
    return store.write_now(groups_by_hand.add, group_id, emails, domains, hasher=HASHER, now=T0)


def view(store: Store, name: str = "Fair") -> GroupView:
    return store.read_now(find_group, name)


def groups_seen(store: Store, email: str) -> int:
    named = Named(email, None)
    return len(store.read_now(look_up, [named], own=frozenset())[named].group_ids)


def test_names(store: Store) -> None:
    """A group needs a name, which no other group may have in any case."""
    a_group(store, "  Fair \x00 2026 ")
    assert view(store, "FAIR 2026").name == "Fair 2026"
    for taken in ("fair  2026", " \n"):
        with pytest.raises(GroupRefused):
            a_group(store, taken)


def test_people_and_companies(store: Store) -> None:
    """Contacts are members by any of their addresses, everyone at a company by its domain; twice changes nothing."""
    store_all(store, a_state(additional_emails=("max@privat.de",)))
    group_id = a_group(store)
    for _ in range(2):
        add(store, group_id, "max@privat.de", "max@firma.de", domains=("acme.example",))

    assert (view(store).size, view(store).waiting) == (2, 0)
    assert [groups_seen(store, each) for each in ("max@firma.de", "eva@acme.example", "eva@firma.de")] == [1, 1, 0]
    members = store.read_now(members_of, group_id)
    assert store.read_now(groups_by_hand.names_of, members, 10) == ["Max Mustermann <max@firma.de>", "acme.example"]

    store.write_now(groups_by_hand.remove, group_id, store.read_now(meant, ["max@firma.de"], [], HASHER).members)
    assert (view(store).size, groups_seen(store, "max@firma.de")) == (1, 0)


def test_waiting_for_hubspot(store: Store) -> None:
    """Who is no contact yet, a lead even, waits, sees the group's banner, and joins with their contact's arrival."""
    become_lead(store, "lead@firma.de")
    group_id = a_group(store)
    add(store, group_id, "lead@firma.de", "new@firma.de", "never@firma.de")
    assert (view(store).size, view(store).waiting) == (0, 3)
    assert [groups_seen(store, each) for each in ("lead@firma.de", "new@firma.de", "else@firma.de")] == [1, 1, 0]

    store_all(store, a_state("7", "lead@firma.de"), a_state("8", "x@firma.de", additional_emails=("new@firma.de",)))
    assert (view(store).size, view(store).waiting) == (2, 1)
    assert [groups_seen(store, each) for each in ("x@firma.de", "never@firma.de", "else@firma.de")] == [1, 1, 0]

    store.write_now(groups_by_hand.remove, group_id, store.read_now(meant, ["never@firma.de"], [], HASHER).members)
    assert groups_seen(store, "never@firma.de") == 0


def test_rights(store: Store) -> None:
    """Who opted out stays opted out, stored only where HubSpot holds them; who was erased is held back and counted."""
    store_all(store, a_state())
    for email in ("max@firma.de", "unknown@firma.de"):
        store.write_now(opt_out, email, **ASKED)
    store.write_now(opt_out_domain, "out.example", **ASKED)
    store.write_now(erase, "erased@firma.de", **ASKED)
    group_id = a_group(store)

    told = add(
        store, group_id, "max@firma.de", "unknown@firma.de", "any@out.example", "erased@firma.de", "new@firma.de"
    )
    assert (told.opted_out, told.held_back, len(told.members), told.new_emails) == (2, 1, 1, ("new@firma.de",))
    assert (view(store).size, view(store).waiting) == (1, 1)
    assert store.read_now(meant, ["unknown@firma.de"], [], HASHER).members == Members()

    store.write_now(erase, "new@firma.de", **ASKED)
    assert view(store).waiting == 0


def test_deleted_in_hubspot(store: Store) -> None:
    """A contact in HubSpot's bin is in no group, and is told to be there."""
    store_all(store, a_state())
    store.write_now(mark_missing, ["501"], at(1))

    assert add(store, a_group(store), "max@firma.de").deleted == 1
    assert view(store).size == 0


def test_a_mirror_is_not_changed(store: Store) -> None:
    """What mirrors a list is changed in HubSpot alone, until it is unlinked; then it keeps its members."""
    store_all(store, a_state())
    listed = HubSpotListState("611", T0, "Customers", "0-1")
    group_id = store.write_now(target_groups.import_list, listed, now=T0)
    edition = store.write_now(next_edition, group_id, holds_companies=False)
    store.write_now(show, edition)
    contact_id = next(iter(store.read_now(meant, ["max@firma.de"], [], HASHER).members.contacts))
    store.write_now(target_groups.place_contact, contact_id, [group_id], now=T0)
    with pytest.raises(GroupRefused, match="unlink"):
        add(store, group_id, "eva@firma.de")

    store.write_now(begin, group_id, "another process", now=T0)
    with pytest.raises(PassUnderWay):
        store.write_now(groups_by_hand.unlink, group_id, actor="cli", now=T0)
    store.write_now(groups_by_hand.unlink, group_id, actor="cli", now=T0 + timedelta(minutes=1))
    with pytest.raises(GroupRefused, match="by hand already"):
        store.write_now(groups_by_hand.unlink, group_id, actor="cli", now=T0 + timedelta(minutes=1))

    store_all(store, a_state("502", "eva@firma.de"))
    add(store, group_id, "eva@firma.de")
    assert (view(store, "Customers").hubspot_list_id, view(store, "Customers").size) == (None, 2)
    assert groups_seen(store, "max@firma.de") == groups_seen(store, "eva@firma.de") == 1


def test_deleted(store: Store) -> None:
    """Campaigns lose a deleted group, and nobody else comes by its id; while a filter or a rule needs it, it stays."""
    store_all(store, a_state())
    group_id = a_group(store)
    add(store, group_id, "max@firma.de", "new@firma.de", domains=("acme.example",))
    new = NewCampaign(name="C", target_url="https://o.de", image_url="https://o.de/b.png", groups=("Fair",))
    store.write_now(create_campaign, new, now=T0)
    done = {"actor": "cli", "now": T0}

    store.write_now(switch, group_id, on=True, **done)
    with pytest.raises(GroupRefused, match="aggregate"):
        store.write_now(delete_group, group_id, **done)
    store.write_now(switch, group_id, on=False, **done)
    store.write_now(subscribe, Topic.FEED, "C1", now=T0)
    store.write_now(set_terms, Topic.FEED, "C1", Terms(Filters(groups=(group_id,))))
    with pytest.raises(GroupRefused, match="Choose channels"):
        store.write_now(delete_group, group_id, **done)
    store.write_now(set_terms, Topic.FEED, "C1", Terms())
    assert store.read_now(campaigns_for, group_id) == ["C"]
    store.write_now(delete_group, group_id, **done)

    assert store.read_now(campaign_as_new, "C").groups == ()
    assert (store.read_now(target_groups.all_groups), store.read_now(search, Filtered.GROUPS, "", 9)) == ([], ())
    assert store.read_now(target_groups.groups_of_contact, 1) == []
    (noted,) = store.read_now(audit.newest, 1)
    assert (noted.action, noted.group) == ("deleted a target group", "Fair")
    with pytest.raises(GroupRefused, match="no more"):
        add(store, group_id, "max@firma.de")
    assert a_group(store) != group_id
