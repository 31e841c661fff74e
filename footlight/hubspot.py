"""HubSpot for this installation: the client made of the settings, and what jobs are handed with it."""

import asyncio
import time
from datetime import UTC, datetime
from uuid import uuid4

from bot.blocks.hubspot_search import TOLD
from bot.hubspot_search import HubSpotSearch, HubSpotSilent
from footlight.opening import Opened
from footlight.settings import BadSettings, Settings, reveal
from jobs.context import Context
from jobs.hubspot.client import HubSpotClient, open_client
from jobs.hubspot.connections import Connections
from jobs.hubspot.contacts import find_contact_by_email
from jobs.hubspot.journal import JournalClient
from jobs.hubspot.limiter import InMemory, Limiter
from jobs.hubspot.transport import Transport, configuration
from jobs.hubspot.trouble import HubSpotTrouble
from jobs.hubspot.versions import VERSION
from storage.contacts import ContactState
from storage.request_budgets import SharedBudget

TIMEOUT_SECONDS = 20.0
SEARCH_SECONDS = 20.0


def hubspot_client(settings: Settings, opened: Opened) -> HubSpotClient:
    """
    Raises:
        BadSettings: without a token, with the way to one.
    """
    if settings.hubspot_access_token is None:
        raise BadSettings(
            "HUBSPOT_ACCESS_TOKEN: is not set, so HubSpot cannot be asked. docs/quickstart.md tells how to get one."
        )
    connections = opened.connections
    limiter = Limiter(SharedBudget(opened.store, time.time), connections.sleep)
    token = settings.hubspot_access_token.get_secret_value()
    return open_client(token, settings.hubspot_base_url, limiter, timeout=TIMEOUT_SECONDS, connections=connections)


def hubspot_context(settings: Settings, opened: Opened) -> Context:
    """
    What jobs that ask HubSpot are handed.

    Raises:
        BadSettings, CannotOpenKey
    """
    return Context(
        store=opened.store,
        hubspot=hubspot_client(settings, opened),
        hasher=opened.known_hasher,
        now=lambda: datetime.now(UTC),
        new_id=lambda: uuid4().hex,
    )


def hubspot_search(settings: Settings, opened: Opened) -> HubSpotSearch | None:
    """What the bot asks HubSpot with; None: no token is set."""
    if settings.hubspot_access_token is None:
        return None
    client = hubspot_client(settings, opened).for_people

    async def find(email: str) -> ContactState | None:
        question = asyncio.to_thread(find_contact_by_email, client, email, TOLD, now=datetime.now(UTC))
        try:
            return await asyncio.wait_for(question, SEARCH_SECONDS)
        except HubSpotTrouble as trouble:
            raise HubSpotSilent(lasting=trouble.lasting) from trouble
        except TimeoutError as late:
            raise HubSpotSilent(lasting=False) from late

    return HubSpotSearch(find, opened.keys)


def journal_client(settings: Settings, connections: Connections) -> JournalClient | None:
    """None: the webhooks journal is not set up, which takes the id and the secret of a project app."""
    if settings.hubspot_client_id is None or not settings.hubspot_client_secret:
        return None
    # The journal counts against none of HubSpot's limits.
    limiter = Limiter(InMemory(time.monotonic), connections.sleep)
    transport = Transport(configuration("", settings.hubspot_base_url), limiter, VERSION, None, connections)
    secret = reveal(settings.hubspot_client_secret)[0]
    return JournalClient(
        transport, settings.hubspot_client_id, secret, timeout=TIMEOUT_SECONDS, now=lambda: datetime.now(UTC)
    )
