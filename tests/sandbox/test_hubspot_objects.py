"""Contacts and companies over HTTP, under the old paths and the dated ones."""

import pytest

CONTACTS = ("/crm/v3/objects/contacts", "/crm/objects/2026-03/contacts", "/crm/objects/2026-09/contacts")
ASSOCIATIONS = ("/crm/v4/associations", "/crm/associations/2026-09")
BATCH = {"properties": ["firstname", "jobtitle", "no_such"], "propertiesWithHistory": []}


def inputs(*ids: object) -> list[dict[str, str]]:
    return [{"id": str(each)} for each in ids]


@pytest.mark.parametrize("contacts", CONTACTS)
async def test_batch_read(contacts, ask, crm):
    """Found contacts come with what was asked, unknown names are passed over, gaps are null, missing ids make a 207."""
    max_id = min(crm.contacts)

    answer = await ask("POST", f"{contacts}/batch/read", json={**BATCH, "inputs": inputs(max_id, 7, "x")})

    assert answer.status == 207
    (result,) = answer.body["results"]
    assert result["id"] == str(max_id)
    assert result["properties"].keys() == {"createdate", "firstname", "hs_object_id", "jobtitle", "lastmodifieddate"}
    assert (result["properties"]["firstname"], result["properties"]["jobtitle"]) == ("max", None)
    assert answer.body["numErrors"] == 1
    assert answer.body["errors"][0]["category"] == "OBJECT_NOT_FOUND"
    assert answer.body["errors"][0]["context"]["ids"] == ["7", "x"]


async def test_batch_read_without_gaps_is_200(ask, crm):
    """When all ids are found there is no word of errors."""
    answer = await ask("POST", f"{CONTACTS[0]}/batch/read", json={**BATCH, "inputs": inputs(*crm.contacts)})

    assert answer.status == 200
    assert len(answer.body["results"]) == 3
    assert "errors" not in answer.body


@pytest.mark.parametrize(
    "body",
    [
        {"inputs": inputs(1)},
        {"inputs": inputs(1), "properties": []},
        {"properties": [], "propertiesWithHistory": []},
        {**BATCH, "inputs": inputs(*range(101))},
        {**BATCH, "propertiesWithHistory": ["email"], "inputs": inputs(*range(51))},
        {**BATCH, "inputs": [{"id": 501}]},
        {**BATCH, "inputs": inputs(1), "idProperty": "firstname"},
        {**BATCH, "inputs": inputs(1), "properties": "email"},
        [],
    ],
)
async def test_batch_read_refuses(body, ask):
    """A batch that is too long, lacks a required field or has ids that are no strings gets 400."""
    answer = await ask("POST", f"{CONTACTS[0]}/batch/read", json=body)

    assert answer.status == 400
    assert answer.body["category"] == "VALIDATION_ERROR"


async def test_rubbish_is_no_json(ask):
    """A body that is no JSON gets 400 in HubSpot's words."""
    headers = {"Authorization": "Bearer pat-eu1-test", "Content-Type": "application/json"}

    answer = await ask("POST", f"{CONTACTS[0]}/batch/read", data=b'{"inputs": [', headers=headers)

    assert answer.status == 400
    assert answer.body["message"].startswith("Invalid input JSON")


async def test_archived_are_apart(ask, crm):
    """Deleted contacts are only found with archived=true, live ones only without."""
    gone, here = list(crm.contacts)[:2]
    assert (await ask("DELETE", f"{CONTACTS[0]}/{gone}")).status == 204
    body = {**BATCH, "inputs": inputs(gone, here)}

    live = await ask("POST", f"{CONTACTS[0]}/batch/read", json=body)
    archived = await ask("POST", f"{CONTACTS[0]}/batch/read?archived=true", json=body)

    assert [each["id"] for each in live.body["results"]] == [str(here)]
    assert [(each["id"], each["archived"]) for each in archived.body["results"]] == [(str(gone), True)]
    assert (await ask("GET", f"{CONTACTS[0]}/{gone}")).status == 404
    assert (await ask("GET", f"{CONTACTS[0]}/{gone}?archived=true")).status == 200


