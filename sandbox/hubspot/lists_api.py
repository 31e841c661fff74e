"""The lists API ("segments" in HubSpot's newer words): lists themselves; their members are in `memberships_api`."""

from sandbox.hubspot.call import Answer, Call, as_id, string_list
from sandbox.hubspot.crm import Crm, ListNameTaken, NoSuchList
from sandbox.hubspot.records import OBJECT_TYPE_IDS, OBJECT_TYPES, HubSpotList
from sandbox.hubspot.refusals import Json, Refused, conflict, invalid, not_found
from sandbox.hubspot.shapes import iso

SEARCH_DEFAULT, SEARCH_MOST = 20, 500


def found_list(call: Call) -> HubSpotList:
    """The list of the path. Raises: Refused (404), also for a deleted one."""
    try:
        return call.crm.hubspot_list(call.number("list_id"))
    except NoSuchList as error:
        raise _no_list(call.path["list_id"]) from error


def read_one(call: Call) -> Answer:
    return Answer({"list": _with_size(call.crm, found_list(call))})


def read_many(call: Call) -> Answer:
    """Unknown and deleted ids are left out."""
    ids = [as_id(each) for each in call.query.getall("listIds", [])]
    lists = [call.crm.lists[each] for each in ids if each in call.crm.lists]
    return Answer({"lists": [_with_size(call.crm, each) for each in lists if each.deleted_at is None]})


def by_name(call: Call) -> Answer:
    found = call.crm.list_by_name(call.path["name"])
    if found is None or found.object_type != call.object_type("type"):
        raise _no_list(call.path["name"])
    return Answer({"list": _with_size(call.crm, found)})


def search(call: Call) -> Answer:
    """Pages are counted by `offset`; there is no `paging`."""
    body = call.body()
    offset, count = body.get("offset") or 0, body.get("count") or SEARCH_DEFAULT
    if not isinstance(offset, int) or not isinstance(count, int) or not 0 < count <= SEARCH_MOST or offset < 0:
        raise invalid(f"count must be between 1 and {SEARCH_MOST}, offset not negative")
    found = [each for each in call.crm.lists.values() if _wanted(each, body)]
    page = found[offset : offset + count]
    return Answer(
        {
            "lists": [_with_sizes_as_text(call.crm, each) for each in page],
            "offset": offset + len(page),
            "hasMore": offset + len(page) < len(found),
            "total": len(found),
        }
    )


def create(call: Call) -> Answer:
    body = call.body("name", "objectTypeId", "processingType")
    if body["processingType"] not in ("MANUAL", "SNAPSHOT"):
        raise invalid("processingType DYNAMIC needs a filterBranch, which this portal does not evaluate")
    object_type = OBJECT_TYPES.get(body["objectTypeId"])
    if object_type is None:
        raise invalid(f"Unknown objectTypeId {body['objectTypeId']}")
    try:
        made = call.crm.create_list(body["name"], object_type)
    except ListNameTaken as error:
        raise conflict(f"A list named {error} already exists") from error
    return Answer({"list": _with_size(call.crm, made)})


def delete(call: Call) -> Answer:
    call.crm.delete_list(found_list(call).id)
    return Answer(None, 204)


def size(crm: Crm, each: HubSpotList) -> int:
    records = crm.records(each.object_type)
    return sum(1 for member in each.members if (r := records.get(member)) is not None and r.archived_at is None)


def _no_list(named: str) -> Refused:
    return not_found(f"List does not exist with ID {named}.")


def _wanted(each: HubSpotList, body: Json) -> bool:
    types, ids = string_list(body, "processingTypes"), string_list(body, "listIds")
    return (
        each.deleted_at is None
        and str(body.get("query") or "").lower() in each.name.lower()
        and (not types or each.processing_type in types)
        and (not ids or str(each.id) in ids)
        and body.get("objectTypeId") in (None, OBJECT_TYPE_IDS[each.object_type])
    )


def _plain(each: HubSpotList) -> Json:
    return {
        "listId": str(each.id),
        "listVersion": 1,
        "name": each.name,
        "objectTypeId": OBJECT_TYPE_IDS[each.object_type],
        "processingType": each.processing_type,
        "processingStatus": "COMPLETE",
        "createdAt": iso(each.created_at),
        "updatedAt": iso(each.updated_at),
        "filtersUpdatedAt": iso(each.created_at),
    }


def _with_size(crm: Crm, each: HubSpotList) -> Json:
    return {**_plain(each), "size": size(crm, each)}


def _with_sizes_as_text(crm: Crm, each: HubSpotList) -> Json:
    """In search everything additional is text, and what is empty is absent."""
    additional = {"hs_list_size": str(size(crm, each)), "hs_list_reference_count": "0"}
    if each.members:
        additional["hs_last_record_added_at"] = str(int(max(each.members.values()).timestamp() * 1000))
    return {**_plain(each), "additionalProperties": additional}
