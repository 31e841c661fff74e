"""Lists, their members, owners, properties and account details over HTTP."""

from datetime import UTC, datetime

import pytest

from sandbox.hubspot.records import Owner

LISTS = ("/crm/v3/lists", "/crm/lists/2026-03", "/crm/lists/2026-09")


@pytest.fixture
def long_list(crm):
    """A list of 600 contacts."""
    ids = [crm.create("contacts", {"email": f"p{n}@acme.example"}).record.id for n in range(600)]
    made = crm.create_list("Long")
    crm.add_to_list(made.id, reversed(ids))
    return made


@pytest.mark.parametrize("lists", LISTS)
async def test_members_in_pages(lists, ask, long_list):
    """All members come once, by ascending id as text, at most 250 a page; the last page has no cursor."""
    seen, after = [], ""
    for _ in range(3):
        page = (await ask("GET", f"{lists}/{long_list.id}/memberships?limit=250{after}")).body
        seen += [each["recordId"] for each in page["results"]]
        after = "&after=" + page.get("paging", {}).get("next", {}).get("after", "")

    assert seen == [str(each) for each in sorted(long_list.members)]
    assert after == "&after="
    assert page["results"][0]["membershipTimestamp"].endswith("Z")


@pytest.mark.parametrize("query", ["limit=251", "limit=0", "limit=x", "after=!"])
async def test_members_refuse(query, ask, long_list):
    """Pages over 250 and cursors of somebody else get 400."""
    assert (await ask("GET", f"{LISTS[0]}/{long_list.id}/memberships?{query}")).status == 400


async def test_the_cursor_survives_changes(ask, crm, long_list):
    """Who leaves while one pages does not shift the next page."""
    url = f"{LISTS[2]}/{long_list.id}/memberships"
    first = (await ask("GET", url)).body
    crm.remove_from_list(long_list.id, [int(each["recordId"]) for each in first["results"]])

    second = (await ask("GET", f"{url}?after={first['paging']['next']['after']}")).body

    assert [each["recordId"] for each in second["results"]] == [str(each) for each in sorted(long_list.members)[:100]]


async def test_archived_and_merged_members(ask, crm):
    """A deleted member is not shown until it is restored; merged members appear under the new id."""
    max_id, eva_id = list(crm.contacts)[:2]
    url = f"{LISTS[0]}/611/memberships"
    crm.delete("contacts", max_id)
    assert (await ask("GET", url)).body["results"] == []
    crm.restore("contacts", max_id)
    merged = crm.merge("contacts", eva_id, max_id).record

    assert [each["recordId"] for each in (await ask("GET", url)).body["results"]] == [str(merged.id)]


@pytest.mark.parametrize("lists", LISTS)
async def test_reading_lists(lists, ask):
    """One list, several, and one by its name all tell the id as text and the size as a number."""
    one = await ask("GET", f"{lists}/611")
    many = await ask("GET", f"{lists}?listIds=611&listIds=999")
    named = await ask("GET", f"{lists}/object-type-id/0-1/name/Customers")

    assert one.body["list"]["listId"] == "611"
    assert one.body["list"]["size"] == 1
    assert one.body["list"]["objectTypeId"] == "0-1"
    assert many.body["lists"] == [one.body["list"]]
    assert named.body == one.body


@pytest.mark.parametrize("path", ["999", "abc", "object-type-id/0-2/name/Customers", "999/memberships"])
async def test_no_such_list(path, ask):
    """A list that is not there is 404."""
    answer = await ask("GET", f"{LISTS[0]}/{path}")

    assert (answer.status, answer.body["category"]) == (404, "OBJECT_NOT_FOUND")


async def test_a_deleted_list_is_gone(ask):
    """A deleted list is 404, and in no search."""
    assert (await ask("DELETE", f"{LISTS[0]}/611")).status == 204

    assert (await ask("GET", f"{LISTS[0]}/611")).status == 404
    assert (await ask("POST", f"{LISTS[0]}/search", json={})).body["total"] == 0


@pytest.mark.parametrize("lists", LISTS)
async def test_search(lists, ask, crm):
    """Pages are counted by offset, sizes are text, and lists of companies name their type."""
    for number in range(24):
        crm.create_list(f"List {number}")
    crm.create_list("Accounts", "companies")

    first = (await ask("POST", f"{lists}/search", json={})).body
    rest = (await ask("POST", f"{lists}/search", json={"offset": first["offset"], "count": 500})).body
    named = (await ask("POST", f"{lists}/search", json={"query": "cust"})).body
    companies = (await ask("POST", f"{lists}/search", json={"objectTypeId": "0-2"})).body

    assert (len(first["lists"]), first["offset"], first["hasMore"], first["total"]) == (20, 20, True, 26)
    assert (len(rest["lists"]), rest["hasMore"]) == (6, False)
    assert named["lists"][0]["additionalProperties"]["hs_list_size"] == "1"
    assert "hs_last_record_added_at" in named["lists"][0]["additionalProperties"]
    assert [each["objectTypeId"] for each in companies["lists"]] == ["0-2"]
    assert (await ask("POST", f"{lists}/search", json={"count": 501})).status == 400


