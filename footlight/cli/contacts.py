"""`footlight contacts`, `leads`: who people are and what they did."""

from typing import Annotated

import typer

from decisions.mendable import Mendable
from footlight.cli.command import command_group, opened_to_read
from footlight.cli.printing import AsJson, console, print_json, print_table, told, told_exactly
from footlight.cli.typed_address import typed_address
from storage import Session, contact_search, leads, people_search
from storage.contact_card import ContactCard, card_of_address
from storage.contact_search import Hit
from storage.leads import LeadCard
from storage.opt_outs import Hasher
from storage.people_search import Found
from storage.performance import Performance

PAGE = 500
Limit = Annotated[int, typer.Option(help="At most so many.")]

contacts = command_group("contacts", "The people we manage, as HubSpot holds them.")
leads_family = command_group("leads", "People who clicked and are no contacts.")


class NotKnown(Mendable):
    """Nobody is known by that address. `footlight contacts find TEXT` looks for a part of a name or an address."""


@contacts.command("list")
def list_all(*, as_json: AsJson = False) -> None:
    """Every contact that has an address."""
    with opened_to_read() as footlight:
        hits = [hit for hit in footlight.store.read_now(_all) if hit.email]
    _print_hits(hits, as_json, "No contact yet: footlight groups import LIST")


def _all(session: Session) -> list[Hit]:
    found: list[Hit] = []
    while page := contact_search.listed_contacts(session, after=found[-1].contact_id if found else 0, limit=PAGE):
        found += page
    return found


@contacts.command("find")
def find(text: str, *, limit: Limit = 20, as_json: AsJson = False) -> None:
    """Contacts and leads by a part of a name, an address or a domain."""
    with opened_to_read() as footlight:
        found = footlight.store.read_now(people_search.find, text, limit)
    if as_json:
        print_json([*map(_hit_as_json, found.contacts), *map(_lead_as_json, found.leads)])
    else:
        _print_found(found)


def _print_found(found: Found) -> None:
    if found.is_suggestion:
        console.print("Nobody is called that; did you mean:")
    people = [(hit.name, hit.email, hit.company) for hit in found.contacts]
    people += [("(a lead)", lead.email, lead.account) for lead in found.leads]
    print_table(("Name", "Address", "Company"), people, "Nobody found.")
    if found.total > found.shown:
        more = "more than " if found.is_more else ""
        console.print(f"{found.shown} of {more}{found.total:,}; --limit shows more.")


def _hit_as_json(hit: Hit) -> dict[str, object]:
    return {"email": hit.email, "name": hit.name, "company": hit.company}


def _lead_as_json(lead: LeadCard) -> dict[str, object]:
    return {"email": lead.email, "lead": lead.id, "account": lead.account}


def _print_hits(hits: "list[Hit] | tuple[Hit, ...]", as_json: bool, empty: str) -> None:
    if as_json:
        print_json([_hit_as_json(hit) for hit in hits])
    else:
        print_table(("Name", "Address", "Company"), ((hit.name, hit.email, hit.company) for hit in hits), empty)


@contacts.command("show")
def show(email: str, *, as_json: AsJson = False) -> None:
    """One contact: who they are, and their performance."""
    address = typed_address(email)
    with opened_to_read() as footlight:
        card = footlight.store.read_now(_card, address, footlight.hasher)
    if as_json:
        print_json(_as_json(card, address))
    else:
        _print_card(card)


def _card(session: Session, address: str, hasher: Hasher) -> ContactCard:
    card = card_of_address(session, address, hasher)
    if not isinstance(card, ContactCard):
        raise NotKnown(NotKnown.__doc__ if card is None else "That is a lead, no contact: footlight leads list")
    return card


def _as_json(card: ContactCard, asked: str) -> dict[str, object]:
    return {
        "email": card.email or asked,
        "other_emails": card.other_emails,
        "hubspot_id": card.hubspot_id,
        "name": card.name,
        "properties": card.properties,
        "shown_properties": card.shown_properties,
        "company": card.company,
        "owner": card.owner,
        "target_groups": card.target_groups,
        "opted_out": card.opted_out is not None,
        "counted_only_in_groups": card.counted_only_in_groups,
        "deleted_in_hubspot": card.deleted_at is not None,
        "equal_to_hubspot_at": told_exactly(card.asked_at),
        "performance": None if card.counted_only_in_groups else _performance(card.performance),
    }


def _performance(numbers: Performance) -> dict[str, object]:
    return {
        "views": numbers.views,
        "clicks": numbers.clicks,
        "click_rate": numbers.click_rate,
        "machine_clicks": numbers.machine_clicks,
        "recent_clicks": [
            {"id": click.event_id, "campaign": click.campaign, "occurred_at": told_exactly(click.occurred_at)}
            for click in numbers.recent_clicks
        ],
        "popular_campaigns": [
            {"campaign": popular.campaign, "clicks": popular.clicks} for popular in numbers.popular_campaigns
        ],
    }


def _print_card(card: ContactCard) -> None:
    console.print(f"[bold]{card.name.replace('[', '') or card.email or card.hubspot_id}[/bold]")
    if card.opted_out:
        console.print(f"Opted out of tracking on {told(card.opted_out.since)}. Nothing is recorded since.")
    numbers = card.performance
    rows: list[tuple[str, object]] = [
        ("Address", card.email),
        ("Clicks", _clicks(card)),
        ("Company", card.company),
        ("Owner", card.owner),
        ("Target groups", ", ".join(card.target_groups)),
        *((one.label, one.value) for one in card.shown_properties),
        ("Most clicked", ", ".join(f"{one.campaign} ({one.clicks})" for one in numbers.popular_campaigns)),
        ("Equal to HubSpot", card.asked_at),
        ("Deleted in HubSpot", card.deleted_at),
    ]
    print_table(("", ""), [row for row in rows if row[1]], "")
    for click in numbers.recent_clicks:
        campaign = (click.campaign or "no campaign").replace("[", r"\[")
        console.print(f"  {told(click.occurred_at)}  {campaign}  click {click.event_id}")


def _clicks(card: ContactCard) -> str:
    if card.counted_only_in_groups:
        return "counted only in groups"
    numbers = card.performance
    rate = f" ({numbers.click_rate:.0%})" if numbers.click_rate is not None else ""
    return f"{numbers.clicks} clicks of {numbers.views} views{rate}"


@leads_family.command("list")
def list_leads(*, limit: Limit = 100, as_json: AsJson = False) -> None:
    """Leads, newest first."""
    with opened_to_read() as footlight:
        found = [lead for lead in footlight.store.read_now(leads.newest, limit) if lead.email]
    if as_json:
        print_json(
            [
                {
                    "id": lead.id,
                    "email": lead.email,
                    "stage": lead.stage,
                    "clicks": lead.clicks,
                    "since": told_exactly(lead.first_at),
                    "last_click_at": told_exactly(lead.last_at),
                    "account": lead.account,
                }
                for lead in found
            ]
        )
        return
    rows = ((lead.email, lead.stage, lead.clicks, lead.last_at, lead.account) for lead in found)
    print_table(("Address", "Stage", "Clicks", "Last click", "Account"), rows, "No lead yet.")
