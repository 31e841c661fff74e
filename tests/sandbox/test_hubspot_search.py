"""The search of contacts: filters, pages and caps."""

import pytest

SEARCH = ("/crm/v3/objects/contacts/search", "/crm/objects/2026-09/contacts/search")


def where(name: str, operator: str, **value: object) -> dict[str, object]:
    return {"filterGroups": [{"filters": [{"propertyName": name, "operator": operator, **value}]}]}


@pytest.mark.parametrize("path", SEARCH)
@pytest.mark.parametrize(
    ("body", "found"),
    [
        (where("email", "EQ", value="MAX@musterfirma.example"), {"max"}),
        (where("email", "IN", values=["max@musterfirma.example", "eva@musterfirma.example"]), {"max", "eva"}),
        (where("email", "IN", values=["MAX@musterfirma.example"]), set()),
        (where("lastname", "NEQ", value="Doe"), {"max", "eva"}),
        (where("phone", "HAS_PROPERTY"), set()),
        (where("email", "CONTAINS_TOKEN", value="*doe"), {"j.doe"}),
        ({"query": "muster"}, {"max", "eva", "j.doe"}),
        ({"query": "Mustermann"}, {"max"}),
        ({}, {"max", "eva", "j.doe"}),
    ],
)
async def test_filters(path, body, found, ask):
    """Each operator finds what HubSpot's finds; `IN` wants lower case; free text looks at names and addresses."""
    answer = await ask("POST", path, json=body)

    assert answer.status == 200
    assert {each["properties"]["firstname"] for each in answer.body["results"]} == found
    assert answer.body["total"] == len(found)


async def test_pages(ask, crm):
    """`after` is a number; sorting by id and asking for greater ids walks past any cap."""
    sort = {"sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}], "limit": 2}
    first = (await ask("POST", SEARCH[0], json=sort)).body
    rest = (await ask("POST", SEARCH[0], json={**sort, "after": first["paging"]["next"]["after"]})).body
    beyond = where("hs_object_id", "GT", value=first["results"][-1]["id"])

    assert first["paging"]["next"]["after"] == "2"
    assert [each["id"] for each in rest["results"]] == [str(max(crm.contacts))]
    assert "paging" not in rest
    assert (await ask("POST", SEARCH[0], json={**sort, **beyond})).body["results"] == rest["results"]


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"limit": 200, "after": "9801"},
        {"after": "x"},
        {"sorts": ["email", "lastname"]},
        {"filterGroups": [{"filters": []}] * 6},
        {"filterGroups": [{"filters": where("email", "HAS_PROPERTY")["filterGroups"][0]["filters"] * 7}]},
        where("no_such", "EQ", value="1"),
        where("email", "LIKE", value="1"),
        where("email", "EQ"),
        {"query": "x" * 3000},
    ],
)
async def test_refuses(body, ask):
    """What is over a cap or names nothing HubSpot knows gets 400."""
    assert (await ask("POST", SEARCH[0], json=body)).status == 400


async def test_the_index_lags(ask, hubspot):
    """With a lag a contact that was just made is not found yet, though it can be read."""
    hubspot.search_lag = 60.0

    assert (await ask("POST", SEARCH[0], json={})).body["total"] == 0


async def test_archived_never_appear(ask, crm):
    """A deleted contact is not found."""
    crm.delete("contacts", min(crm.contacts))

    assert (await ask("POST", SEARCH[0], json={})).body["total"] == 2
