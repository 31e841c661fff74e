"""Contacts are read as they are now: live, deleted, merged or not there at all."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from jobs.hubspot.contacts import create_contact, find_contact_by_email, memberships_of, read_contacts
from jobs.hubspot.trouble import BadAnswer, HubSpotDown, Refused, TokenRefused

JUST_THE_ID = b'{"results": [{"id": "501", "properties": {}}]}'
NONE = b'{"results": []}'


async def test_a_contact(hubspot, client, crm, ids, now):
    """Properties chosen and kept, company, owner, addresses and times come as plain values."""
    max_id, _, _ = ids
    owned = {"jobtitle": "CIO", "hubspot_owner_id": "77", "lifecyclestage": "lead", "city": "Köln"}
    crm.change("contacts", int(max_id), owned)
    crm.contacts[int(max_id)].properties["hs_additional_emails"] = "M.Muster@Firma.example;no address;"

    answers = await asyncio.to_thread(read_contacts, client, [max_id], ["jobtitle", "not_there"], now=now)

    (state,) = answers.found
    assert answers.missing == frozenset()
    assert state.hubspot_id == max_id
    assert state.asked_at == now
    assert state.email == "max@musterfirma.example"
    assert state.additional_emails == ("m.muster@firma.example",)
    assert state.company_id == str(min(crm.companies))
    assert not state.is_deleted
    assert state.other_ids == ()
    assert abs(datetime.now(UTC) - state.created_at).total_seconds() < 60
    assert state.properties == {
        "firstname": "Max",
        "lastname": "Mustermann",
        "hubspot_owner_id": "77",
        "lifecyclestage": "lead",
        "jobtitle": "CIO",
    }


async def test_found_deleted_and_missing(hubspot, client, crm, ids, now):
    """A deleted contact is found as deleted; what never was, and what can be no id, is missing; order is no matter."""
    max_id, eva_id, doe_id = ids
    crm.delete("contacts", int(eva_id))
    crm.privacy_delete(int(doe_id))
    nobody = [doe_id, "7", "no-id", "99999999999999999999", "-1", ""]

    answers = await asyncio.to_thread(read_contacts, client, [*nobody, eva_id, max_id], [], now=now)

    assert {each.hubspot_id: each.is_deleted for each in answers.found} == {max_id: False, eva_id: True}
    assert answers.missing == set(nobody)
    deleted = next(each for each in answers.found if each.is_deleted)
    assert deleted.email == "eva@musterfirma.example"


async def test_merged_contacts(hubspot, client, crm, ids, now):
    """Ids that were merged away lead to the one contact that exists now, whose answer names them."""
    max_id, eva_id, doe_id = ids
    new_id = str(crm.merge("contacts", int(max_id), int(eva_id)).record.id)

    answers = await asyncio.to_thread(read_contacts, client, [max_id, eva_id, doe_id], [], now=now)

    assert answers.missing == frozenset()
    merged = next(each for each in answers.found if each.hubspot_id == new_id)
    assert len(answers.found) == 2
    assert set(merged.other_ids) == {max_id, eva_id}
    assert set(merged.emails) == {"max@musterfirma.example", "eva@musterfirma.example"}


async def test_merged_and_then_deleted(hubspot, client, crm, ids, now):
    """An old id leads to the merged contact also when that was deleted afterwards."""
    max_id, eva_id, _ = ids
    new_id = str(crm.merge("contacts", int(max_id), int(eva_id)).record.id)
    crm.delete("contacts", int(new_id))

    (state,) = (await asyncio.to_thread(read_contacts, client, [eva_id], [], now=now)).found

    assert state.hubspot_id == new_id
    assert state.is_deleted
    assert eva_id in state.other_ids


async def test_ids_that_an_answer_passes_over(hubspot, client, crm, ids, now):
    """When a merged record does not name its old ids, each is asked by itself, and mapped by that answer."""
    max_id, eva_id, doe_id = ids
    record = crm.merge("contacts", int(max_id), int(eva_id)).record
    del record.properties["hs_merged_object_ids"]

    answers = await asyncio.to_thread(read_contacts, client, ids, [], now=now)

    assert answers.missing == frozenset()
    by_id = {each.hubspot_id: each for each in answers.found}
    assert set(by_id) == {str(record.id), doe_id}
    assert set(by_id[str(record.id)].other_ids) == {max_id, eva_id}


async def test_the_other_property_of_merged_ids(scripted, told, now):
    """Old ids are understood in HubSpot's form with times as well."""
    merged = {"hs_calculated_merged_vids": "501:1795600000000;502:1795600000001"}
    results = [{"id": 601, "properties": merged}]
    scripted.answers(json.dumps({"results": results}).encode(), NONE)

    (state,) = (await asyncio.to_thread(read_contacts, told, ["501"], [], now=now)).found

    assert state.hubspot_id == "601"
    assert state.other_ids == ("501", "502")


