"""What HubSpot sends of its own accord: signed, in arrays, again and again until it is taken."""

import hashlib
import json

import pytest

from sandbox.hubspot import signatures

SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
POSTED = b'{"example_field":"example_value"}'
PUBLISHED_BODY = (
    b'[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,'
    b'"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM",'
    b'"changeFlag":"NEW","appId":54321}]'
)
URI = "https://www.example.com/webhook_uri"


def test_published_signatures():
    """The signatures equal those HubSpot publishes (v1, v2), and a v3 one computed independently."""
    v1 = signatures.v1(SECRET, PUBLISHED_BODY)
    v2_get = signatures.v2(SECRET, "GET", URI, b"")
    v2_post = signatures.v2(SECRET, "POST", URI, POSTED)
    v3 = signatures.v3(SECRET, "POST", URI, PUBLISHED_BODY, 1564113600000)

    assert v1 == "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de"
    assert v2_get == "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e"
    assert v2_post == "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900"
    assert v3 == "DxmVAjFNa2xfF3YgQjdZP6TNcok9k1oaH7UXombPtvw="


def test_v3_decodes_twelve_escapes():
    """Twelve escapes are decoded before hashing, in either case; a blank or a percent sign stays escaped."""
    escaped, plain = "%3A%2f%3F%40%21%24%27%28%29%2A%2C%3B%20%25", ":/?@!$'()*,;%20%25"

    assert signatures.v3("s", "POST", f"https://a.example/{escaped}", b"", 1) == signatures.v3(
        "s", "POST", f"https://a.example/{plain}", b"", 1
    )


def test_v3_leaves_other_escapes():
    """A blank that is escaped differs from one that is not."""
    assert signatures.v3("s", "POST", "https://a.example/%20", b"", 1) != signatures.v3(
        "s", "POST", "https://a.example/ ", b"", 1
    )


def events_of(receiver) -> list[dict[str, object]]:
    return [each for one in receiver.received for each in json.loads(one.body)]


def told(receiver) -> list[tuple[object, object]]:
    return [(each["subscriptionType"], each["objectId"]) for each in events_of(receiver)]


@pytest.fixture
def sending(hubspot, receiver):
    """The sandbox, with its webhooks going to the receiver and hardly any wait before it repeats one."""
    hubspot.send_webhooks_to(receiver.url)
    hubspot.webhooks.retry_delays = (0.0,) * 10
    return hubspot


async def test_signed_event_arrives(sending, receiver):
    """An event is an array of one, with numbers as ids, and proofs v1 and v3 over the very bytes sent."""
    max_id = min(sending.crm.contacts)

    sending.change_contact(max_id, {"jobtitle": "Head of Purchasing"})
    await sending.webhooks.settled()

    (call,) = receiver.received
    (event,) = json.loads(call.body)
    occurred = int(sending.crm.contacts[max_id].updated_at.timestamp() * 1000)
    assert event == {
        "eventId": event["eventId"],
        "subscriptionId": event["subscriptionId"],
        "portalId": 4711,
        "appId": 77001,
        "occurredAt": occurred,
        "subscriptionType": "contact.propertyChange",
        "attemptNumber": 0,
        "objectId": max_id,
        "changeSource": "CRM_UI",
        "propertyName": "jobtitle",
        "propertyValue": "Head of Purchasing",
    }
    assert call.headers["X-HubSpot-Signature-Version"] == "v1"
    assert call.headers["X-HubSpot-Signature"] == hashlib.sha256(SECRET.encode() + call.body).hexdigest()
    stamp = int(call.headers["X-HubSpot-Request-Timestamp"])
    assert call.headers["X-HubSpot-Signature-v3"] == signatures.v3(SECRET, "POST", receiver.url, call.body, stamp)


async def test_workflow_call(sending, receiver):
    """Joining and leaving a list is a call of its workflow: one object, a v2 proof, the list in the query."""
    eva = sorted(sending.crm.contacts)[1]

    sending.add_to_list(611, eva)
    await sending.webhooks.settled()
    sending.remove_from_list(611, eva)
    await sending.webhooks.settled()

    first, second = receiver.received
    assert first.path == second.path == "/webhooks/hubspot/lists?list=611"
    assert json.loads(first.body) == {"hs_object_id": str(eva), "list_id": "611"}
    assert first.headers["X-HubSpot-Signature-Version"] == "v2"
    url = receiver.url + "/lists?list=611"
    assert first.headers["X-HubSpot-Signature"] == signatures.v2(SECRET, "POST", url, first.body)


