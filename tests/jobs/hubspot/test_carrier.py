"""What people in Slack ask of HubSpot is done once, and a refusal that lasts reaches who asked."""

from collections.abc import Callable

import pytest
from sqlmodel import select

from jobs.context import Context
from sandbox.hubspot import Crm, HubSpotSandbox
from storage import lead_notes, lead_to_hubspot, leads
from storage.lead_notes import Written
from storage.leads import HubSpotRefusal, LeadCard, LeadStage
from storage.outbox import OutboxItem
from tests.jobs.conftest import Until
from tests.jobs.portal import delivering
from tests.storage.people import T0, become_lead

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
    assert crm.notes == {}


@pytest.mark.parametrize("answer_lost", [False, True])
async def test_notes_go_along(
    answer_lost: bool, asked_for: Ask, context: Context, hubspot: HubSpotSandbox, crm: Crm, until: Until
) -> None:
    """What was noted on the lead is one note on the contact, though an answer is lost; foreign text is no markup."""
    written = [
        Written("C1", f"{n}.0", "slack:UANNA", text, T0, T0) for n, text in enumerate(("<b>called", "no budget"))
    ]
    for one in written:
        await context.store.write(lead_notes.keep, asked_for().address_id, one)
    hubspot.faults.only, hubspot.faults.truncated = "notes.create", int(answer_lost)
    began = context.now()
    async with delivering(context, lambda: began + 20 * (context.now() - began)):
        await until(lambda: not context.store.read_now(lambda session: session.exec(select(OutboxItem.id)).all()))

    (note,) = crm.notes.values()
    assert note.contact_ids == [int(asked_for().hubspot_id or 0)]
    body = note.properties["hs_note_body"]
    assert "&lt;b&gt;called" in body
    assert "no budget" in body


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