async def test_merged_ids_answer_with_the_third_record(ask, crm):
    """After a merge both old ids give one result, under the new id, with the loser's address as an additional one."""
    primary, loser = list(crm.contacts)[:2]
    merge = {"primaryObjectId": str(primary), "objectIdToMerge": str(loser)}
    merged = await ask("POST", f"{CONTACTS[2]}/merge", json=merge)

    wanted = {"inputs": inputs(primary, loser), "properties": ["email", "hs_additional_emails", "hs_merged_object_ids"]}
    answer = await ask("POST", f"{CONTACTS[2]}/batch/read", json={**wanted, "propertiesWithHistory": []})

    assert answer.status == 200
    (result,) = answer.body["results"]
    assert result["id"] == merged.body["id"]
    assert result["id"] not in (str(primary), str(loser))
    assert result["properties"]["email"] == "max@musterfirma.example"
    assert result["properties"]["hs_additional_emails"] == "eva@musterfirma.example"
    assert result["properties"]["hs_merged_object_ids"] == f"{primary};{loser}"
    assert (await ask("POST", f"{CONTACTS[2]}/merge", json=merge)).status == 400


@pytest.mark.parametrize("contacts", CONTACTS)
async def test_create_and_conflict(contacts, ask):
    """A new contact is 201; the same address again is 409 and names the id that has it."""
    body = {"properties": {"email": "new@acme.example", "lifecyclestage": "lead"}}

    made = await ask("POST", contacts, json=body)
    again = await ask("POST", contacts, json=body)

    assert made.status == 201
    assert made.body["properties"]["lifecyclestage"] == "lead"
    assert again.status == 409
    assert again.body["category"] == "CONFLICT"
    assert again.body["message"] == f"Contact already exists. Existing ID: {made.body['id']}"


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"email": "not an address"}, "INVALID_EMAIL"),
        ({"email": "a@b.example", "shoe_size": "43"}, "PROPERTY_DOESNT_EXIST"),
        ({"email": "a@b.example", "lifecyclestage": "king"}, "INVALID_OPTION"),
        ({"email": "a@b.example", "vip": "yes"}, "INVALID_BOOLEAN"),
        ({"email": "a@b.example", "createdate": "2026-01-01"}, "READ_ONLY_VALUE"),
    ],
)
async def test_write_is_checked(properties, code, ask, crm):
    """What a property cannot hold is refused, and nothing is written."""
    answer = await ask("POST", CONTACTS[0], json={"properties": properties})

    assert answer.status == 400
    assert answer.body["errors"][0]["code"] == code
    assert len(crm.contacts) == 3


async def test_a_contact_needs_a_name_or_an_address(ask):
    """A telephone number alone makes no contact."""
    assert (await ask("POST", CONTACTS[0], json={"properties": {"phone": "+49 30 23125 1"}})).status == 400


async def test_update(ask, crm):
    """A change keeps the id; an address of somebody else is a conflict; unknown ids are 404."""
    max_id, eva_id = list(crm.contacts)[:2]

    changed = await ask("PATCH", f"{CONTACTS[1]}/{max_id}", json={"properties": {"email": "m@acme.example"}})
    taken = await ask("PATCH", f"{CONTACTS[1]}/{eva_id}", json={"properties": {"email": "M@acme.example"}})
    unknown = await ask("PATCH", f"{CONTACTS[1]}/5", json={"properties": {"email": "n@acme.example"}})

    assert (changed.status, changed.body["id"]) == (200, str(max_id))
    assert changed.body["properties"]["email"] == "m@acme.example"
    assert (taken.status, unknown.status) == (409, 404)


async def test_read_by_address(ask, crm):
    """One contact is found by its address; the default properties are HubSpot's six."""
    answer = await ask("GET", f"{CONTACTS[0]}/max@musterfirma.example?idProperty=email")

    assert answer.body["id"] == str(min(crm.contacts))
    assert answer.body["properties"].keys() == {
        "createdate",
        "email",
        "firstname",
        "hs_object_id",
        "lastmodifieddate",
        "lastname",
    }


