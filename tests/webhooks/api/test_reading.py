"""Reading by the API: the feed, contacts, leads, campaigns, groups and numbers; and who never shows."""

from datetime import timedelta
from typing import Any

import pytest

from storage import Store, aggregate_only, groups_by_hand, portal, privacy
from storage.api_keys import Scope
from storage.opt_out_asked import opt_out
from storage.opt_outs import Hasher
from tests.storage.clicking import click
from tests.webhooks.api.conftest import EVA, JO, MAX
from tests.webhooks.conftest import API_KEY, Clock, make_edge

pytestmark = pytest.mark.usefixtures("people")


async def found(ask: Any, text: str, **more: Any) -> list[dict[str, Any]]:
    answer = await ask("POST", "/api/contacts/search", json={"text": text}, **more)
    assert answer.status == 200
    return answer.json["items"]


async def test_feed(ask: Any, store: Store, clock: Clock) -> None:
    """The feed tells who clicked what, is narrowed, and is paged while it grows."""
    (max_,) = await found(ask, MAX)
    (campaign,) = (await ask("GET", "/api/campaigns")).json["items"]
    first = (await ask("GET", "/api/feed?limit=1")).json

    assert first["items"][0] | {"id": 0} == {
        "id": 0,
        "kind": "first",
        "contact": max_["id"],
        "email": MAX,
        "name": "Max Mustermann",
        "company": None,
        "account": "firma.example",
        "owner": None,
        "clicks": 1,
        "campaigns": [{"campaign": "Fair", "clicks": 1}],
        "sender": "anna@ours.example",
        "first_at": "2026-11-25T08:30:00Z",
        "last_at": "2026-11-25T08:30:00Z",
    }
    click(store, EVA, clock())
    rest = (await ask("GET", f"/api/feed?limit=1&cursor={first['next']}")).json
    assert ([one["email"] for one in rest["items"]], rest["next"]) == ([EVA], None)

    for narrowed, expected in (
        (f"contact={max_['id']}", [MAX]),
        (f"campaign={campaign['id']}&owner=7", [MAX]),
        ("account=sub.firma.example&kind=return", [EVA]),
        ("from=2026-11-25T08:00:00Z&until=2026-11-25T09:00:00%2B00:00", [MAX]),
        ("account=nobody.example", []),
        ("account=gmail.com", []),
    ):
        assert [one["email"] for one in (await ask("GET", f"/api/feed?{narrowed}")).json["items"]] == expected, narrowed


async def test_contact(ask: Any) -> None:
    """A contact is found by a part of a name, an address or a domain, and shown by its id with what it did."""
    (max_,) = await found(ask, "muster")
    assert [one["email"] for one in await found(ask, "firma.example")] == [EVA, MAX]
    shown = (await ask("GET", f"/api/contacts/{max_['id']}")).json

    assert (shown["hubspot_id"], shown["name"], shown["email"]) == ("501", "Max Mustermann", MAX)
    assert shown["properties"]["firstname"] == "Max"
    numbers = shown["performance"]
    assert (numbers["views"], numbers["clicks"], numbers["click_rate"]) == (0, 1, None)
    assert numbers["recent_clicks"][0]["occurred_at"] == "2026-11-25T08:30:00Z"
    assert numbers["popular_campaigns"] == [{"campaign": "Fair", "clicks": 1}]
    assert (await ask("GET", "/api/contacts/999999")).status == 404


async def test_leads(ask: Any, store: Store, clock: Clock) -> None:
    """Leads are told newest first, narrowed and paged."""
    click(store, "al@acme.example", clock())
    first = (await ask("GET", "/api/leads?limit=1&stage=open")).json
    rest = (await ask("GET", f"/api/leads?limit=1&cursor={first['next']}")).json

    assert [one["email"] for one in first["items"] + rest["items"]] == ["al@acme.example", JO]
    assert rest["next"] is None
    assert [one["email"] for one in (await ask("GET", "/api/leads?account=other.example")).json["items"]] == [JO]
    assert (await ask("GET", "/api/leads?stage=dismissed")).json["items"] == []


async def test_numbers(ask: Any) -> None:
    """Numbers of contact, account, campaign, sender and in total are from one source, and each narrows the others."""
    (max_,) = await found(ask, MAX)
    (campaign,) = (await ask("GET", "/api/campaigns")).json["items"]
    (sender,) = (await ask("GET", "/api/senders")).json["items"]
    assert campaign["state"] == "external"
    assert campaign["performance"]["clicks"] == 3
    assert (sender["email"], sender["name"]) == ("anna@ours.example", None)
    for narrowed, clicks in (
        ("", 3),
        (f"campaign={campaign['id']}", 3),
        ("account=firma.example", 2),
        (f"contact={max_['id']}&campaign={campaign['id']}", 1),
        (f"contact={max_['id']}&account=other.example", 0),
        (f"sender={sender['id']}", 3),
        (f"sender={sender['id']}&account=firma.example&campaign={campaign['id']}", 2),
        ("group=999999", 0),
        ("account=nobody.example", 0),
        ("campaign=999999", 0),
    ):
        told = (await ask("GET", f"/api/performance?{narrowed}")).json
        assert (told["clicks"], told["unique_clickers"], len(told["recent_clicks"])) == (clicks,) * 3, narrowed
        assert sum(step["clicks"] for step in told["series"]) == clicks, narrowed
    assert (await ask("GET", "/api/performance?contact=999999")).status == 404
    assert (await ask("GET", "/api/target-groups")).json == {"items": []}


