"""The batch read of associations between contacts and companies, and from contacts to notes."""

from collections.abc import Sequence

from sandbox.hubspot import notes_api
from sandbox.hubspot.call import Answer, Call
from sandbox.hubspot.records import ObjectType, Record
from sandbox.hubspot.refusals import Json, invalid
from sandbox.hubspot.shapes import batch

BATCH = 1000
PAGE = 500
"""Associations of one record in one answer."""

TYPES = {"contacts": (1, 279), "companies": (2, 280)}
"""By the type it leads from: (primary, any)."""


def batch_read(call: Call) -> Answer:
    if call.path["to"] == "notes":
        return notes_api.of_contacts(call)
    start, end = call.object_type("from"), call.object_type("to")
    if start == end:
        raise invalid(f"No association types are defined between {start} and {end}")
    results: list[Json] = []
    errors: list[Json] = []
    for each in call.inputs(call.body("inputs"), BATCH):
        record = call.crm.find(start, int(each["id"])) if each["id"].isdigit() else None
        ends = _ends(call, record) if record is not None and record.archived_at is None else []
        if ends:
            results.append(_result(call, start, each, ends))
        else:
            errors.append(_nothing(each["id"], start, end))
    return Answer(*batch(results, errors, call.crm.now()))


def _ends(call: Call, record: Record) -> list[tuple[int, bool]]:
    """(id, is it the primary company) of what a record is associated with and is live."""
    if record.object_type == "contacts":
        ids = [each for each in record.company_ids if _live(call.crm.companies.get(each))]
        return [(each, each == record.company_ids[0]) for each in ids]
    contacts = [each for each in call.crm.contacts.values() if record.id in each.company_ids and _live(each)]
    return [(each.id, each.company_ids[0] == record.id) for each in contacts]


def _live(record: Record | None) -> bool:
    return record is not None and record.archived_at is None


def _result(call: Call, start: ObjectType, asked: Json, ends: Sequence[tuple[int, bool]]) -> Json:
    after = str(asked.get("after") or "0")
    if not after.isascii() or not after.isdigit():
        raise invalid(f"Invalid value for after: {after}")
    offset = int(after)
    page = ends[offset : offset + PAGE]
    result: Json = {"from": {"id": asked["id"]}, "to": [_end(call, start, *each) for each in page]}
    if offset + PAGE < len(ends):
        result["paging"] = {"next": {"after": str(offset + PAGE)}}
    return result


def _end(call: Call, start: ObjectType, end_id: int, primary: bool) -> Json:
    """`toObjectId` is a number in the old path family, a string in the dated one."""
    primary_type, any_type = TYPES[start]
    types = [{"category": "HUBSPOT_DEFINED", "typeId": any_type, "label": None}]
    if primary:
        types.insert(0, {"category": "HUBSPOT_DEFINED", "typeId": primary_type, "label": "Primary"})
    return {"toObjectId": str(end_id) if call.dated else end_id, "associationTypes": types}


def _nothing(record_id: str, start: ObjectType, end: ObjectType) -> Json:
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": f"No {end} are associated with {start} {record_id}.",
        "context": {"fromObjectId": [record_id], "fromObjectType": [start], "toObjectType": [end]},
        "errors": [],
        "links": {},
    }