async def test_privacy_delete(ask, crm):
    """The contact is gone, archived or not; an unknown address goes on the blocklist instead."""
    max_id = min(crm.contacts)

    assert (await ask("POST", f"{CONTACTS[0]}/gdpr-delete", json={"objectId": str(max_id)})).status == 204
    assert (await ask("GET", f"{CONTACTS[0]}/{max_id}?archived=true")).status == 404

    blocked = {"objectId": "who@acme.example", "idProperty": "email"}
    assert (await ask("POST", f"{CONTACTS[0]}/gdpr-delete", json=blocked)).status == 204
    assert (await ask("POST", CONTACTS[0], json={"properties": {"email": "who@acme.example"}})).status == 400


async def test_sensitive_values_stay_inside(ask, crm):
    """A sensitive property is not read by an ordinary token, even when it is asked for."""
    max_id = min(crm.contacts)
    crm.change("contacts", max_id, {"date_of_birth": "1979-04-11"})

    answer = await ask("GET", f"{CONTACTS[0]}/{max_id}?properties=date_of_birth,email")

    assert "date_of_birth" not in answer.body["properties"]


@pytest.mark.parametrize("companies", ["/crm/v3/objects/companies", "/crm/objects/2026-09/companies"])
async def test_companies(companies, ask, crm):
    """Companies are read like contacts, but their modification date has another name."""
    acme = max(crm.companies)

    many = await ask("POST", f"{companies}/batch/read", json={**BATCH, "inputs": inputs(acme), "properties": ["name"]})
    one = await ask("GET", f"{companies}/{acme}")

    assert many.body["results"][0]["properties"]["name"] == "Acme Inc."
    assert "hs_lastmodifieddate" in one.body["properties"]


@pytest.mark.parametrize(("associations", "kind"), [(ASSOCIATIONS[0], int), (ASSOCIATIONS[1], str)])
async def test_associations(associations, kind, ask, crm):
    """The primary company has types 1 and 279, others 279; contacts without company are absent and told as errors."""
    max_id, eva_id = list(crm.contacts)[:2]
    primary, second = crm.companies
    crm.associate(max_id, second)

    answer = await ask("POST", f"{associations}/contacts/companies/batch/read", json={"inputs": inputs(max_id, eva_id)})

    assert answer.status == 207
    (result,) = answer.body["results"]
    found = {each["toObjectId"]: [t["typeId"] for t in each["associationTypes"]] for each in result["to"]}
    assert result["from"] == {"id": str(max_id)}
    assert found == {kind(primary): [1, 279], kind(second): [279]}
    assert answer.body["errors"][0]["context"]["fromObjectId"] == [str(eva_id)]


async def test_associations_page_within_a_result(ask, crm):
    """More than 500 companies of one contact come with a cursor inside that contact's result."""
    max_id = min(crm.contacts)
    for number in range(505):
        made = crm.create("companies", {"name": f"C{number}"}).record
        crm.associate(max_id, made.id)
    path = f"{ASSOCIATIONS[0]}/contacts/companies/batch/read"

    first = (await ask("POST", path, json={"inputs": inputs(max_id)})).body["results"][0]
    after = first["paging"]["next"]["after"]
    rest = (await ask("POST", path, json={"inputs": [{"id": str(max_id), "after": after}]})).body["results"][0]

    assert (len(first["to"]), len(rest["to"])) == (500, 6)
    assert "paging" not in rest


async def test_associations_take_a_thousand(ask):
    """1,000 inputs are taken, 1,001 are refused."""
    path = f"{ASSOCIATIONS[1]}/contacts/companies/batch/read"

    assert (await ask("POST", path, json={"inputs": inputs(*range(1000))})).status == 207
    assert (await ask("POST", path, json={"inputs": inputs(*range(1001))})).status == 400
