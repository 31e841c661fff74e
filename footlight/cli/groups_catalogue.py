"""`footlight groups lists`: the HubSpot lists of which target groups can be made."""

import asyncio
from typing import Annotated

import typer

from footlight.cli.command import Footlight, opened
from footlight.cli.printing import AsJson, complaints, print_json, print_table, told
from footlight.hubspot import hubspot_context
from jobs.hubspot.trouble import HubSpotTrouble
from jobs.list_catalogue import read_catalogue
from storage import list_catalogue
from storage.list_catalogue import ListedList

Text = Annotated[str, typer.Argument(metavar="[TEXT]", help="A part of the name, or a list's id; none: all.")]


def lists(
    text: Text = "",
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Show at most so many.")] = 50,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Ask HubSpot now, however fresh the catalogue is.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """The HubSpot lists of people and companies, and how large they are. HubSpot is asked every 15 minutes at most."""
    with opened() as footlight:
        _freshen(footlight, refresh=refresh)
        found = footlight.store.read_now(list_catalogue.search, text, limit)
    if as_json:
        print_json([_list_json(one) for one in found])
        return
    rows = ((one.list_id, one.name, _holds(one), _size(one), one.group, told(one.asked_at)) for one in found)
    headings = ("Id", "Name", "Holds", "Size", "Target group", "As of")
    print_table(headings, rows, "HubSpot has no such list." if text else "HubSpot has no lists.")
    if len(found) == limit:
        complaints.print("There may be more: give a part of the name, or --limit")


def _freshen(footlight: Footlight, *, refresh: bool) -> None:
    """
    Read the catalogue again where it is stale. An old one is better than none: then trouble is only told.

    Raises:
        HubSpotTrouble, storage.portal.OtherPortal
    """
    if not refresh and not footlight.store.read_now(list_catalogue.is_stale, now=footlight.now()):
        return
    try:
        asyncio.run(_read(footlight))
    except HubSpotTrouble as trouble:
        since = footlight.store.read_now(list_catalogue.read_at)
        if refresh or since is None:
            raise
        complaints.print(f"This is what HubSpot told at {told(since)}. Now: {trouble}", markup=False, soft_wrap=True)


async def _read(footlight: Footlight) -> None:
    context = hubspot_context(footlight.settings, footlight.opened)
    await context.check_portal()
    await read_catalogue(context)


def _holds(one: ListedList) -> str:
    return "companies" if one.holds_companies else "contacts"


def _size(one: ListedList) -> str:
    return "" if one.size is None else f"{one.size:,}"


def _list_json(one: ListedList) -> dict[str, object]:
    return {
        "hubspot_list_id": one.list_id,
        "name": one.name,
        "holds": _holds(one),
        "size": one.size,
        "target_group": one.group,
        "asked_at": one.asked_at,
    }
