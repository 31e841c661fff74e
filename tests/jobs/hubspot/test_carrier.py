"""What people in Slack ask of HubSpot is done once, and a refusal that lasts reaches who asked."""

from collections.abc import Callable

import pytest

from jobs.context import Context
from sandbox.hubspot import Crm, HubSpotSandbox
from storage import lead_to_hubspot, leads
from storage.leads import HubSpotRefusal, LeadCard, LeadStage
from tests.jobs.conftest import Until
from tests.jobs.portal import delivering
from tests.storage.people import become_lead

EMAIL = "j.doe@acme.example"
SCOPE = "crm.objects.contacts.write"
Ask = Callable[[], LeadCard]


@pytest.fixture
async def asked_for(context: Context) -> Ask:
    """A lead that Anna wants in HubSpot, while the engine runs; gives its card as it is."""
    become_lead(context.store, EMAIL)

    def the_lead() -> LeadCard:
        card = context.store.read_now(leads.get, 1)
        assert card is not None
        return card

    await context.store.write(lead_to_hubspot.ask, 1, actor="slack:UANNA", now=context.now())
    return the_lead


async def test_lead_becomes_a_contact(asked_for: Ask, context: Context, crm: Crm, until: Until) -> None:
    """The lead is made a contact in HubSpot, read back, and says so."""
    async with delivering(context):
        await until(lambda: asked_for().stage is LeadStage.CONTACT)

    assert asked_for().hubspot_id in {str(id_) for id_ in crm.contacts}


@pytest.mark.parametrize("why", ["scope", "access"])
async def test_lasting_refusal_is_told(
    why: str, asked_for: Ask, context: Context, hubspot: HubSpotSandbox, until: Until
) -> None:
    """A token that may not write, or is none, is no silent dead letter: the lead knows, and may be asked for again."""
    if why == "scope":
        hubspot.faults.missing_scopes.add(SCOPE)
    else:
        hubspot.faults.revoked = True
    async with delivering(context):
        await until(lambda: asked_for().refusal is not None)

    assert asked_for().refusal is HubSpotRefusal(why)
    assert not asked_for().is_asked_for
