"""The left pane: HubSpot's lists and contacts, to be moved, edited and deleted."""

from collections.abc import Iterable
from html import escape

from sandbox.hubspot.crm import Crm
from sandbox.hubspot.events import SINGULAR
from sandbox.hubspot.records import HubSpotList, Record
from sandbox.page.place import Place, is_number
from sandbox.page.telling import name_of

SHOWN = 12
ACTIVE = "<p class='quiet'>An active list: its filters decide who is in it, so HubSpot moves nobody by hand.</p>"
EDITABLE = {
    "firstname": "First name",
    "lastname": "Last name",
    "jobtitle": "Job title",
    "email": "E-mail",
    "phone": "Phone",
    "lifecyclestage": "Lifecycle stage",
}


def hubspot_pane(crm: Crm, place: Place) -> str:
    """Lists, the members of the one chosen, and the contact chosen."""
    lists = list(crm.lists.values())
    chosen = next((one for one in lists if str(one.id) == place.hubspot_list), lists[0] if lists else None)
    tabs = "".join(_tab(one, chosen, crm, place) for one in lists)
    contact = crm.contacts.get(int(place.contact)) if is_number(place.contact) else None
    inside = _contact(contact, lists, place) if contact else _members(crm, chosen, place) if chosen else ""
    return (
        f'<section class="pane hubspot" id="hubspot" aria-label="HubSpot"><h2>HubSpot</h2>'
        f'<nav class="tabs" aria-label="Lists">{tabs}</nav>{inside}</section>'
    )


def _tab(one: HubSpotList, chosen: HubSpotList | None, crm: Crm, place: Place) -> str:
    current = ' aria-current="true"' if one is chosen else ""
    badge = ' <span class="badge">companies</span>' if one.object_type == "companies" else ""
    number = len(_members_of(crm, one))
    link = place.link(hubspot_list=str(one.id), contact="", search="")
    return f'<a href="{link}"{current}>{escape(one.name)} <small>{number}</small>{badge}</a>'


def _members(crm: Crm, chosen: HubSpotList, place: Place) -> str:
    members, everybody = _members_of(crm, chosen), _live(crm.records(chosen.object_type).values())
    wanted = place.search.casefold()
    pool = everybody if wanted else members
    found = [one for one in pool if wanted in f"{name_of(one)} {_known_by(one)}".casefold()]
    rows = "".join(_row(one, chosen, place) for one in found[:SHOWN])
    more = f"<p class='quiet'>and {len(found) - SHOWN} more: search for a name</p>" if len(found) > SHOWN else ""
    others = [one for one in everybody if one.id not in chosen.members]
    return (
        f"{_search_form(chosen, place)}<table><caption>{escape(chosen.name)}: {len(members)} members</caption>{rows}"
        f"</table>{more}{_add_form(others, chosen, place) if _is_kept_by_hand(chosen) else ACTIVE}"
    )


def _search_form(chosen: HubSpotList, place: Place) -> str:
    asks = f"Search all {chosen.object_type}"
    return (
        f'<form class="search" action="/"><input type="hidden" name="channel" value="{escape(place.channel)}">'
        f'<input type="hidden" name="hubspot_list" value="{chosen.id}">'
        f'<input type="hidden" name="mail" value="{escape(place.mail)}">'
        f'<input name="search" value="{escape(place.search)}" placeholder="{asks}" '
        f'aria-label="{asks}"><button>Search</button></form>'
    )


def _row(one: Record, chosen: HubSpotList, place: Place) -> str:
    verb, label = ("remove", "Remove") if one.id in chosen.members else ("add", "Add to list")
    button = _post(f"/hubspot/{verb}", label, place, list=str(chosen.id), record=str(one.id))
    named = escape(name_of(one))
    if one.object_type == "contacts":
        named = f'<a href="{place.link(contact=str(one.id))}">{named}</a>'
    return (
        f"<tr><td>{named}<small>{escape(_known_by(one))}</small></td>"
        f"<td>{button if _is_kept_by_hand(chosen) else ''}</td></tr>"
    )


def _add_form(others: list[Record], chosen: HubSpotList, place: Place) -> str:
    options = "".join(
        f'<option value="{one.id}">{escape(name_of(one))} ({escape(_known_by(one))})</option>'
        for one in sorted(others, key=name_of)
    )
    return (
        f'<form method="post" action="/hubspot/add" class="line">{place.hidden()}'
        f'<input type="hidden" name="list" value="{chosen.id}">'
        f'<select name="record" aria-label="{SINGULAR[chosen.object_type]} to add">{options}</select>'
        "<button>Add to list</button></form>"
    )


def _contact(one: Record, lists: list[HubSpotList], place: Place) -> str:
    inputs = "".join(
        f'<label>{label}<input name="property.{name}" value="{escape(one.properties.get(name, ""))}"></label>'
        for name, label in EDITABLE.items()
    )
    in_lists = ", ".join(escape(each.name) for each in lists if one.id in each.members) or "in no list"
    return (
        f'<p><a href="{place.link(contact="")}">← back to the list</a></p>'
        f'<form method="post" action="/hubspot/change" class="card">{place.hidden()}'
        f'<input type="hidden" name="record" value="{one.id}"><h3>{escape(name_of(one))}</h3>'
        f'<p class="quiet">{in_lists}</p>{inputs}<button class="primary">Save in HubSpot</button></form>'
        f'<div class="line">{_post("/hubspot/delete", "Delete", place, record=str(one.id))}'
        f"{_post('/hubspot/privacy-delete', 'Delete for privacy (GDPR)', place, record=str(one.id))}</div>"
    )


def _post(action: str, label: str, place: Place, **told: str) -> str:
    fields = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in told.items())
    return f'<form method="post" action="{action}">{place.hidden()}{fields}<button>{label}</button></form>'


def _is_kept_by_hand(one: HubSpotList) -> bool:
    """HubSpot moves nobody by hand in and out of an active list."""
    return one.processing_type != "DYNAMIC"


def _known_by(one: Record) -> str:
    """A contact's address, a company's domain."""
    known, missing = ("email", "no e-mail") if one.object_type == "contacts" else ("domain", "no domain")
    return one.properties.get(known, missing)


def _members_of(crm: Crm, one: HubSpotList) -> list[Record]:
    records = crm.records(one.object_type)
    return _live(records[member] for member in one.members if member in records)


def _live(records: Iterable[Record]) -> list[Record]:
    return [one for one in records if one.archived_at is None]
