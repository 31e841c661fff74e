"""Companies, owners, property definitions and the portal come as plain values."""

import asyncio
import json
from datetime import UTC, datetime

from jobs.hubspot.companies import read_companies
from jobs.hubspot.owners import read_owners
from jobs.hubspot.portal import PortalDetails, read_portal
from jobs.hubspot.properties import read_property_definitions
from sandbox.hubspot.records import Owner
from storage.companies import CompanyState

SINCE = datetime(2026, 1, 1, tzinfo=UTC)


async def test_companies(hubspot, client, crm, now):
    """Names, domains, industry and size; deleted ones are told, missing ones too."""
    first, second = (str(each) for each in crm.companies)
    more = {"domain": "Musterfirma.example", "industry": "MACHINERY", "numberofemployees": "120"}
    crm.companies[int(first)].properties |= {
        **more,
        "hs_additional_domains": "muster.example;not a domain;MÜSTER.example",
    }
    crm.delete("companies", int(second))

    answers = await asyncio.to_thread(read_companies, client, [first, second, "7"], now=now)

    by_id = {each.hubspot_id: each for each in answers.found}
    assert by_id[first] == CompanyState(
        hubspot_id=first,
        asked_at=now,
        name="Musterfirma GmbH",
        domains=("musterfirma.example", "muster.example", "xn--mster-kva.example"),
        industry="MACHINERY",
        size="120",
    )
    assert by_id[second].is_deleted
    assert answers.missing == {"7"}
    assert answers.merged == {}


async def test_merged_companies(hubspot, client, crm, now):
    """A company that was merged away is told with the one it leads to."""
    first, second = crm.companies
    merged = str(crm.merge("companies", first, second).record.id)

    answers = await asyncio.to_thread(read_companies, client, [str(first)], now=now)

    assert [each.hubspot_id for each in answers.found] == [merged]
    assert answers.merged == {str(first): merged}


async def test_owners(hubspot, client, crm):
    """All pages of owners come, those who left included."""
    for number in range(1, 251):
        email = f"o{number}@ours.example"
        crm.owners[number] = Owner(number, 9000 + number, email, "Olga", f"N{number}", SINCE, archived=number > 240)
    crm.owners[1] = Owner(1, 9001, "O1@ours.example", "", "", SINCE)

    owners = await asyncio.to_thread(read_owners, client)

    by_id = {each.hubspot_id: each for each in owners}
    assert len(owners) == len(by_id) == 250
    assert (by_id["2"].name, by_id["2"].is_archived) == ("Olga N2", False)
    assert by_id["250"].is_archived
    assert by_id["1"].name == by_id["1"].email == "o1@ours.example"


async def test_property_definitions(hubspot, client):
    """Names, labels, types and options as the portal defines them; sensitive ones stay out."""
    by_name = {each.name: each for each in await asyncio.to_thread(read_property_definitions, client)}

    assert by_name["jobtitle"].label == "Job Title"
    assert by_name["lifecyclestage"].options["salesqualifiedlead"] == "Sales Qualified Lead"
    assert by_name["hs_lead_status"].options["BAD_TIMING "] == "Bad Timing"
    assert by_name["hubspot_owner_id"].kind == "owner"
    assert by_name["notes_last_contacted"].kind == "datetime"
    assert "date_of_birth" not in by_name


async def test_properties_of_the_portals_own_that_name_owners(scripted, told):
    """Any property that refers to owners is of that kind."""
    own = {"name": "second_owner", "label": "Second", "type": "enumeration", "referencedObjectType": "OWNER"}
    scripted.answers(json.dumps({"results": [own]}).encode())

    (definition,) = await asyncio.to_thread(read_property_definitions, told)

    assert definition.kind == "owner"


async def test_the_portal(hubspot, client):
    """The portal's id, time zone and the host of its pages."""
    assert await asyncio.to_thread(read_portal, client) == PortalDetails("4711", "Europe/Berlin", "app-eu1.hubspot.com")


async def test_a_token_that_may_not_ask_for_the_portal(scripted, told):
    """Some kinds of token may not ask: that is an answer, no error."""
    scripted.answers(b'{"category": "MISSING_SCOPES"}', status=403)

    assert await asyncio.to_thread(read_portal, told) is None
