"""The catalogue of HubSpot's lists, read again: one request for 500 lists, whoever searches it meanwhile."""

from functools import partial

from jobs.context import Context
from jobs.hubspot.lists import search_lists
from storage import list_catalogue


async def read_catalogue(context: Context) -> None:
    """The job: the catalogue is what HubSpot tells now. Raises: HubSpotTrouble, and the catalogue stays as it was."""
    asked_at = context.now()
    states = await context.ask(partial(search_lists, context.hubspot, now=asked_at))
    await context.store.write(list_catalogue.replace_all, states, asked_at=asked_at)