async def test_series(ask: Any, store: Store, clock: Clock) -> None:
    """A series is cut into the installation's days or into hours, from its begin to before its end."""
    store.write_now(portal.remember, "4711", now=clock(), time_zone="Pacific/Auckland")

    async def begins(asked: str) -> list[str]:
        return [step["from"] for step in (await ask("GET", f"/api/performance?{asked}")).json["series"]]

    assert await begins("") == ["2026-11-25"]
    assert await begins("by=hour") == [f"2026-11-25T0{hour}:00:00Z" for hour in (6, 7, 8)]
    assert await begins("by=hour&from=2026-11-25T07:00:00Z&until=2026-11-25T09:00:00%2B01:00") == [
        "2026-11-25T07:00:00Z"
    ]
    click(store, EVA, clock() + timedelta(hours=2))
    assert await begins("until=2026-11-26T00:00:00Z") == ["2026-11-25", "2026-11-26"]
    assert await begins("until=0001-01-01T00:00:00Z") == []


async def test_sender_numbers_are_off(serve: Any, store: Store, clock: Clock, hasher: Hasher) -> None:
    """Unless the settings allow it nobody is told how a single employee does, nor who they are; and what to do."""
    served = await serve(make_edge(store, clock, hasher, sender_numbers=False))
    for path in ("/api/senders", "/api/performance?sender=1"):
        refused = await served.get(path, Authorization=f"Bearer {API_KEY}")
        assert refused.status == 403
        assert "FOOTLIGHT_SENDER_NUMBERS" in refused.json["detail"]
    assert (await served.get("/api/performance", Authorization=f"Bearer {API_KEY}")).status == 200


async def test_without_addresses(ask: Any, make_key: Any) -> None:
    """A key that may read, but not addresses, gets none, wherever one may stand; names and numbers stay."""
    key = make_key("dashboard", Scope.READ)
    (max_,) = await found(ask, "mustermann", key=key)
    shown = f"/api/contacts/{max_['id']}"
    paths = (shown, "/api/feed", "/api/leads", "/api/senders", "/api/performance?account=firma.example")
    answers = [await ask("GET", path, key=key) for path in paths]

    assert [answer.status for answer in answers] == [200] * len(paths)
    assert max_["name"] == answers[0].json["name"] == "Max Mustermann"
    assert b"@" not in b"".join(answer.body for answer in answers)
    assert [one["email"] for one in await found(ask, "mustermann", key=make_key("crm", Scope.READ_ADDRESSES))] == [MAX]


@pytest.mark.parametrize("how", ["opted out", "erased"])
async def test_who_left_never_shows(how: str, ask: Any, store: Store, clock: Clock, hasher: Hasher) -> None:
    """Who opted out or was erased is in no answer, by whatever way one asks; others are."""
    (max_,) = await found(ask, MAX)
    for email in (MAX, JO):
        leave = opt_out if how == "opted out" else privacy.erase
        store.write_now(leave, email, actor="cli", hasher=hasher, now=clock() + timedelta(minutes=1))

    assert [one["email"] for one in (await ask("GET", "/api/feed")).json["items"]] == [EVA]
    assert (await ask("GET", "/api/leads")).json["items"] == []
    assert await found(ask, MAX) == []
    assert [one["email"] for one in await found(ask, "firma.example")] == [EVA]
    assert [one["email"] for one in (await ask("GET", "/api/performance")).json["recent_clicks"]] == [EVA]
    for path in (f"/api/contacts/{max_['id']}", f"/api/performance?contact={max_['id']}"):
        assert (await ask("GET", path)).status == 404


async def test_counted_only_in_groups(ask: Any, store: Store, clock: Clock, hasher: Hasher) -> None:
    """Who is counted only in groups has no numbers, nor has their account or a group of too few; 403 says why."""
    group_id = store.write_now(groups_by_hand.create, "Works council", actor="cli", now=clock())
    store.write_now(groups_by_hand.add, group_id, [], ["firma.example"], hasher=hasher, now=clock())
    store.write_now(aggregate_only.switch, group_id, on=True, actor="cli", now=clock())

    (max_,) = await found(ask, MAX)
    shown = (await ask("GET", f"/api/contacts/{max_['id']}")).json
    assert (shown["counted_only_in_groups"], shown["performance"]) == (True, None)
    for narrowed in (f"contact={max_['id']}", "account=firma.example", f"group={group_id}"):
        assert (await ask("GET", f"/api/performance?{narrowed}")).status == 403, narrowed
    assert [one["is_aggregate_only"] for one in (await ask("GET", "/api/target-groups")).json["items"]] == [True]
