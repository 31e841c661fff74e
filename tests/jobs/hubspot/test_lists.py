"""HubSpot's lists are found by id and name, and walked to their end or not at all."""

import asyncio
import json

import pytest

from jobs.hubspot.lists import find_list, memberships, read_list, search_lists
from jobs.hubspot.trouble import BadAnswer, HubSpotDown, NotFound


async def test_one_list(hubspot, client, crm, now):
    """A list tells its name, type and size."""
    found = await asyncio.to_thread(read_list, client, "611", now=now)

    assert (found.list_id, found.name, found.object_type_id, found.size) == ("611", "Customers", "0-1", 2)
    assert found.asked_at == now
    assert found.deleted_at is None


async def test_a_deleted_list(hubspot, client, crm, now):
    """A deleted list is not found."""
    crm.delete_list(611)

    with pytest.raises(NotFound, match="611"):
        await asyncio.to_thread(read_list, client, "611", now=now)
    with pytest.raises(NotFound):
        await asyncio.to_thread(list, memberships(client, "611"))
    assert await asyncio.to_thread(find_list, client, "611", now=now) is None


async def test_a_deleted_list_that_is_still_shown(scripted, told, now):
    """When HubSpot answers a deleted list, the time of its deletion is told."""
    scripted.answers(b'{"list": {"listId": "611", "name": "C", "deletedAt": "2026-11-01T10:00:00Z"}}')

    found = await asyncio.to_thread(read_list, told, "611", now=now)

    assert found.deleted_at.isoformat() == "2026-11-01T10:00:00+00:00"


@pytest.mark.parametrize("name", ["Customers / DACH", "Käufer 100%?", "2026", "a;b=c&d#e", "Firmen"])
async def test_found_by_name(hubspot, client, crm, now, name):
    """A list is found by its exact name, whatever characters that has, and whatever its members are."""
    made = crm.create_list(name, "companies" if name == "Firmen" else "contacts")

    found = await asyncio.to_thread(find_list, client, name, now=now)

    assert found.list_id == str(made.id)
    assert found.object_type_id == ("0-2" if name == "Firmen" else "0-1")


async def test_found_by_id_first(hubspot, client, crm, now):
    """A name that is another list's id does not hide that list."""
    crm.create_list("611")

    assert (await asyncio.to_thread(find_list, client, " 611 ", now=now)).name == "Customers"


async def test_a_part_of_a_name_is_no_name(hubspot, client, now):
    """Only the exact name counts."""
    assert await asyncio.to_thread(find_list, client, "Custom", now=now) is None
    assert await asyncio.to_thread(find_list, client, "", now=now) is None


async def test_trouble_is_not_absence(hubspot, client, now):
    """With HubSpot down nobody says that a list is not there."""
    hubspot.faults.down = "503"

    with pytest.raises(HubSpotDown):
        await asyncio.to_thread(find_list, client, "Customers", now=now)


async def test_all_lists(hubspot, client, crm, now):
    """A search without words gives all lists over all pages, sizes and last additions included."""
    for number in range(1100):
        crm.create_list(f"List {number}")

    found = await asyncio.to_thread(search_lists, client, now=now)

    assert len({each.list_id for each in found}) == 1101
    customers = next(each for each in found if each.name == "Customers")
    assert customers.size == 2
    assert customers.last_added_at is not None
    assert hubspot.requests == {"lists.search": 3}


async def test_pages_of_lists_that_do_not_follow(scripted, told, now):
    """A search that would never end is BadAnswer."""
    scripted.answers(b'{"lists": [], "hasMore": true, "offset": 20}')

    with pytest.raises(BadAnswer):
        await asyncio.to_thread(search_lists, told, now=now)


async def test_members_page_by_page(hubspot, client, crm):
    """All members come once, 250 a page, and a walk goes on from any page's cursor."""
    people = [crm.create("contacts", {"firstname": str(n)}).record.id for n in range(600)]
    crm.add_to_list(611, people)

    pages = await asyncio.to_thread(lambda: list(memberships(client, "611")))
    rest = await asyncio.to_thread(lambda: list(memberships(client, "611", pages[0].next_after)))

    assert [len(each.ids) for each in pages] == [250, 250, 102]
    members = [each for page in pages for each in page.ids]
    assert len(members) == len(set(members)) == 602
    assert rest == pages[1:]
    assert pages[-1].next_after is None


async def test_an_empty_list(hubspot, client, crm):
    """A list without members is one empty page."""
    crm.create_list("Empty")

    pages = await asyncio.to_thread(lambda: list(memberships(client, "612")))

    assert [each.ids for each in pages] == [()]


async def test_a_repeated_page(hubspot, client, crm):
    """A page that comes twice ends the walk in BadAnswer instead of a loop or a half list."""
    crm.add_to_list(611, [crm.create("contacts", {"firstname": str(n)}).record.id for n in range(600)])
    hubspot.faults.repeated_pages = 1

    with pytest.raises(BadAnswer):
        await asyncio.to_thread(lambda: list(memberships(client, "611")))


@pytest.mark.parametrize(
    "cursors",
    [["a", "b", "a"], ["a", "a"], ["start"]],
)
async def test_cursors_in_a_circle(scripted, told, cursors):
    """Cursors that lead back, by whatever way, end in BadAnswer."""
    pages = [{"results": [{"recordId": str(n)}], "paging": {"next": {"after": each}}} for n, each in enumerate(cursors)]
    scripted.answers(*(json.dumps(each).encode() for each in pages), b'{"results": []}')

    with pytest.raises(BadAnswer):
        await asyncio.to_thread(lambda: list(memberships(told, "611", "start")))


async def test_the_same_members_under_a_new_cursor(scripted, told):
    """A page with the members of the one before is a repetition, whatever its cursor."""
    pages = [{"results": [{"recordId": "1"}], "paging": {"next": {"after": each}}} for each in "abc"]
    scripted.answers(*(json.dumps(each).encode() for each in pages), b'{"results": []}')

    with pytest.raises(BadAnswer):
        await asyncio.to_thread(lambda: list(memberships(told, "611")))


async def test_a_failure_in_the_middle(hubspot, client, crm):
    """A page that fails raises after the pages before it were given."""
    crm.add_to_list(611, [crm.create("contacts", {"firstname": str(n)}).record.id for n in range(300)])
    hubspot.faults.next_statuses = [200, 503]

    walk = memberships(client, "611")

    first = await asyncio.to_thread(next, walk)
    with pytest.raises(HubSpotDown):
        await asyncio.to_thread(next, walk)

    assert len(first.ids) == 250


async def test_ids_as_numbers(scripted, told):
    """Record ids are text with us, however HubSpot writes them."""
    scripted.answers(b'{"results": [{"recordId": 9223372036854775807}, {"recordId": "501"}], "total": 2}')

    (page,) = await asyncio.to_thread(lambda: list(memberships(told, "611")))

    assert page.ids == ("9223372036854775807", "501")
