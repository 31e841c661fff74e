"""`footlight feed`: the performance feed, all of it or what one asks for, page by page."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Annotated

import typer

from decisions.addresses import account_domain, normalise_domain
from decisions.mendable import Mendable
from footlight.cli.command import Footlight, opened_to_read
from footlight.cli.printing import AsJson, console, print_json, print_table, told_exactly
from footlight.cli.typed_address import typed_address
from footlight.cli.typed_moment import typed_moment
from storage import Session, accounts, campaign_changes, feed_pages, owners
from storage.contact_card import contact_of_address
from storage.feed_pages import ActivityKind, FeedAsked, FeedEntry


class NotInFeed(Mendable):
    """The feed is asked for somebody or something that is not known here."""


def show_feed(
    *,
    contact: Annotated[str | None, typer.Option(help="Only this contact's, by any of their addresses.")] = None,
    account: Annotated[str | None, typer.Option(help="Only an account's, by a domain of it.")] = None,
    campaign: Annotated[str | None, typer.Option(help="Only with clicks to this campaign, by name or id.")] = None,
    owner: Annotated[str | None, typer.Option(help="Only of contacts of this owner, by name or HubSpot id.")] = None,
    kind: Annotated[ActivityKind | None, typer.Option(help="Somebody's first clicks, or a return.")] = None,
    since: Annotated[str | None, typer.Option("--from", help="Only what went on at or after that time or day.")] = None,
    until: Annotated[str | None, typer.Option(help="Only what began before that time or day.")] = None,
    before: Annotated[int | None, typer.Option(help="The next page: those before the activity with this id.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """The latest activity of contacts, the latest to begin first."""
    with opened_to_read() as footlight:
        asked = footlight.store.read_now(_asked, contact, account, campaign, owner)
        asked = replace(asked, kind=kind, since=_moment(footlight, since), until=_moment(footlight, until))
        found = footlight.store.read_now(feed_pages.page, asked, limit, before=before, hasher=footlight.hasher)
    if as_json:
        print_json([_as_json(entry) for entry in found.entries])
        return
    print_table(("When", "Who", "Company", "Clicked", "Kind"), _rows(found.entries), "Nothing yet.")
    if found.next_before is not None:
        console.print(f"There is more: footlight feed --before {found.next_before}")


def _moment(footlight: Footlight, text: str | None) -> datetime | None:
    return typed_moment(text, footlight.zone) if text else None


def _asked(
    session: Session, contact: str | None, account: str | None, campaign: str | None, owner: str | None
) -> FeedAsked:
    return FeedAsked(
        contact_id=_contact(session, contact) if contact else None,
        account_ids=_account(session, account) if account else None,
        campaign_id=campaign_changes.campaign_id(session, campaign) if campaign else None,
        owner_ids=_owners(session, owner) if owner else None,
    )


def _contact(session: Session, email: str) -> int:
    contact_id = contact_of_address(session, typed_address(email))
    if contact_id is None:
        raise NotInFeed("No contact has that address. `footlight contacts find TEXT` looks for a part of it")
    return contact_id


def _account(session: Session, domain: str) -> list[int]:
    found = accounts.account_ids(session, filter(None, [account_domain(normalise_domain(domain))]))
    if not found:
        raise NotInFeed(f"no address at {domain} is known, or it is a domain that makes no account")
    return list(found.values())


def _owners(session: Session, owner: str) -> list[str]:
    found = [*owners.ids_of_name(session, owner), *owners.owner_names(session, [owner])]
    if not found:
        raise NotInFeed(f"no owner is called {owner}, or has that id in HubSpot")
    return found


def _as_json(entry: FeedEntry) -> dict[str, object]:
    card = entry.card
    return {
        "id": card.id,
        "email": card.email,
        "name": card.name,
        "company": card.company,
        "owner": card.owner,
        "account": card.account,
        "kind": entry.kind,
        "clicks": card.clicks,
        "campaigns": [popular.campaign for popular in card.campaigns],
        "first_at": told_exactly(card.first_at),
        "last_at": told_exactly(card.last_at),
    }


def _rows(entries: Iterable[FeedEntry]) -> Iterable[tuple[object, ...]]:
    for entry in entries:
        card = entry.card
        clicked = f"{card.clicks} × " + ", ".join(popular.campaign for popular in card.campaigns)
        yield card.last_at, card.name or card.email, card.company, clicked, entry.kind
