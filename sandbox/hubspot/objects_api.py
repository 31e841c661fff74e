"""The objects API: contacts and companies are read, made, changed, deleted and merged."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sandbox.hubspot.call import Answer, Call, as_id, string_list
from sandbox.hubspot.crm import AddressBlocked, AddressTaken, NoSuchRecord
from sandbox.hubspot.records import ObjectType, Record
from sandbox.hubspot.refusals import Json, bad_properties, conflict, invalid, missing_fields, not_found
from sandbox.hubspot.shapes import batch, missing_objects, simple_object
from sandbox.hubspot.writing import BadProperties

BATCH = 100
BATCH_WITH_HISTORY = 50


@contextmanager
def refusals() -> Iterator[None]:
    """Turns what the CRM refuses into HubSpot's answers."""
    try:
        yield
    except AddressTaken as error:
        raise conflict(str(error)) from error
    except AddressBlocked as error:
        raise invalid("This email address cannot be used: it was deleted for privacy") from error
    except BadProperties as error:
        raise bad_properties(error.problems) from error
    except NoSuchRecord as error:
        raise not_found() from error


def batch_read(call: Call, object_type: ObjectType) -> Answer:
    body = call.body("inputs", "properties", "propertiesWithHistory")
    asked = string_list(body, "properties")
    with_history = string_list(body, "propertiesWithHistory")
    inputs = call.inputs(body, BATCH_WITH_HISTORY if with_history else BATCH)
    look_up = _look_up(call, object_type, body.get("idProperty"))
    archived = call.flag("archived")
    found: dict[int, Record] = {}
    missing: list[str] = []
    for key in dict.fromkeys(each["id"] for each in inputs):
        record = look_up(key)
        if record is None or (record.archived_at is not None) != archived:
            missing.append(key)
        else:
            found[record.id] = record
    # The order of results is not promised; newest first shows who relied on it.
    newest_first = sorted(found.values(), key=lambda each: -each.id)
    results = [simple_object(call.crm, each, asked, call.hubspot.portal_id) for each in newest_first]
    errors = [missing_objects(object_type, missing)] if missing else []
    return Answer(*batch(results, errors, call.crm.now()))


def read_one(call: Call, object_type: ObjectType) -> Answer:
    key = call.path["id"]
    id_property = call.query.get("idProperty")
    if id_property == "email" and object_type == "contacts":
        record = call.crm.contact_by_address(key)
    else:
        record = _look_up(call, object_type, id_property)(key)
    if record is None or (record.archived_at is not None) != call.flag("archived"):
        raise not_found()
    return Answer(_shown(call, record))


def create(call: Call, object_type: ObjectType) -> Answer:
    properties = _properties(call.body("properties"))
    if object_type == "contacts" and not any(properties.get(n) for n in ("email", "firstname", "lastname")):
        raise invalid("A contact needs at least one of: email, firstname, lastname")
    with refusals():
        change = call.crm.create(object_type, properties)
    call.hubspot.announce(change)
    assert change.record is not None
    return Answer(simple_object(call.crm, change.record, properties, call.hubspot.portal_id), 201)


def update(call: Call, object_type: ObjectType) -> Answer:
    properties = _properties(call.body("properties"))
    with refusals():
        change = call.crm.change(object_type, call.number("id"), properties)
    call.hubspot.announce(change)
    assert change.record is not None
    return Answer(simple_object(call.crm, change.record, properties, call.hubspot.portal_id))


def archive(call: Call, object_type: ObjectType) -> Answer:
    """Deleting what is deleted already is no error."""
    record = call.crm.find(object_type, call.number("id"))
    if record is None:
        raise not_found()
    if record.archived_at is None:
        call.hubspot.announce(call.crm.delete(object_type, record.id))
    return Answer(None, 204)


def merge(call: Call, object_type: ObjectType) -> Answer:
    body = call.body("primaryObjectId", "objectIdToMerge")
    primary, loser = as_id(str(body["primaryObjectId"])), as_id(str(body["objectIdToMerge"]))
    if call.crm.find(object_type, primary) is call.crm.find(object_type, loser):
        raise invalid("Cannot merge an object into itself, or no such objects")
    with refusals():
        change = call.crm.merge(object_type, primary, loser)
    call.hubspot.announce(change)
    assert change.record is not None
    return Answer(_shown(call, change.record))


def gdpr_delete(call: Call) -> Answer:
    """By an unknown e-mail address nothing is deleted, but the address goes on a blocklist."""
    body = call.body("objectId")
    key = str(body["objectId"])
    if body.get("idProperty") == "email":
        contact = call.crm.contact_by_address(key)
        if contact is None:
            call.crm.blocked_addresses.add(key.lower())
            return Answer(None, 204)
        contact_id = contact.id
    else:
        contact_id = as_id(key)
    with refusals():
        call.hubspot.announce(call.crm.privacy_delete(contact_id))
    return Answer(None, 204)


def _look_up(call: Call, object_type: ObjectType, id_property: str | None) -> Callable[[str], Record | None]:
    if id_property is None or id_property == "hs_object_id":
        return lambda key: call.crm.find(object_type, int(key)) if key.isascii() and key.isdigit() else None
    if id_property == "email" and object_type == "contacts":
        return lambda key: _by_primary_address(call, key)
    raise invalid(f"idProperty {id_property} is not a unique property of {object_type}")


def _by_primary_address(call: Call, address: str) -> Record | None:
    contact = call.crm.contact_by_address(address)
    return contact if contact is not None and contact.addresses[0] == address.lower() else None


def _shown(call: Call, record: Record) -> Json:
    asked = [name for value in call.query.getall("properties", []) for name in value.split(",")]
    return simple_object(call.crm, record, asked or None, call.hubspot.portal_id)


def _properties(body: Json) -> dict[str, str]:
    properties = body["properties"]
    if not isinstance(properties, dict):
        raise missing_fields(["properties"])
    return {name: "" if value is None else str(value) for name, value in properties.items()}
