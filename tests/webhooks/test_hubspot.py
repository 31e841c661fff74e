"""HubSpot's deliveries over HTTP: what is on disk when they are acknowledged."""

import json

from sqlmodel import select

from storage import dead_letters, open_store, portal
from storage.contacts import Contact, ContactState
from storage.contacts_arrived import store_states
from storage.inbox import Hint
from tests.webhooks.conftest import WORKFLOW_SECRET, hubspot_v2, make_edge


def told(kind="contact.creation", **fields):
    return {"eventId": 1, "portalId": 4711, "subscriptionType": kind, "objectId": 501} | fields


async def hints(store):
    rows = await store.read(lambda session: session.exec(select(Hint.kind, Hint.object_id)).all())
    return sorted((kind.value, object_id) for kind, object_id in rows)


async def test_acknowledged_is_on_disk(served, store):
    """At 204 the hints and the dead letters are on disk, and a type that nobody knows is counted."""
    answer = await served.hubspot([told(), told("contact.what"), told("company.merge", objectId=None)])

    assert answer.status == 204
    assert await hints(store) == [("contact", "501")]
    assert [letter.reason for letter in await store.read(dead_letters.newest, 10)] == ["it names no record"]
    assert [(one.kind, one.times) for one in await store.read(dead_letters.unknown_types)] == [("contact.what", 1)]


async def test_a_privacy_deletion(served, store, hasher, clock):
    """Whoever was deleted for privacy is hidden when the delivery is acknowledged."""
    await store.write(store_states, [ContactState("501", clock(), email="max@firma.de")], hasher=hasher, now=clock())
    assert (await served.hubspot([told("contact.privacyDeletion"), told("contact.deletion")])).status == 204

    assert await store.read(lambda session: session.exec(select(Contact.hidden_at)).all()) == [clock()]
    assert await hints(store) == [("contact", "501"), ("privacy_deletion", "501")]


async def test_nothing_to_keep(served, store):
    """An empty array is acknowledged."""
    assert (await served.hubspot([])).status == 204
    assert await hints(store) == []


async def test_another_portal(served, store, clock):
    """Once our portal is known, events of another one are acknowledged and do not count."""
    await store.write(portal.remember, "4711", now=clock())

    assert (await served.hubspot([told(portalId=4712), told(objectId=502)])).status == 204
    assert await hints(store) == [("contact", "502")]


async def test_v2_counts_until_v3_came(served, store, clock):
    """The older signature, which can be replayed, counts until HubSpot has once sent v3."""
    await store.write(portal.remember, "4711", now=clock())
    body = json.dumps([told()]).encode()
    older = {"data": body, "headers": hubspot_v2("/webhooks/hubspot", body)}

    assert (await served.ask("POST", "/webhooks/hubspot", **older)).status == 204
    assert (await served.hubspot([told()])).status == 204
    assert (await served.ask("POST", "/webhooks/hubspot", **older)).status == 401


async def test_a_workflow_tells_of_a_list(served, store):
    """The list comes from the address or the body, the record from the body; both become hints."""
    assert (await served.hubspot(b"", "/webhooks/hubspot/lists?list=611")).status == 204
    assert (await served.hubspot(b'{"listId": "612", "hs_object_id": 501}', "/webhooks/hubspot/lists")).status == 204
    whole = {"vid": 502, "portal-id": 4711, "properties": {"hs_list_id": {"value": "613", "versions": []}}}
    assert (await served.hubspot(json.dumps(whole).encode(), "/webhooks/hubspot/lists")).status == 204

    assert await hints(store) == [
        ("contact", "501"),
        ("contact", "502"),
        ("list", "611"),
        ("list", "612"),
        ("list", "613"),
    ]


async def test_a_workflow_of_companies(served, store):
    """A company, in HubSpot's older default body or by its object type, is a hint about a company."""
    older = {"portalId": 4711, "companyId": 8001, "isDeleted": False, "properties": {"name": {"value": "Acme"}}}
    newer = {"objectTypeId": "0-2", "id": "8002", "properties": {"name": "Acme"}}
    for body in (older, newer):
        assert (await served.hubspot(json.dumps(body).encode(), "/webhooks/hubspot/lists?list=612")).status == 204

    assert await hints(store) == [("company", "8001"), ("company", "8002"), ("list", "612")]


async def test_a_workflow_without_an_app(serve, store, clock, hasher):
    """Where no app signs, the shared secret alone proves a workflow, and it proves nothing at the app's receiver."""
    served = await serve(make_edge(store, clock, hasher, hubspot_secrets=()))
    secret = {"headers": {"X-Workflow-Secret": WORKFLOW_SECRET}}

    assert (await served.ask("POST", "/webhooks/hubspot/lists?list=611", data=b"{}", **secret)).status == 204
    assert (await served.ask("POST", "/webhooks/hubspot/lists?list=611", data=b"{}")).status == 401
    assert (await served.ask("POST", "/webhooks/hubspot", data=b"[]", **secret)).status == 503
    assert await hints(store) == [("list", "611")]


async def test_a_workflow_waits_for_milliseconds(serve, clock, hasher):
    """While nothing can be kept a workflow is told when to come again, in milliseconds, as HubSpot reads it there."""
    nowhere = open_store("sqlite:////nowhere/at/all.db")
    served = await serve(make_edge(nowhere, clock, hasher))
    answer = await served.hubspot(b"{}", "/webhooks/hubspot/lists?list=611")
    await nowhere.close()

    assert (answer.status, answer.headers["Retry-After"]) == (503, "5000")


async def test_a_workflow_that_names_nothing(served):
    """Without list and record: 400, and what to add to the workflow."""
    answer = await served.hubspot(b'{"firstname": "Max"}', "/webhooks/hubspot/lists")

    assert answer.status == 400
    assert "?list=ID" in answer.json["detail"]


async def test_a_workflow_of_another_portal(served, store, clock):
    """A workflow of another portal is acknowledged and does not count."""
    await store.write(portal.remember, "4711", now=clock())

    assert (await served.hubspot(b'{"portalId": 4712}', "/webhooks/hubspot/lists?list=611")).status == 204
    assert await hints(store) == []
