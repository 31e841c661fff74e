"""Who may ask, how often, and what happens when things go wrong."""

import json

import aiohttp
import pytest

from sandbox.hubspot.limits import Limits

OWNERS = "/crm/v3/owners/"
SEARCH = "/crm/v3/objects/contacts/search"
RIGHT = {"Authorization": "Bearer pat-eu1-test"}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "pat-eu1-test"}])
@pytest.mark.parametrize("path", [OWNERS, "/crm/lists/2026-09/611", "/account-info/v3/details"])
async def test_token(path, headers, ask):
    """Without the right bearer token there is only a 401."""
    answer = await ask("GET", path, headers=headers)

    assert answer.status == 401
    assert answer.body["category"] == "INVALID_AUTHENTICATION"


async def test_revoked_token(ask, hubspot):
    """A token that was right may be revoked."""
    hubspot.faults.revoked = True

    assert (await ask("GET", OWNERS)).status == 401


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/crm/v3/lists/611", "crm.lists.read"),
        ("GET", "/crm/owners/2026-09", "crm.objects.owners.read"),
        ("POST", SEARCH, "crm.objects.contacts.read"),
        ("POST", "/crm/v3/objects/companies/batch/read", "crm.objects.companies.read"),
        ("POST", "/crm/v3/objects/contacts", "crm.objects.contacts.write"),
        ("PUT", "/crm/v3/lists/611/memberships/add", "crm.lists.write"),
    ],
)
async def test_missing_scope(method, path, scope, ask, hubspot):
    """Without its scope a call gets 403, which names the scope."""
    hubspot.faults.missing_scopes = {scope}

    answer = await ask(method, path, json={})

    assert answer.status == 403
    assert answer.body["category"] == "MISSING_SCOPES"
    assert answer.body["errors"][0]["context"]["requiredGranularScopes"] == [scope]


async def test_unknown_paths_and_methods(ask, hubspot):
    """Paths that do not exist are 404, other methods 405 with the allowed ones, and both are counted."""
    nowhere = await ask("GET", "/crm/v3/objects/unicorns")
    version = await ask("GET", "/crm/owners/2024-03")
    method = await ask("PUT", OWNERS)

    assert (nowhere.status, version.status, method.status) == (404, 404, 405)
    assert "GET" in method.headers["Allow"]
    assert nowhere.body["status"] == "error"
    assert hubspot.requests["unknown"] == 3


async def test_content_type(ask):
    """A body that is not called JSON is 415."""
    headers = {**RIGHT, "Content-Type": "text/plain"}

    assert (await ask("POST", SEARCH, data=b"{}", headers=headers)).status == 415


async def test_ten_second_limit(ask, hubspot):
    """The 101st request within ten seconds is 429; when the window has moved on, it is let through."""
    now = [0.0]
    hubspot.limits = Limits(clock=lambda: now[0])

    answers = [await ask("GET", OWNERS) for _ in range(101)]
    now[0] = 10.0
    later = await ask("GET", OWNERS)

    assert [each.status for each in answers] == [200] * 100 + [429]
    assert [answers[n].headers["X-HubSpot-RateLimit-Remaining"] for n in (0, 99)] == ["99", "0"]
    assert answers[0].headers["X-HubSpot-RateLimit-Max"] == "100"
    assert answers[0].headers["X-HubSpot-RateLimit-Interval-Milliseconds"] == "10000"
    assert answers[100].body["errorType"] == "RATE_LIMIT"
    assert answers[100].body["policyName"] == "TEN_SECONDLY_ROLLING"
    assert answers[100].body["message"] == "You have reached your ten_secondly_rolling limit."
    assert later.status == 200


async def test_search_limit(ask, hubspot):
    """The sixth search within a second is 429; searches carry no rate-limit headers."""
    hubspot.limits = Limits(clock=lambda: 0.0)

    answers = [await ask("POST", SEARCH, json={}) for _ in range(6)]

    assert [each.status for each in answers] == [200] * 5 + [429]
    assert answers[5].body["message"] == "You have reached your secondly limit."
    assert not any(name.startswith("X-HubSpot-RateLimit") for each in answers for name in each.headers)


async def test_daily_limit_and_exemption(ask, hubspot):
    """Association batches are outside the ten-second limit, not outside the daily one."""
    hubspot.limits = Limits(per_ten_seconds=1, per_day=3, clock=lambda: 0.0)
    path, body = "/crm/v4/associations/contacts/companies/batch/read", {"inputs": [{"id": "1"}]}

    answers = [await ask("POST", path, json=body) for _ in range(4)]

    assert [each.status for each in answers] == [207, 207, 207, 429]
    assert answers[3].body["policyName"] == "DAILY"


