"""How records look in answers: ids and values are strings, times are ISO 8601 in UTC."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sandbox.hubspot.crm import Crm
from sandbox.hubspot.records import OBJECT_TYPE_IDS, ObjectType, Record
from sandbox.hubspot.refusals import Json

MODIFIED = {"contacts": "lastmodifieddate", "companies": "hs_lastmodifieddate"}

ALWAYS = {each: ("createdate", "hs_object_id", modified) for each, modified in MODIFIED.items()}
"""Properties of every answer, asked for or not."""

BY_DEFAULT = {"contacts": ("email", "firstname", "lastname"), "companies": ("domain", "name")}


def iso(moment: datetime) -> str:
    """Like `2026-11-01T10:00:00.000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def value_of(record: Record, name: str) -> str | None:
    """A property's value, also of those that are fields of ours; None if it has none."""
    if name == "hs_object_id":
        return str(record.id)
    if name == "createdate":
        return iso(record.created_at)
    if name == MODIFIED[record.object_type]:
        return iso(record.updated_at)
    if name == "associatedcompanyid":
        return str(record.company_ids[0]) if record.company_ids else None
    return record.properties.get(name)


def simple_object(crm: Crm, record: Record, asked: Iterable[str] | None, portal_id: int) -> Json:
    """`asked` None: HubSpot's default properties. Unknown and sensitive names are passed over without a word."""
    definitions = crm.properties[record.object_type]
    wanted = dict.fromkeys([*ALWAYS[record.object_type], *(BY_DEFAULT[record.object_type] if asked is None else asked)])
    readable = [name for name in wanted if name in definitions and definitions[name].sensitivity == "non_sensitive"]
    type_id = OBJECT_TYPE_IDS[record.object_type]
    answer: Json = {
        "id": str(record.id),
        "properties": {name: value_of(record, name) for name in sorted(readable)},
        "createdAt": iso(record.created_at),
        "updatedAt": iso(record.updated_at),
        "archived": record.archived_at is not None,
        "url": f"https://app-eu1.hubspot.com/contacts/{portal_id}/record/{type_id}/{record.id}",
    }
    if record.archived_at is not None:
        answer["archivedAt"] = iso(record.archived_at)
    return answer


def batch(results: Sequence[Json], errors: Sequence[Json], now: datetime) -> tuple[Json, int]:
    """A batch answer and its status: 207 when some inputs failed, which is still a success."""
    times = {"startedAt": iso(now), "completedAt": iso(now)}
    body: Json = {"status": "COMPLETE", "results": list(results), **times}
    if not errors:
        return body, 200
    return {**body, "numErrors": len(errors), "errors": list(errors)}, 207


def missing_objects(object_type: ObjectType, ids: Sequence[str]) -> Json:
    kind = {"contacts": "CONTACT", "companies": "COMPANY"}[object_type]
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": f"Could not get some {kind} objects, they may be deleted or not exist. Check that ids are valid.",
        "context": {"ids": list(ids)},
        "errors": [],
        "links": {},
    }