async def test_workflow_with_a_default_body(sending, receiver):
    """Without a chosen body a workflow posts the whole record in the oldest API's form, with its history."""
    sending.webhooks.workflow_body = "default"
    eva = sorted(sending.crm.contacts)[1]

    sending.add_to_list(611, eva)
    await sending.webhooks.settled()

    body = json.loads(receiver.received[0].body)
    assert (body["vid"], body["portal-id"], body["is-contact"]) == (eva, 4711, True)
    assert body["properties"]["email"]["value"] == "eva@musterfirma.example"
    assert "listId" not in body


async def test_workflow_with_a_key(sending, receiver):
    """A workflow may send a named header with a secret instead of a signature."""
    sending.webhooks.workflow_key = ("X-Secret", "s3")

    sending.add_to_list(611, max(sending.crm.contacts))
    await sending.webhooks.settled()

    headers = receiver.received[0].headers
    assert headers["X-Secret"] == "s3"
    assert not any(name.lower().startswith("x-hubspot-signature") for name in headers)


async def test_generic_association(sending, receiver):
    """A generic event of an association names the object types of both ends."""
    sending.webhooks.families = ("generic",)
    sending.associate(max(sending.crm.contacts), max(sending.crm.companies))
    await sending.webhooks.settled()

    ends = {(each["fromObjectTypeId"], each["toObjectTypeId"]) for each in events_of(receiver)}
    assert ends == {("0-1", "0-2"), ("0-2", "0-1")}


async def test_legacy_private_app(sending, receiver):
    """A legacy private app's events carry no v3 proof."""
    sending.webhooks.signs_v3 = False

    sending.create_contact({"email": "new@acme.example"})
    await sending.webhooks.settled()

    assert "X-HubSpot-Signature-v3" not in receiver.received[0].headers
    assert "X-HubSpot-Signature" in receiver.received[0].headers


async def test_every_operation_is_told(sending, receiver):
    """Each operation sends what HubSpot sends for it."""
    max_id, eva_id, doe_id = sending.crm.contacts
    acme = max(sending.crm.companies)

    new = sending.create_contact({"email": "new@acme.example"})
    await sending.webhooks.settled()
    sending.delete(new.id)
    await sending.webhooks.settled()
    sending.restore(new.id)
    await sending.webhooks.settled()
    merged = sending.merge(max_id, eva_id)
    await sending.webhooks.settled()
    sending.privacy_delete(doe_id)
    await sending.webhooks.settled()
    sending.change_company(acme, {"name": "Acme Corp."})
    await sending.webhooks.settled()

    assert told(receiver) == [
        ("contact.creation", new.id),
        ("contact.deletion", new.id),
        ("contact.restore", new.id),
        ("contact.merge", merged.id),
        ("contact.deletion", doe_id),
        ("contact.privacyDeletion", doe_id),
        ("company.propertyChange", acme),
    ]
    merge = events_of(receiver)[3]
    assert (merge["primaryObjectId"], merge["mergedObjectIds"], merge["newObjectId"]) == (max_id, [eva_id], merged.id)


async def test_a_primary_association_is_told_twice(sending, receiver):
    """Both ends tell a new association, and a primary one comes as the plain one, too."""
    eva, acme = sorted(sending.crm.contacts)[1], max(sending.crm.companies)

    sending.associate(eva, acme)
    await sending.webhooks.settled()

    assert [(e["associationType"], e["isPrimaryAssociation"]) for e in events_of(receiver)] == [
        ("CONTACT_TO_COMPANY", False),
        ("COMPANY_TO_CONTACT", False),
        ("CONTACT_TO_COMPANY", True),
        ("COMPANY_TO_CONTACT", True),
    ]
    assert (events_of(receiver)[0]["fromObjectId"], events_of(receiver)[0]["toObjectId"]) == (eva, acme)


async def test_writes_by_api_echo(sending, receiver, ask):
    """What an app writes comes back to it as a webhook."""
    await ask("POST", "/crm/v3/objects/contacts", json={"properties": {"email": "new@acme.example"}})
    await sending.webhooks.settled()

    assert [kind for kind, _ in told(receiver)] == ["contact.creation"]