async def test_limits_off(ask):
    """With the limits off many requests pass."""
    assert {(await ask("GET", OWNERS)).status for _ in range(120)} == {200}


async def test_down(ask, hubspot):
    """Down is 503, a cut connection, or nobody listening; each ends when it is switched off."""
    hubspot.faults.down = "503"
    assert (await ask("GET", OWNERS)).status == 503

    hubspot.faults.down = "cut"
    with pytest.raises(aiohttp.ClientError):
        await ask("GET", OWNERS)

    hubspot.faults.clear()
    await hubspot.refuse_connections()
    with pytest.raises(aiohttp.ClientConnectorError):
        await ask("GET", OWNERS)

    await hubspot.listen()
    assert (await ask("GET", OWNERS)).status == 200


async def test_next_answers(ask, hubspot):
    """The next answers can be 429, with a Retry-After or without, or any status in order."""
    hubspot.faults.too_many = 1
    hubspot.faults.retry_after = "3"
    first = await ask("GET", OWNERS)
    hubspot.faults.clear()
    hubspot.faults.too_many = 1
    second = await ask("GET", OWNERS)
    hubspot.faults.next_statuses = [200, 502, 477]
    rest = [await ask("GET", OWNERS) for _ in range(4)]

    assert (first.status, first.headers["Retry-After"]) == (429, "3")
    assert second.status == 429
    assert "Retry-After" not in second.headers
    assert [each.status for each in rest] == [200, 502, 477, 200]
    assert rest[2].headers["Retry-After"] == "2"


async def test_faults_of_one_endpoint(ask, hubspot):
    """A fault can be narrowed to one endpoint."""
    hubspot.faults.only = "lists"
    hubspot.faults.down = "503"

    assert (await ask("GET", OWNERS)).status == 200
    assert (await ask("GET", "/crm/v3/lists/611")).status == 503

    hubspot.faults.down, hubspot.faults.truncated = None, 1
    assert (await ask("GET", OWNERS)).body == {"results": []}
    with pytest.raises(json.JSONDecodeError):
        await ask("GET", "/crm/v3/lists/611")


async def test_truncated(ask, hubspot):
    """A truncated answer breaks off in its JSON, though its length is right."""
    hubspot.faults.truncated = 1

    with pytest.raises(json.JSONDecodeError):
        await ask("GET", "/crm/v3/lists/611")
    assert (await ask("GET", "/crm/v3/lists/611")).status == 200


async def test_slow(ask, hubspot):
    """A slow HubSpot outlasts a client's patience."""
    hubspot.faults.slow = 5.0

    with pytest.raises(TimeoutError):
        await ask("GET", OWNERS, timeout=aiohttp.ClientTimeout(total=0.1))


async def test_repeated_page_and_empty_list(ask, crm, hubspot):
    """A page of members may come twice, and a list may claim to be empty while its size says otherwise."""
    crm.add_to_list(611, list(crm.contacts))
    url = "/crm/v3/lists/611/memberships?limit=2"
    first = (await ask("GET", url)).body
    follow = f"{url}&after={first['paging']['next']['after']}"

    hubspot.faults.repeated_pages = 1
    assert (await ask("GET", follow)).body == first
    assert len((await ask("GET", follow)).body["results"]) == 1

    hubspot.faults.empty_lists = {611}
    assert (await ask("GET", url)).body == {"results": []}
    assert (await ask("GET", "/crm/v3/lists/611")).body["list"]["size"] == 3


async def test_requests_are_counted_and_reported(ask, hubspot):
    """Each request counts by its endpoint, whatever the path family, and is reported with both bodies."""
    seen = []
    hubspot.on_exchange = seen.append

    await ask("GET", "/crm/v3/lists/611")
    await ask("GET", "/crm/lists/2026-09/611", headers={})

    assert hubspot.requests["lists.read"] == 2
    assert [(each.about, each.method, each.url, each.status) for each in seen] == [
        ("lists.read", "GET", "/crm/v3/lists/611", 200),
        ("lists.read", "GET", "/crm/lists/2026-09/611", 401),
    ]
    assert json.loads(seen[0].response_body)["list"]["name"] == "Customers"
    assert seen[0].seconds >= 0
