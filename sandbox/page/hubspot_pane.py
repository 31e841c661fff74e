"""The left pane: HubSpot's lists and contacts, to be moved, edited and deleted."""

from collections.abc import Iterable
from html import escape

from sandbox.hubspot.crm import Crm
from sandbox.hubspot.records import HubSpotList, Record
from sandbox.page.place import Place, is_number
from sandbox.page.telling import name_of

SHOWN = 12
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
    lists = [one for one in crm.lists.values() if one.object_type == "contacts"]
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
    number = len(_live(crm, one.members))
    link = place.link(hubspot_list=str(one.id), contact="", search="")
    return f'<a href="{link}"{current}>{escape(one.name)} <small>{number}</small></a>'


def _members(crm: Crm, chosen: HubSpotList, place: Place) -> str:
    members = _live(crm, chosen.members)
    others = [one for one in crm.contacts.values() if one.archived_at is None and one.id not in chosen.members]
    wanted = place.search.casefold()
    pool = [one for one in crm.contacts.values() if one.archived_at is None] if wanted else members
    found = [one for one in pool if wanted in f"{name_of(one)} {one.properties.get('email', '')}".casefold()]
    rows = "".join(_row(one, chosen, place) for one in found[:SHOWN])
    more = f"<p class='quiet'>and {len(found) - SHOWN} more: search for a name</p>" if len(found) > SHOWN else ""
    return (
        f'<form class="search" action="/"><input type="hidden" name="channel" value="{escape(place.channel)}">'
        f'<input type="hidden" name="hubspot_list" value="{chosen.id}">'
        f'<input type="hidden" name="mail" value="{escape(place.mail)}">'
        f'<input name="search" value="{escape(place.search)}" placeholder="Search all contacts" '
        f'aria-label="Search all contacts"><button>Search</button></form>'
        f"<table><caption>{escape(chosen.name)}: {len(members)} members</caption>{rows}</table>{more}"
        f"{_add_form(others, chosen, place)}"
    )


def _row(one: Record, chosen: HubSpotList, place: Place) -> str:
    is_member = one.id in chosen.members
    verb, label = ("remove", "Remove") if is_member else ("add", "Add to list")
    button = _post(f"/hubspot/{verb}", label, place, list=str(chosen.id), record=str(one.id))
    return (
        f'<tr><td><a href="{place.link(contact=str(one.id))}">{escape(name_of(one))}</a>'
        f"<small>{escape(one.properties.get('email', 'no e-mail'))}</small></td><td>{button}</td></tr>"
    )


def _add_form(others: list[Record], chosen: HubSpotList, place: Place) -> str:
    options = "".join(
        f'<option value="{one.id}">{escape(name_of(one))} ({escape(one.properties.get("email", "no e-mail"))})</option>'
        for one in sorted(others, key=name_of)
    )
    return (
        f'<form method="post" action="/hubspot/add" class="line">{place.hidden()}'
        f'<input type="hidden" name="list" value="{chosen.id}">'
        f'<select name="record" aria-label="Contact to add">{options}</select><button>Add to list</button></form>'
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


def _live(crm: Crm, members: Iterable[int]) -> list[Record]:
    found = (crm.contacts.get(one) for one in members)
    return [one for one in found if one is not None and one.archived_at is None]
