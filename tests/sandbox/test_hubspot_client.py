"""HubSpot's own Python package works with the sandbox as it does with HubSpot."""

import asyncio

import pytest
from hubspot import HubSpot
from hubspot.crm.associations.v4 import (
    BatchInputPublicFetchAssociationsBatchRequest,
    PublicFetchAssociationsBatchRequest,
)
from hubspot.crm.contacts import (
    ApiException,
    BatchReadInputSimplePublicObjectId,
    PublicGdprDeleteInput,
    PublicMergeInput,
    PublicObjectSearchRequest,
    SimplePublicObjectId,
    SimplePublicObjectInput,
    SimplePublicObjectInputForCreate,
)
from hubspot.crm.lists import ListCreateRequest, ListSearchRequest
from hubspot.crm.lists.exceptions import ForbiddenException, NotFoundException, UnauthorizedException


@pytest.fixture
def client(hubspot):
    return HubSpot(access_token="pat-eu1-test", host=hubspot.base_url)


async def test_contacts(client, crm):
    """Batch read, create, update, search, merge, archive and privacy deletion of contacts."""
    max_id, eva_id, doe_id = (str(each) for each in crm.contacts)
    api = client.crm.contacts
    asked = [SimplePublicObjectId(each) for each in (max_id, "7")]
    read = BatchReadInputSimplePublicObjectId(inputs=asked, properties=["email"], properties_with_history=[])

    found = await asyncio.to_thread(api.batch_api.read, read)
    new = SimplePublicObjectInputForCreate(properties={"email": "new@acme.example"}, associations=[])
    made = await asyncio.to_thread(api.basic_api.create, new)
    with pytest.raises(ApiException) as conflict:
        await asyncio.to_thread(api.basic_api.create, new)
    change = SimplePublicObjectInput(properties={"jobtitle": "CIO"})
    changed = await asyncio.to_thread(api.basic_api.update, made.id, change)
    search = PublicObjectSearchRequest(query="new@acme", limit=10, properties=["email"])
    searched = await asyncio.to_thread(api.search_api.do_search, search)
    merge = PublicMergeInput(primary_object_id=max_id, object_id_to_merge=eva_id)
    merged = await asyncio.to_thread(api.basic_api.merge, merge)
    await asyncio.to_thread(api.basic_api.archive, made.id)
    await asyncio.to_thread(api.basic_api.purge, PublicGdprDeleteInput(object_id=doe_id))

    assert [each.properties["email"] for each in found.results] == ["max@musterfirma.example"]
    assert found.errors[0].context == {"ids": ["7"]}
    assert conflict.value.status == 409
    assert changed.properties["jobtitle"] == "CIO"
    assert searched.total == 1
    assert int(merged.id) in crm.contacts
    assert int(doe_id) not in crm.contacts


async def test_lists_and_the_rest(client, crm):
    """Lists, their members, associations, owners and properties."""
    max_id = str(min(crm.contacts))
    lists, members = client.crm.lists.lists_api, client.crm.lists.memberships_api
    wanted = ListCreateRequest(name="New", object_type_id="0-1", processing_type="MANUAL")
    inputs = BatchInputPublicFetchAssociationsBatchRequest(inputs=[PublicFetchAssociationsBatchRequest(id=max_id)])

    made = await asyncio.to_thread(lists.create, wanted)
    added = await asyncio.to_thread(members.add, made.list.list_id, [max_id])
    page = await asyncio.to_thread(members.get_page, made.list.list_id, limit=250)
    found = await asyncio.to_thread(lists.do_search, ListSearchRequest(query="", offset=0, additional_properties=[]))
    associations = await asyncio.to_thread(
        client.crm.associations.v4.batch_api.get_page, "contacts", "companies", inputs
    )
    owners = await asyncio.to_thread(client.crm.owners.owners_api.get_page)
    properties = await asyncio.to_thread(client.crm.properties.core_api.get_all, "contacts")

    assert added.records_ids_added == [max_id]
    assert [each.record_id for each in page.results] == [max_id]
    assert {each.name for each in found.lists} == {"Customers", "New"}
    assert int(associations.results[0].to[0].to_object_id) == min(crm.companies)
    assert owners.results == []
    assert "email" in {each.name for each in properties.results}


async def test_errors_have_their_classes(client, hubspot):
    """The package's exceptions for 401, 403 and 404 are raised."""
    lists = client.crm.lists.lists_api

    with pytest.raises(NotFoundException):
        await asyncio.to_thread(lists.get_by_id, "999")
    hubspot.faults.missing_scopes = {"crm.lists.read"}
    with pytest.raises(ForbiddenException):
        await asyncio.to_thread(lists.get_by_id, "611")
    hubspot.faults.revoked = True
    with pytest.raises(UnauthorizedException):
        await asyncio.to_thread(lists.get_by_id, "611")
