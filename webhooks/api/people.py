"""People by the API: contacts searched and shown, and leads. Who opted out or was erased is nobody here."""

from collections.abc import Iterable

from decisions.addresses import account_domain, normalise_domain
from storage import Session, contact_card, lead_pages, opt_out_asked, opt_outs, people_search
from storage.accounts import account_ids
from storage.contact_card import ContactCard
from storage.contact_search import Hit
from storage.leads import LeadCard
from storage.opt_outs import Hasher
from storage.performance import Performance, PopularCampaign
from webhooks.api import shapes
from webhooks.api.serving import Call
from webhooks.api.shapes import given
from webhooks.problems import Problem


async def search(call: Call[shapes.SearchAsked]) -> shapes.SearchFound:
    """Contacts by a part of what they are called."""
    found, is_suggestion = await call.store.read(_tracked_found, call.asked.text, call.asked.limit, call.hasher)
    items = [shapes.Hit(one.contact_id, one.name, call.shown(one.email), one.company) for one in found]
    return shapes.SearchFound(items, is_suggestion)


def _tracked_found(session: Session, text: str, limit: int, hasher: Hasher) -> tuple[list[Hit], bool]:
    found = people_search.find(session, text, limit)
    people = opt_out_asked.keys_of_contacts(session, [one.contact_id for one in found.contacts], hasher)
    gone = opt_outs.states(session, people)
    return [one for one in found.contacts if one.contact_id not in gone], found.is_suggestion


async def show(call: Call[shapes.Nothing]) -> shapes.Contact:
    """One contact, by our id."""
    return _contact(await call.store.read(tracked_contact, call.id, call.hasher), call)


def tracked_contact(session: Session, contact_id: int, hasher: Hasher) -> ContactCard:
    """
    Raises:
        Problem: 404, also for who opted out or is hidden.
    """
    card = contact_card.card(session, contact_id, hasher)
    if card is None or card.opted_out is not None:
        raise Problem(404, "nobody", "No contact has this id: POST /api/contacts/search finds them.")
    return card


def _contact(card: ContactCard, call: Call[shapes.Nothing]) -> shapes.Contact:
    return shapes.Contact(
        id=card.contact_id,
        hubspot_id=card.hubspot_id,
        hubspot_url=card.hubspot_url,
        name=card.name,
        email=call.shown(card.email),
        other_emails=[email for email in card.other_emails if call.shown(email)],
        company=card.company,
        owner=card.owner,
        lifecycle=card.lifecycle,
        properties={name: call.told(value) for name, value in card.properties.items()},
        target_groups=list(card.target_groups),
        deleted_in_hubspot=card.deleted_at is not None,
        equal_to_hubspot_at=card.asked_at,
        counted_only_in_groups=card.counted_only_in_groups,
        performance=None if card.counted_only_in_groups else person_numbers(card.performance, call),
    )


def person_numbers(numbers: Performance, call: Call[shapes.Nothing]) -> shapes.PersonNumbers:
    """What one contact saw and clicked."""
    return shapes.PersonNumbers(
        views=numbers.views,
        clicks=numbers.clicks,
        click_rate=numbers.click_rate,
        machine_clicks=numbers.machine_clicks,
        last_click_at=numbers.last_click_at,
        recent_clicks=[
            shapes.RecentClick(one.campaign, one.occurred_at, call.told(one.sender)) for one in numbers.recent_clicks
        ],
        popular_campaigns=campaign_clicks(numbers.popular_campaigns),
    )


def campaign_clicks(campaigns: Iterable[PopularCampaign]) -> list[shapes.CampaignClicks]:
    """Campaigns with their clicks, the most clicked first."""
    return [shapes.CampaignClicks(one.campaign, one.clicks) for one in campaigns]


async def leads(call: Call[shapes.LeadsAsked]) -> shapes.LeadsPage:
    """Leads that have not ended, the newest first."""
    page = await call.store.read(_leads, call.asked, call.hasher)
    return shapes.LeadsPage([_lead(one, call) for one in page.leads], next_cursor(page.next_before))


def _leads(session: Session, asked: shapes.LeadsAsked, hasher: Hasher) -> lead_pages.LeadPage:
    before, stage = cursor(given(asked.cursor)), given(asked.stage)
    accounts = accounts_of(session, given(asked.account))
    return lead_pages.page(session, asked.limit, stage=stage, account_ids=accounts, before=before, hasher=hasher)


def accounts_of(session: Session, domain: str | None) -> list[int] | None:
    """The account of a domain, none where nobody there is known; None where no domain is given."""
    if domain is None:
        return None
    registrable = account_domain(normalise_domain(domain))
    return list(account_ids(session, [registrable]).values()) if registrable else []


def cursor(text: str | None) -> int | None:
    """What `next_cursor` wrote."""
    return None if text is None else int(text)


def next_cursor(before: int | None) -> str | None:
    """Where the next page begins, as callers carry it."""
    return None if before is None else str(before)


def _lead(card: LeadCard, call: Call[shapes.LeadsAsked]) -> shapes.Lead:
    return shapes.Lead(
        id=card.id,
        email=call.shown(card.email),
        account=card.account,
        stage=card.stage,
        clicks=card.clicks,
        campaigns=campaign_clicks(card.campaigns),
        sender=call.told(card.sender),
        first_at=card.first_at,
        last_at=card.last_at,
    )
