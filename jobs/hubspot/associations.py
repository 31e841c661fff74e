"""What contacts are associated with: which company each belongs to, and which notes stand on one."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from jobs.hubspot.client import HubSpotClient
from jobs.hubspot.pages import Paging
from jobs.hubspot.records import batches, refuse_other_errors
from jobs.hubspot.trouble import BadAnswer, ErrorDetail

BATCH: Final = 1000
# Source: HubSpot developer docs, "Associations", association type ids: contact to primary company.
PRIMARY: Final = 1


class _Type(msgspec.Struct):
    typeId: int | str


class _End(msgspec.Struct):
    toObjectId: str | int
    associationTypes: list[_Type] = []


class _Start(msgspec.Struct):
    id: str | int


class _Associated(msgspec.Struct, rename={"start": "from", "ends": "to"}):
    start: _Start
    ends: list[_End]
    paging: Paging | None = None


class _Answer(msgspec.Struct):
    results: list[_Associated]
    errors: list[ErrorDetail] | None = None


def read_primary_companies(client: HubSpotClient, contact_ids: Sequence[str]) -> dict[str, str]:
    """
    By contact id the id of its primary company, else of the first one; contacts without company are left out.

    1000 contacts a request, and none of it counts against the ten-second limit. More than 500 companies of one
    contact come in pages.
    """
    primary: dict[str, str] = {}
    first: dict[str, str] = {}
    for some in batches(contact_ids, BATCH):
        cursors: Mapping[str, str | None] = dict.fromkeys(some)
        seen: set[tuple[str, str]] = set()
        while cursors:
            answer = _read(client, cursors)
            primary |= {str(each.start.id): one for each in answer if (one := _primary(each.ends))}
            first = {str(each.start.id): str(each.ends[0].toObjectId) for each in answer if each.ends} | first
            cursors = {contact: after for contact, after in _next_pages(answer) if contact not in primary}
            _refuse_repeated(cursors, seen)
    return first | primary


def read_associated(client: HubSpotClient, contact_id: str, what: str) -> tuple[str, ...]:
    """The ids of all records of one type (as HubSpot spells it in paths) that a contact is associated with."""
    found: list[str] = []
    cursors: Mapping[str, str | None] = {contact_id: None}
    seen: set[tuple[str, str]] = set()
    while cursors:
        answer = _read(client, cursors, what)
        found += [str(end.toObjectId) for each in answer for end in each.ends]
        cursors = dict(_next_pages(answer))
        _refuse_repeated(cursors, seen)
    return tuple(found)


def _read(client: HubSpotClient, cursors: Mapping[str, str | None], what: str = "companies") -> list[_Associated]:
    inputs = [
        {"id": contact} if after is None else {"id": contact, "after": after} for contact, after in cursors.items()
    ]
    call = client.association_batches.get_page
    answer = client.ask(call, "contacts", what, {"inputs": inputs}, into=_Answer)
    refuse_other_errors(answer.errors)
    return answer.results


def _primary(ends: Iterable[_End]) -> str | None:
    for end in ends:
        if any(str(each.typeId) == str(PRIMARY) for each in end.associationTypes):
            return str(end.toObjectId)
    return None


def _next_pages(answer: Iterable[_Associated]) -> list[tuple[str, str]]:
    return [(str(each.start.id), str(each.paging.next.after)) for each in answer if each.paging and each.paging.next]


def _refuse_repeated(cursors: Mapping[str, str | None], seen: set[tuple[str, str]]) -> None:
    for contact, after in cursors.items():
        if after is None or (contact, after) in seen:
            raise BadAnswer("a page of associations leads to itself")
        seen.add((contact, after))
