"""HubSpot's lists ("segments" to people): found by id or name, and their members page by page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from decisions.outside_text import clean
from jobs.hubspot.client import HubSpotClient
from jobs.hubspot.pages import Cursors, Paging
from jobs.hubspot.records import moment
from jobs.hubspot.trouble import BadAnswer, NotFound, Refused
from storage.hubspot_lists import HubSpotListState

CONTACTS: Final = "0-1"
PAGE_OF_LISTS: Final = 500
PAGE_OF_MEMBERS: Final = 250
LONGEST_NAME: Final = 500


@dataclass(frozen=True, slots=True)
class Page:
    """Record ids of members, and the cursor of the page after it; None: it is the last one."""

    ids: tuple[str, ...]
    next_after: str | None


class _List(msgspec.Struct):
    listId: str | int
    name: str
    objectTypeId: str = CONTACTS
    size: int | str | None = None
    deletedAt: str | None = None
    additionalProperties: dict[str, str | int | None] | None = None


class _One(msgspec.Struct):
    list: _List


class _Found(msgspec.Struct):
    lists: list[_List]
    hasMore: bool = False
    offset: int = 0


class _Member(msgspec.Struct):
    recordId: str | int


class _Members(msgspec.Struct):
    results: list[_Member]
    paging: Paging | None = None


def read_list(client: HubSpotClient, list_id: str, *, now: datetime) -> HubSpotListState:
    """
    One list; `deleted_at` is filled if HubSpot still shows it although it is deleted.

    Raises:
        NotFound: deleted, or never there.
    """
    return _state(client.ask(client.lists.get_by_id, list_id, into=_One).list, now)


def find_list(client: HubSpotClient, id_or_name: str, *, now: datetime) -> HubSpotListState | None:
    """
    The list of that id, else of exactly that name; None if there is none.

    It may hold companies: see `object_type_id`. A name of digits is found when no list has it as id.
    """
    wanted = id_or_name.strip()
    if wanted.isascii() and wanted.isdigit():
        try:
            return read_list(client, wanted, now=now)
        except NotFound:
            pass
    return _by_name(client, wanted, now)


def search_lists(
    client: HubSpotClient, query: str = "", *, list_ids: Sequence[str] = (), now: datetime
) -> tuple[HubSpotListState, ...]:
    """All lists whose name holds `query` (empty: all), only those of `list_ids` if given. 500 a request."""
    only = {"listIds": list(list_ids)} if list_ids else {}
    found: list[HubSpotListState] = []
    while True:
        body = {"query": query, "count": PAGE_OF_LISTS, "offset": len(found), "additionalProperties": [], **only}
        page = client.ask(client.lists.do_search, body, into=_Found)
        found += [_state(each, now) for each in page.lists]
        if not page.hasMore:
            return tuple(found)
        if page.offset != len(found):
            raise BadAnswer("a page of lists does not follow the one before it")


def memberships(client: HubSpotClient, list_id: str, after: str | None = None) -> Iterator[Page]:
    """
    The members of a list, 250 a page, from the cursor `after` on; one request for each page taken.

    It walks over a living set: who joins or leaves meanwhile may be missing or not. Nothing may be concluded from a
    walk that did not reach its end.

    Raises:
        NotFound: there is no such list.
        BadAnswer: also when HubSpot repeats a page or a cursor.
    """
    cursors = Cursors("list members", after)
    before: tuple[str, ...] = ()
    while True:
        page = _page(client, list_id, after, cursors)
        if page.ids and page.ids == before:
            raise BadAnswer("it sent the same page of list members twice")
        yield page
        if page.next_after is None:
            return
        before, after = page.ids, page.next_after


def _page(client: HubSpotClient, list_id: str, after: str | None, cursors: Cursors) -> Page:
    more: dict[str, Any] = {} if after is None else {"after": after}
    answer = client.ask(client.memberships.get_page, list_id, limit=PAGE_OF_MEMBERS, into=_Members, **more)
    return Page(tuple(str(each.recordId) for each in answer.results), cursors.after(answer.paging))


def _by_name(client: HubSpotClient, name: str, now: datetime) -> HubSpotListState | None:
    """By HubSpot's look-up, which is exact at once; lists of companies, and names no path can hold, by search."""
    try:
        return _state(client.ask(client.lists.get_by_name, name, CONTACTS, into=_One).list, now)
    except (NotFound, Refused):
        return next((each for each in search_lists(client, name, now=now) if each.name == name), None)


def _state(each: _List, now: datetime) -> HubSpotListState:
    more = each.additionalProperties or {}
    size = _number(each.size)
    return HubSpotListState(
        list_id=str(each.listId),
        asked_at=now,
        name=clean(each.name, LONGEST_NAME),
        object_type_id=each.objectTypeId,
        size=_number(more.get("hs_list_size")) if size is None else size,
        last_added_at=moment(_text(more.get("hs_last_record_added_at"))),
        last_removed_at=moment(_text(more.get("hs_last_record_removed_at"))),
        deleted_at=moment(each.deletedAt),
    )


def _number(value: str | int | None) -> int | None:
    """Sizes are text in searches, numbers elsewhere."""
    text = _text(value)
    return int(text) if text and text.isascii() and text.isdigit() else None


def _text(value: str | int | None) -> str | None:
    return None if value is None else str(value)