async def test_the_primary_company(hubspot, client, crm, ids, now):
    """Of several companies the primary one is taken; who works for nobody has none."""
    max_id, _, doe_id = ids
    acme = max(crm.companies)
    crm.associate(int(max_id), acme, primary=True)

    found = (await asyncio.to_thread(read_contacts, client, [max_id, doe_id], [], now=now)).found

    assert {each.hubspot_id: each.company_id for each in found} == {max_id: str(acme), doe_id: None}


async def test_associations_without_scope(scripted, told, now):
    """A token that may not read associations still gets the company that the contact's property states."""
    contact = {"results": [{"id": "501", "properties": {"associatedcompanyid": "8001"}}]}
    scripted.script = [(200, {}, json.dumps(contact).encode()), (403, {}, b"{}")]

    (state,) = (await asyncio.to_thread(read_contacts, told, ["501"], [], now=now)).found

    assert state.company_id == "8001"


async def test_what_a_thousand_contacts_cost(hubspot, client, crm, now):
    """A thousand ids cost ten requests for the contacts and one for their companies."""
    ids = [str(crm.create("contacts", {"firstname": f"N{n}"}).record.id) for n in range(1000)]
    hubspot.requests.clear()

    answers = await asyncio.to_thread(read_contacts, client, ids, ["jobtitle"], now=now)

    assert {each.hubspot_id for each in answers.found} == set(ids)
    assert hubspot.requests == {"contacts.batch_read": 10, "associations.batch_read": 1}


async def test_nobody_asked(hubspot, client, now):
    """No ids, no request."""
    answers = await asyncio.to_thread(read_contacts, client, [], ["jobtitle"], now=now)

    assert answers.found == ()
    assert sum(hubspot.requests.values()) == 0


async def test_more_properties_than_a_url_holds(hubspot, client, ids, now):
    """A thousand long property names are no trouble."""
    names = [f"a_property_with_a_rather_long_name_{number}" for number in range(1000)]

    (state,) = (await asyncio.to_thread(read_contacts, client, ids[:1], names, now=now)).found

    assert state.email == "max@musterfirma.example"


async def test_ids_of_64_bits(hubspot, client, crm, now):
    """The largest ids come through unharmed."""
    crm.next_id = 2**63 - 1
    contact = crm.create("contacts", {"email": "big@acme.example"}).record

    (state,) = (await asyncio.to_thread(read_contacts, client, [str(contact.id)], [], now=now)).found

    assert state.hubspot_id == "9223372036854775807"


async def test_contacts_without_usable_address(hubspot, client, crm, now):
    """A contact without e-mail address, or with one that is none, is a contact without address."""
    bare = crm.create("contacts", {"firstname": "Bare"}).record
    odd = crm.create("contacts", {"firstname": "Odd"}).record
    odd.properties |= {"email": "not an address", "hs_additional_emails": "odd@acme.example;ODD@acme.example"}

    found = (await asyncio.to_thread(read_contacts, client, [str(bare.id), str(odd.id)], [], now=now)).found

    assert {each.hubspot_id: each.emails for each in found} == {str(bare.id): (), str(odd.id): ("odd@acme.example",)}
    assert all(each.email is None for each in found)


async def test_hostile_text(hubspot, client, crm, ids, now):
    """Control characters and bidi marks in values are left out."""
    crm.contacts[int(ids[0])].properties["firstname"] = "M\x00a\u202ex"

    (state,) = (await asyncio.to_thread(read_contacts, client, ids[:1], [], now=now)).found

    assert state.properties["firstname"] == "Max"


