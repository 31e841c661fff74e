"""Who is in a list, which lists a record is in, and writing members into lists kept by hand."""

from bisect import bisect_right

from sandbox.hubspot.call import Answer, Call, as_id
from sandbox.hubspot.lists_api import found_list
from sandbox.hubspot.records import HubSpotList
from sandbox.hubspot.refusals import Json, invalid
from sandbox.hubspot.shapes import iso

DEFAULT_PAGE, PAGE = 100, 250


def page(call: Call) -> Answer:
    """Sorted by record id; the cursor is opaque to callers and survives changes of the list."""
    of = found_list(call)
    limit = call.limit(DEFAULT_PAGE, PAGE)
    after = _cursor(call.query.get("after"))
    pages, faults = call.hubspot.member_pages, call.hubspot.faults
    if of.id in faults.empty_lists:
        return Answer({"results": []})
    if after and of.id in pages.last_page and faults.repeats_page():
        return Answer(pages.last_page[of.id])
    live = _live_after(call, of, after, limit + 1)
    shown = live[:limit]
    body: Json = {"results": [{"recordId": str(each), "membershipTimestamp": iso(of.members[each])} for each in shown]}
    if len(live) > limit:
        body["paging"] = {"next": {"after": _as_cursor(shown[-1])}}
    pages.last_page[of.id] = body
    return Answer(body)


def of_record(call: Call) -> Answer:
    """The lists a live record is in; none for records that are not there."""
    object_type = call.object_type("type")
    record = call.crm.find(object_type, call.number("record_id"))
    lists = [each for each in call.crm.lists.values() if each.object_type == object_type and each.deleted_at is None]
    if record is None or record.archived_at is not None:
        return Answer({"results": []})
    return Answer({"results": [_membership(each, record.id) for each in lists if record.id in each.members]})


def add(call: Call) -> Answer:
    of, ids = found_list(call), _record_ids(call)
    live = [each for each in ids if (r := call.crm.find(of.object_type, each)) is not None and r.archived_at is None]
    _refuse_dynamic(of)
    change = call.crm.add_to_list(of.id, live)
    call.hubspot.announce(change)
    added = [str(each.record_id) for each in change.list_events]
    missing = [str(each) for each in ids if each not in live]
    return Answer({"recordsIdsAdded": added, "recordIdsRemoved": [], "recordIdsMissing": missing})


def remove(call: Call) -> Answer:
    of, ids = found_list(call), _record_ids(call)
    _refuse_dynamic(of)
    change = call.crm.remove_from_list(of.id, ids)
    call.hubspot.announce(change)
    removed = [str(each.record_id) for each in change.list_events]
    missing = [str(each) for each in ids if call.crm.find(of.object_type, each) is None]
    return Answer({"recordsIdsAdded": [], "recordIdsRemoved": removed, "recordIdsMissing": missing})


def _live_after(call: Call, of: HubSpotList, after: int, most: int) -> list[int]:
    members = call.hubspot.member_pages.members(of)
    records = call.crm.records(of.object_type)
    live: list[int] = []
    for each in members[bisect_right(members, after) :]:
        record = records.get(each)
        if record is not None and record.archived_at is None:
            live.append(each)
        if len(live) == most:
            break
    return live


def _as_cursor(record_id: int) -> str:
    return f"m{record_id:x}"


def _cursor(after: str | None) -> int:
    if after is None:
        return 0
    try:
        return int(after.removeprefix("m"), 16)
    except ValueError as error:
        raise invalid(f"Invalid value for after: {after}") from error


def _membership(of: HubSpotList, record_id: int) -> Json:
    joined = iso(of.members[record_id])
    return {
        "listId": str(of.id),
        "listVersion": 1,
        "firstAddedTimestamp": joined,
        "lastAddedTimestamp": joined,
        "isPublicList": False,
    }


def _record_ids(call: Call) -> list[int]:
    ids = call.json()
    if not isinstance(ids, list):
        raise invalid("Invalid input JSON on line 1, column 1: the body must be a list of record ids")
    return list(dict.fromkeys(as_id(str(each)) for each in ids))


def _refuse_dynamic(of: HubSpotList) -> None:
    if of.processing_type == "DYNAMIC":
        raise invalid(f"List {of.id} has processing type DYNAMIC; its members follow from its filters")
