"""Notes: made on contacts, changed, and read by the contact they are on."""

from collections.abc import Sequence

from sandbox.hubspot.call import Answer, Call, string_list
from sandbox.hubspot.crm import NoSuchRecord
from sandbox.hubspot.records import Note
from sandbox.hubspot.refusals import Json, invalid, not_found
from sandbox.hubspot.shapes import batch, iso

BATCH = 100
ON_A_CONTACT = 202


def create(call: Call) -> Answer:
    body = call.body("properties")
    properties = body["properties"]
    if not isinstance(properties, dict) or not properties.get("hs_timestamp"):
        raise invalid("hs_timestamp is required")
    contact_ids = [_contact(call, each) for each in body.get("associations") or ()]
    now = call.crm.now()
    made = Note(call.crm.new_id(), {name: str(value) for name, value in properties.items()}, contact_ids, now)
    call.crm.notes[made.id] = made
    for contact_id in contact_ids:
        call.crm.contacts[contact_id].updated_at = now
    return Answer(_shown(made, list(made.properties)), 201)


def update(call: Call) -> Answer:
    note = call.crm.notes.get(call.number("id"))
    if note is None:
        raise not_found()
    note.properties |= {name: str(value) for name, value in call.body("properties")["properties"].items()}
    return Answer(_shown(note, list(note.properties)))


def batch_read(call: Call) -> Answer:
    body = call.body("inputs", "properties", "propertiesWithHistory")
    asked = string_list(body, "properties")
    ids = [int(each["id"]) for each in call.inputs(body, BATCH) if each["id"].isdigit()]
    results = [_shown(call.crm.notes[each], asked) for each in ids if each in call.crm.notes]
    return Answer(*batch(results, [], call.crm.now()))


def of_contacts(call: Call) -> Answer:
    """The batch read of associations from contacts to notes."""
    results: list[Json] = []
    for each in call.inputs(call.body("inputs"), BATCH):
        on_it = [note.id for note in call.crm.notes.values() if each["id"] in map(str, note.contact_ids)]
        types = [{"category": "HUBSPOT_DEFINED", "typeId": ON_A_CONTACT - 1, "label": None}]
        ends = [{"toObjectId": str(id_) if call.dated else id_, "associationTypes": types} for id_ in on_it]
        if ends:
            results.append({"from": {"id": each["id"]}, "to": ends})
    return Answer(*batch(results, [], call.crm.now()))


def _contact(call: Call, association: Json) -> int:
    types = [each.get("associationTypeId") for each in association.get("types") or ()]
    if types != [ON_A_CONTACT]:
        raise invalid(f"association types {types} do not lead from a note to a contact")
    try:
        return call.crm.live("contacts", int(association["to"]["id"])).id
    except NoSuchRecord as error:
        raise not_found() from error


def _shown(note: Note, asked: Sequence[str]) -> Json:
    return {
        "id": str(note.id),
        "properties": {name: note.properties.get(name) for name in asked},
        "createdAt": iso(note.created_at),
        "updatedAt": iso(note.created_at),
        "archived": False,
    }