async def test_sensitive_values_are_redacted(sending, receiver):
    """The value of a sensitive property is not sent."""
    sending.change_contact(min(sending.crm.contacts), {"date_of_birth": "1979-04-11"})
    await sending.webhooks.settled()

    assert events_of(receiver)[0]["propertyValue"] == "REDACTED"


async def test_generic_events(sending, receiver):
    """With both families subscribed each change arrives twice; the generic one names the object type."""
    sending.webhooks.families = ("classic", "generic")

    new = sending.create_contact({"email": "new@acme.example"})
    await sending.webhooks.settled()

    assert told(receiver) == [("contact.creation", new.id), ("object.creation", new.id)]
    assert events_of(receiver)[1]["objectTypeId"] == "0-1"


@pytest.mark.parametrize("status", [400, 401, 429, 500, 503])
async def test_app_events_are_repeated(status, sending, receiver):
    """Any 4xx or 5xx makes HubSpot send the same events again, with the attempt counted."""
    receiver.statuses = [status, status]

    sending.create_contact({"email": "new@acme.example"})
    await sending.webhooks.settled()

    attempts = [(each["attemptNumber"], each["eventId"]) for each in events_of(receiver)]
    assert [attempt for attempt, _ in attempts] == [0, 1, 2]
    assert len({event_id for _, event_id in attempts}) == 1
    assert sending.webhooks.undelivered == []


async def test_given_up_after_ten_repetitions(sending, receiver):
    """After eleven failures in all the events are given up."""
    receiver.statuses = [500] * 20

    sending.create_contact({"email": "new@acme.example"})
    await sending.webhooks.settled()

    assert len(receiver.received) == 11
    assert [each.last_status for each in sending.webhooks.undelivered] == [500]


@pytest.mark.parametrize(("status", "calls"), [(400, 1), (404, 1), (429, 2), (503, 2)])
async def test_workflow_calls_are_lost_by_4xx(status, calls, sending, receiver):
    """A workflow repeats its call after 429 and 5xx, but never after another 4xx."""
    receiver.statuses = [status]
    receiver.headers = {"Retry-After": "5"}

    sending.add_to_list(611, max(sending.crm.contacts))
    await sending.webhooks.settled()

    assert len(receiver.received) == calls


async def test_nobody_there(sending):
    """A receiver that is not there counts as a failure, not as an error of the sandbox."""
    sending.webhooks.url = "http://127.0.0.1:1/nobody"

    sending.create_contact({"email": "new@acme.example"})
    await sending.webhooks.settled()

    assert [each.last_status for each in sending.webhooks.undelivered] == [0]


async def test_batches(sending, receiver):
    """A hundred events at most come in one array."""
    max_id = min(sending.crm.contacts)
    changes = [sending.crm.change("contacts", max_id, {"city": f"C{n}"}).app_events[0] for n in range(205)]

    sending.webhooks.announce(changes, ())
    await sending.webhooks.settled()

    assert sorted(len(json.loads(each.body)) for each in receiver.received) == [5, 100, 100]


async def test_disorder(sending, receiver):
    """Events can be lost, doubled and shuffled, as a test wants."""
    disorder = sending.webhooks.disorder
    disorder.duplicate, disorder.reorder, disorder.drop_next = True, True, 1
    max_id = min(sending.crm.contacts)
    properties = {"city": "Berlin", "country": "Germany", "jobtitle": "CIO", "phone": "1", "company": "X"}

    sending.change_contact(max_id, properties)
    await sending.webhooks.settled()

    names = [each["propertyName"] for each in events_of(receiver)]
    assert sorted(names) == sorted(["country", "jobtitle", "phone", "company"] * 2)
    assert names != ["country", "jobtitle", "phone", "company"] * 2


async def test_deliveries_are_reported(sending, receiver):
    """Each delivery is reported with what it tells, the answer, and the attempt."""
    seen = []
    sending.webhooks.on_exchange = seen.append
    receiver.statuses = [503]

    sending.create_contact({"email": "new@acme.example"})
    await sending.webhooks.settled()

    assert [(e.direction, e.about, e.status, e.attempt) for e in seen] == [
        ("webhook", "contact.creation", 503, 0),
        ("webhook", "contact.creation", 204, 1),
    ]
