"""A contact's company is the primary one, on whatever page HubSpot tells it."""

import asyncio
import json

import pytest

from jobs.hubspot.associations import read_primary_companies
from jobs.hubspot.trouble import BadAnswer


async def test_more_companies_than_a_page_holds(hubspot, client, crm, ids):
    """A contact of a thousand companies has its primary one, as the others have theirs."""
    contact = crm.contacts[int(ids[2])]
    crm_companies = [crm.create("companies", {"name": f"C{n}"}).record.id for n in range(1100)]
    contact.company_ids = crm_companies

    found = await asyncio.to_thread(read_primary_companies, client, list(ids))

    assert found == {
        ids[0]: str(min(crm.companies)),
        ids[1]: str(min(crm.companies)),
        ids[2]: str(crm_companies[0]),
    }


def result(contact, *ends, after=None):
    to = [{"toObjectId": company, "associationTypes": [{"typeId": kind} for kind in kinds]} for company, kinds in ends]
    paging = {} if after is None else {"paging": {"next": {"after": after, "link": "?"}}}
    return {"from": {"id": contact}, "to": to, **paging}


async def test_pages_are_asked_from_their_cursor(scripted, told):
    """The cursor stands beside the contact's id; with a primary company found, no further page is asked."""
    first = {"results": [result("1", (8001, [279]), after="500"), result("2", (8002, [1, 279]), after="500")]}
    second = {"results": [result("1", ("8003", [1]))]}
    scripted.answers(json.dumps(first).encode(), json.dumps(second).encode())

    found = await asyncio.to_thread(read_primary_companies, told, ["1", "2"])

    assert found == {"1": "8003", "2": "8002"}
    assert json.loads(scripted.received[1][2]) == {"inputs": [{"id": "1", "after": "500"}]}


async def test_no_primary_company(scripted, told):
    """Without a primary one the first counts; without any there is none."""
    answer = {"results": [result("1", (8001, [279]), (8002, [279])), result("2")]}
    scripted.answers(json.dumps(answer).encode())

    assert await asyncio.to_thread(read_primary_companies, told, ["1", "2", "3"]) == {"1": "8001"}


async def test_a_cursor_that_repeats(scripted, told):
    """Pages that lead to themselves end in BadAnswer."""
    scripted.answers(json.dumps({"results": [result("1", (8001, [279]), after="500")]}).encode())

    with pytest.raises(BadAnswer):
        await asyncio.to_thread(read_primary_companies, told, ["1"])
