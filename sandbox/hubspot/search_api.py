"""The search of contacts and companies, with its caps. Source: HubSpot developer docs, "CRM search"."""

import fnmatch
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sandbox.hubspot.call import Answer, Call, string_list
from sandbox.hubspot.records import ObjectType, Record
from sandbox.hubspot.refusals import Json, invalid
from sandbox.hubspot.shapes import simple_object, value_of

PAGE = 200
RESULTS = 10_000
BODY = 3_000
GROUPS, FILTERS_OF_A_GROUP, FILTERS = 5, 6, 18

FREE_TEXT: Mapping[ObjectType, Sequence[str]] = {
    "contacts": ("email", "hs_additional_emails", "firstname", "lastname", "phone", "company"),
    "companies": ("name", "domain", "website", "phone"),
}

Test = Callable[[str | None, Json], bool]


def search(call: Call, object_type: ObjectType) -> Answer:
    if len(call.raw_body) > BODY:
        raise invalid(f"The search request is longer than {BODY} characters")
    body = call.body()
    limit, after = _page(body)
    wanted = _matcher(call, object_type, body)
    found = [each for each in call.crm.records(object_type).values() if _indexed(call, each) and wanted(each)]
    found.sort(key=lambda each: each.id)
    _sort(found, body.get("sorts") or [])
    asked = string_list(body, "properties") or None
    page = found[after : after + limit]
    answer: Json = {
        "total": len(found),
        "results": [simple_object(call.crm, each, asked, call.hubspot.portal_id) for each in page],
    }
    if after + limit < len(found):
        answer["paging"] = {"next": {"after": str(after + limit)}}
    return Answer(answer)


def _page(body: Json) -> tuple[int, int]:
    limit, after = body.get("limit") or 10, str(body.get("after") or "0")
    if not isinstance(limit, int) or not 0 < limit <= PAGE:
        raise invalid(f"limit must be between 1 and {PAGE}")
    if not after.isascii() or not after.isdigit():
        raise invalid(f"after must be a number: {after}")
    if int(after) + limit > RESULTS:
        raise invalid(f"Paging past {RESULTS} results of a search is not supported")
    return limit, int(after)


def _indexed(call: Call, record: Record) -> bool:
    """The index lags, and never holds archived records."""
    return record.archived_at is None and record.updated_at <= call.crm.now() - timedelta(
        seconds=call.hubspot.search_lag
    )


def _matcher(call: Call, object_type: ObjectType, body: Json) -> Callable[[Record], bool]:
    groups = [group.get("filters") or [] for group in body.get("filterGroups") or []]
    if len(groups) > GROUPS or any(len(g) > FILTERS_OF_A_GROUP for g in groups) or sum(map(len, groups)) > FILTERS:
        raise invalid(f"At most {GROUPS} filterGroups of {FILTERS_OF_A_GROUP} filters, {FILTERS} in all")
    for each in (each for group in groups for each in group):
        _check_filter(call, object_type, each)
    query = str(body.get("query") or "").lower()

    def wanted(record: Record) -> bool:
        fits = not groups or any(all(_fits(record, each) for each in group) for group in groups)
        return fits and (not query or any(query in (value_of(record, n) or "").lower() for n in FREE_TEXT[object_type]))

    return wanted


def _check_filter(call: Call, object_type: ObjectType, each: Json) -> None:
    if each.get("propertyName") not in call.crm.properties[object_type]:
        raise invalid(f"There was a problem with the request: property {each.get('propertyName')} does not exist")
    if each.get("operator") not in OPERATORS:
        raise invalid(f"Unknown operator {each.get('operator')}")
    needs = {"IN": "values", "NOT_IN": "values", "HAS_PROPERTY": "operator", "NOT_HAS_PROPERTY": "operator"}
    if each.get(needs.get(each["operator"], "value")) is None:
        raise invalid(f"Operator {each['operator']} needs `{needs.get(each['operator'], 'value')}`")


def _fits(record: Record, each: Json) -> bool:
    return OPERATORS[each["operator"]](value_of(record, each["propertyName"]), each)


def _rank(value: str) -> tuple[int, float, str]:
    """Numbers and times by size (times also as milliseconds), everything else by its text without case."""
    try:
        return 0, float(value), ""
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(value)
        return 0, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000, ""
    except ValueError:
        return 1, 0.0, value.lower()


def _compare(test: Callable[[tuple[int, float, str], tuple[int, float, str]], bool]) -> Test:
    return lambda value, each: value is not None and test(_rank(value), _rank(str(each["value"])))


def _is_in(value: str | None, each: Json) -> bool:
    """Stored values are compared in lower case, the given ones as they are: `IN` wants lower case."""
    return value is not None and any(value.lower() == given for given in each["values"])


def _has_token(value: str | None, each: Json) -> bool:
    pattern = str(each["value"]).lower()
    words = (value or "").lower().replace("@", " ").replace(".", " ").split()
    return any(fnmatch.fnmatchcase(word, pattern) for word in [*words, (value or "").lower()])


def _between(value: str | None, each: Json) -> bool:
    return value is not None and _rank(str(each["value"])) <= _rank(value) <= _rank(str(each.get("highValue", "")))


OPERATORS: Mapping[str, Test] = {
    "EQ": _compare(lambda one, other: one == other),
    "NEQ": lambda value, each: value is None or _rank(value) != _rank(str(each["value"])),
    "LT": _compare(lambda one, other: one < other),
    "LTE": _compare(lambda one, other: one <= other),
    "GT": _compare(lambda one, other: one > other),
    "GTE": _compare(lambda one, other: one >= other),
    "BETWEEN": _between,
    "IN": _is_in,
    "NOT_IN": lambda value, each: not _is_in(value, each),
    "HAS_PROPERTY": lambda value, each: value is not None,
    "NOT_HAS_PROPERTY": lambda value, each: value is None,
    "CONTAINS_TOKEN": _has_token,
    "NOT_CONTAINS_TOKEN": lambda value, each: not _has_token(value, each),
}


def _sort(found: list[Record], sorts: Sequence[str | Json]) -> None:
    if len(sorts) > 1:
        raise invalid("Only one sort is supported")
    for by in sorts:
        name = by.lstrip("-") if isinstance(by, str) else str(by.get("propertyName"))
        descending = by.startswith("-") if isinstance(by, str) else by.get("direction") == "DESCENDING"
        found.sort(key=lambda each: _rank(value_of(each, name) or ""), reverse=descending)