@pytest.mark.parametrize("error", [{"category": "INTERNAL_ERROR", "context": {"ids": ["501"]}}, {}])
async def test_a_part_that_failed_is_not_missing(scripted, told, now, error):
    """An error other than "not there" inside a 207 says nothing about a contact."""
    scripted.answers(json.dumps({"results": [], "numErrors": 1, "errors": [error]}).encode(), status=207)

    with pytest.raises(BadAnswer):
        await asyncio.to_thread(read_contacts, told, ["501"], [], now=now)


async def test_an_outage_between_the_two_looks(hubspot, client, crm, ids, now):
    """When the look for deleted ones fails, nobody is called missing."""
    crm.delete("contacts", int(ids[0]))
    hubspot.faults.next_statuses = [200, 503]

    with pytest.raises(HubSpotDown):
        await asyncio.to_thread(read_contacts, client, ids[:1], [], now=now)


async def test_gone_for_good(hubspot, client, crm, ids, now):
    """Missing is who is neither live nor deleted nor merged into another; with a refused token nobody is."""
    max_id, _, doe_id = ids
    crm.delete("contacts", int(max_id))
    crm.privacy_delete(int(doe_id))

    answers = await asyncio.to_thread(read_contacts, client, ids, [], now=now)

    assert answers.missing == {doe_id}
    hubspot.faults.revoked = True
    with pytest.raises(TokenRefused):
        await asyncio.to_thread(read_contacts, client, [doe_id], [], now=now)


async def test_found_by_address(hubspot, client, crm, ids, now):
    """A contact is found by its primary and by its additional address, and no address stands in a URL."""
    max_id, eva_id, doe_id = ids
    merged = str(crm.merge("contacts", int(max_id), int(eva_id)).record.id)
    urls = []
    hubspot.on_exchange = lambda exchange: urls.append(exchange.url)

    async def find(email):
        found = await asyncio.to_thread(find_contact_by_email, client, email, ["jobtitle"], now=now)
        return found and found.hubspot_id

    assert await find("j.doe@musterfirma.example") == doe_id
    assert await find("max@musterfirma.example") == merged
    assert await find("eva@musterfirma.example") == merged
    assert await find("nobody@musterfirma.example") is None
    assert not any("@" in url or "%40" in url for url in urls)


async def test_a_contact_is_created(hubspot, client, crm):
    """A new contact gets the address and the properties."""
    made = await asyncio.to_thread(create_contact, client, "new@acme.example", {"firstname": "New"})

    assert crm.contacts[int(made)].properties == {"email": "new@acme.example", "firstname": "New"}


async def test_creating_whom_hubspot_has(hubspot, client, ids):
    """When HubSpot has the address already, its contact is the answer."""
    assert await asyncio.to_thread(create_contact, client, "max@musterfirma.example", {}) == ids[0]


async def test_a_conflict_that_names_no_id(scripted, told):
    """Without an id in HubSpot's text the contact is looked up by its address."""
    scripted.script = [(409, {}, b'{"message": "Contact already exists."}'), (200, {}, JUST_THE_ID)]

    assert await asyncio.to_thread(create_contact, told, "max@firma.example", {}) == "501"


async def test_what_the_portal_does_not_allow(hubspot, client):
    """A refused property is Refused, and the text has no address."""
    with pytest.raises(Refused) as refused:
        await asyncio.to_thread(create_contact, client, "new@acme.example", {"no_such_property": "x"})

    assert refused.value.status == 400
    assert "@" not in str(refused.value)


async def test_the_lists_of_a_contact(hubspot, client, crm, ids):
    """One request tells which lists a contact is in; a merged id counts as the contact it leads to."""
    max_id, eva_id, doe_id = ids
    crm.add_to_list(crm.create_list("Second").id, [int(max_id)])

    assert await asyncio.to_thread(memberships_of, client, max_id) == {"611", "612"}
    assert await asyncio.to_thread(memberships_of, client, eva_id) == {"611"}
    assert await asyncio.to_thread(memberships_of, client, doe_id) == frozenset()
    assert hubspot.requests == {"lists.of_record": 3}
