"""The portal's state: what operations leave behind, and that a file keeps it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.hubspot import Crm
from sandbox.hubspot.crm import AddressTaken, NoSuchRecord
from sandbox.hubspot.crm_file import STORED, load, save
from sandbox.sample_data import sample_crm

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def test_a_file_keeps_everything(tmp_path):
    """What is saved and loaded is the same portal, down to merged ids and blocked addresses."""
    crm = sample_crm(NOW)
    first, second, third = list(crm.contacts)[:3]
    crm.merge("contacts", first, second)
    crm.delete("contacts", third)
    crm.blocked_addresses.add("who@acme.example")

    save(crm, tmp_path / "portal.json")
    again = load(tmp_path / "portal.json")

    assert {name: getattr(again, name) for name in STORED} == {name: getattr(crm, name) for name in STORED}
    assert again.live("contacts", second).id == crm.merged_into[first]


def test_unchanged_values_make_no_event(crm):
    """Writing what is there already tells nobody."""
    max_id = min(crm.contacts)

    assert crm.change("contacts", max_id, {"firstname": "max"}).app_events == ()


def test_additional_addresses_are_taken(crm):
    """An address that is additional somewhere cannot become another contact's own."""
    max_id, eva_id = list(crm.contacts)[:2]
    merged = crm.merge("contacts", max_id, eva_id).record

    with pytest.raises(AddressTaken) as taken:
        crm.create("contacts", {"email": "eva@musterfirma.example"})
    assert taken.value.existing_id == merged.id


def test_restore_wants_the_address_free(crm):
    """Who comes back from the recycle bin cannot take an address that somebody else has by now."""
    max_id = min(crm.contacts)
    crm.delete("contacts", max_id)
    crm.create("contacts", {"email": "max@musterfirma.example"})

    with pytest.raises(AddressTaken):
        crm.restore("contacts", max_id)


def test_merged_companies_keep_their_people(crm):
    """When companies merge, their contacts belong to the new one."""
    first, second = crm.companies
    merged = crm.merge("companies", second, first).record

    assert crm.live("contacts", min(crm.contacts)).company_ids == [merged.id]


def test_move(crm):
    """Moving to another list leaves the old one, and is told for both."""
    other = crm.create_list("Other")
    change = crm.move(min(crm.contacts), 611, other.id)

    assert [(each.list_id, each.joined) for each in change.list_events] == [(611, False), (other.id, True)]


@given(
    st.lists(st.tuples(st.sampled_from(["merge", "delete", "restore", "erase"]), st.integers(0, 5), st.integers(0, 5)))
)
def test_any_history_keeps_ids_findable(history):
    """After any operations every id leads to one record or none, never to two, and no address has two live holders."""
    crm = Crm()
    ids = [crm.create("contacts", {"email": f"p{n}@acme.example"}).record.id for n in range(6)]
    crm.add_to_list(crm.create_list("All").id, ids)
    for kind, one, other in history:
        try:
            if kind == "merge" and crm.find("contacts", ids[one]) is not crm.find("contacts", ids[other]):
                crm.merge("contacts", ids[one], ids[other])
            elif kind in ("delete", "restore"):
                getattr(crm, kind)("contacts", ids[one])
            elif kind == "erase":
                crm.privacy_delete(ids[one])
        except NoSuchRecord:
            continue

    assert not set(crm.merged_into) & set(crm.contacts)
    live = [each for each in crm.contacts.values() if each.archived_at is None]
    addresses = [address for each in live for address in each.addresses]
    assert len(addresses) == len(set(addresses))
    assert all(crm.contact_by_address(address) is not None for address in addresses)
    assert set(crm.lists[611].members) <= set(crm.contacts)
