"""Companies and owners that contacts name: asked of HubSpot when they are new to us."""

from collections.abc import Sequence

import structlog

from jobs.context import Context
from jobs.hubspot.companies import read_companies
from jobs.hubspot.owners import read_owners
from jobs.hubspot.properties import read_property_definitions
from jobs.hubspot.trouble import HubSpotTrouble
from storage import companies, contact_properties, owners

log = structlog.get_logger()


async def read_named(context: Context) -> None:
    """Read those that HubSpot was not asked about yet. A card without them is still a card: trouble is only logged."""
    for read in (_read_companies, _read_owners):
        try:
            await read(context)
        except HubSpotTrouble as trouble:
            log.warning("names of companies or owners not read", trouble=str(trouble))


async def read_labels(context: Context) -> None:
    """What HubSpot calls its properties and their options, for cards. Raises: HubSpotTrouble."""
    definitions = await context.ask(lambda: read_property_definitions(context.hubspot))
    await context.store.write(contact_properties.store_definitions, definitions)


async def read_and_store_companies(context: Context, ids: Sequence[str]) -> frozenset[str]:
    """
    Make these companies equal to HubSpot, and say which changed; what leads nowhere counts as deleted.

    Raises:
        HubSpotTrouble
    """
    now = context.now()
    answers = await context.ask(lambda: read_companies(context.hubspot, ids, now=now))
    gone = [companies.CompanyState(each, now, name="", is_deleted=True) for each in sorted(answers.missing)]
    changed = await context.store.write(companies.store_companies, (*answers.found, *gone))
    await context.store.write(companies.lead_to, answers.merged, now=now)
    return changed


async def _read_companies(context: Context) -> None:
    while ids := await context.store.read(companies.companies_to_ask):
        await read_and_store_companies(context, ids)


async def read_and_store_owners(context: Context) -> int:
    """Make all owners equal to HubSpot, and say how many changed. Raises: HubSpotTrouble."""
    states = await context.ask(lambda: read_owners(context.hubspot))
    return await context.store.write(owners.store_all_owners, states)


async def _read_owners(context: Context) -> None:
    if await context.store.read(owners.owners_to_ask):
        await read_and_store_owners(context)