@pytest.mark.parametrize("lists", LISTS)
async def test_writing_members(lists, ask, crm):
    """Members are added and removed by id; who does not exist is told as missing."""
    eva = sorted(crm.contacts)[1]
    made = await ask("POST", lists, json={"name": "New", "objectTypeId": "0-1", "processingType": "MANUAL"})
    members = f"{lists}/{made.body['list']['listId']}/memberships"

    added = await ask("PUT", f"{members}/add", json=[str(eva), "7"])
    removed = await ask("PUT", f"{members}/remove", json=[str(eva)])

    assert added.body == {"recordsIdsAdded": [str(eva)], "recordIdsRemoved": [], "recordIdsMissing": ["7"]}
    assert removed.body == {"recordsIdsAdded": [], "recordIdsRemoved": [str(eva)], "recordIdsMissing": []}


async def test_list_writes_are_checked(ask, crm):
    """A name that is taken, a dynamic list without filters, and members of a dynamic list are refused."""
    dynamic = crm.create_list("Moving", dynamic=True)
    new = {"name": "Customers", "objectTypeId": "0-1", "processingType": "MANUAL"}

    assert (await ask("POST", LISTS[0], json=new)).status == 409
    assert (await ask("POST", LISTS[0], json={**new, "name": "N", "processingType": "DYNAMIC"})).status == 400
    assert (await ask("PUT", f"{LISTS[0]}/{dynamic.id}/memberships/add", json=["1"])).status == 400


@pytest.mark.parametrize("lists", LISTS)
async def test_lists_of_a_record(lists, ask, crm):
    """A record tells its lists; one that is deleted, or never was, is in none."""
    max_id, eva_id = list(crm.contacts)[:2]

    mine = await ask("GET", f"{lists}/records/0-1/{max_id}/memberships")
    hers = await ask("GET", f"{lists}/records/0-1/{eva_id}/memberships")
    nobodys = await ask("GET", f"{lists}/records/0-1/5/memberships")

    assert [each["listId"] for each in mine.body["results"]] == ["611"]
    assert (hers.body["results"], nobodys.body["results"]) == ([], [])


@pytest.fixture
def owners(crm):
    """Five owners, of whom the last has left."""
    for n in range(5):
        since = datetime(2026, 1, 1, tzinfo=UTC)
        crm.owners[100 + n] = Owner(100 + n, 9000 + n, f"o{n}@ours.example", f"O{n}", "Own", since, archived=n == 4)


@pytest.mark.parametrize("path", ["/crm/v3/owners", "/crm/v3/owners/", "/crm/owners/2026-09"])
@pytest.mark.usefixtures("owners")
async def test_owners(path, ask):
    """Owners come in pages; the departed only with archived=true, and without a user id."""
    first = (await ask("GET", f"{path}?limit=3")).body
    rest = (await ask("GET", f"{path}?limit=3&after={first['paging']['next']['after']}")).body
    gone = (await ask("GET", f"{path}?archived=true")).body

    assert [each["id"] for each in first["results"] + rest["results"]] == ["100", "101", "102", "103"]
    assert "paging" not in rest
    assert [each["id"] for each in gone["results"]] == ["104"]
    assert "userId" not in gone["results"][0]
    assert (await ask("GET", f"{path}?limit=501")).status == 400
    assert (await ask("GET", f"{path}?after=x")).status == 400


@pytest.mark.parametrize("path", ["/crm/v3/properties", "/crm/properties/2026-09"])
async def test_properties(path, ask):
    """Definitions carry labels, types and options; the default answer leaves sensitive ones out."""
    usual = (await ask("GET", f"{path}/contacts")).body["results"]
    sensitive = (await ask("GET", f"{path}/contacts?dataSensitivity=sensitive")).body["results"]
    of_companies = (await ask("GET", f"{path}/companies")).body["results"]

    named = {each["name"]: each for each in usual}
    assert named["lifecyclestage"]["label"] == "Lifecycle Stage"
    assert {"value": "customer", "label": "Customer", "displayOrder": 5, "hidden": False} in named["lifecyclestage"][
        "options"
    ]
    assert named["hubspot_owner_id"]["externalOptions"]
    assert named["hubspot_owner_id"]["options"] == []
    assert "date_of_birth" not in named
    assert [each["name"] for each in sensitive] == ["date_of_birth"]
    assert "domain" in {each["name"] for each in of_companies}


@pytest.mark.parametrize("path", ["/account-info/v3/details", "/account-info/2026-03/details"])
async def test_account_details(path, ask):
    """The account tells its portal id as a number, its time zone and the domain of its user interface."""
    details = (await ask("GET", path)).body

    assert details["portalId"] == 4711
    assert details["timeZone"] == "Europe/Berlin"
    assert details["utcOffset"] in ("+01:00", "+02:00")
    assert details["uiDomain"] == "app-eu1.hubspot.com"
