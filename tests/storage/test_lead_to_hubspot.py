"""A lead that somebody wants in HubSpot is asked for once, until HubSpot answered."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from storage import Session, Store, audit, lead_moves, lead_to_hubspot, leads, subscriptions
from storage.contacts import ContactState
from storage.contacts_arrived import store_states
from storage.lead_moves import AlreadyMoved, NoSuchLead
from storage.lead_to_hubspot import AlreadyAsked
from storage.leads import HubSpotRefusal
from storage.outbox import Due, OutboxItem
from storage.subscriptions import Topic
from tests.storage.clicking import TRACKER, click
from tests.storage.test_leads import the_lead

JO = "jo@acme.example"
MINUTE = timedelta(minutes=1)
ANNA, BEN = "slack:UANNA", "slack:UBEN"


@pytest.fixture
def lead(store: Store, now: datetime) -> int:
    """A lead, told to one channel."""
    store.write_now(subscriptions.subscribe, Topic.LEADS, "C1", now=now)
    click(store, JO, now)
    return the_lead(store).id


def owed(store: Store) -> dict[str, tuple[Due, dict[str, str]]]:
    """What is owed, by destination."""

    def read(session: Session) -> dict[str, tuple[Due, dict[str, str]]]:
        return {row.destination: (row.kind, row.facts) for row in session.exec(select(OutboxItem))}

    return store.read_now(read)


def test_asked_once(store: Store, now: datetime, lead: int) -> None:
    """Who asks second learns who asked, and when; whatever people do with the lead meanwhile, it stays asked for."""
    store.write_now(lead_to_hubspot.ask, lead, actor=ANNA, now=now)
    with pytest.raises(AlreadyAsked) as late:
        store.write_now(lead_to_hubspot.ask, lead, actor=BEN, now=now + MINUTE)
    store.write_now(lead_moves.claim, lead, actor=BEN, now=now + MINUTE)

    assert (late.value.by, late.value.at) == (ANNA, now)
    assert the_lead(store).is_asked_for
    assert owed(store)["hubspot"] == (Due.ADD_TO_HUBSPOT, {})


def test_refused(store: Store, now: datetime, lead: int) -> None:
    """HubSpot's refusal is told to who asked, and to the channel; then it may be asked for anew."""
    store.write_now(lead_to_hubspot.ask, lead, actor=ANNA, now=now)
    scope = "crm.objects.contacts.write"
    store.write_now(lead_to_hubspot.refused, lead, HubSpotRefusal.SCOPE, needs=scope, now=now + MINUTE)

    card = the_lead(store)
    assert (card.is_asked_for, card.refusal, card.asked_by) == (False, HubSpotRefusal.SCOPE, ANNA)
    assert owed(store)["slack:UANNA"] == (Due.HUBSPOT_REFUSED, {"refusal": "scope", "needs": scope})
    assert "slack:C1" in owed(store)
    store.write_now(lead_to_hubspot.ask, lead, actor=BEN, now=now + 2 * MINUTE)
    assert the_lead(store).is_asked_for
    assert [one.action for one in store.read_now(audit.newest, 3)] == [
        "asked to add a lead to HubSpot",
        "refused to add a lead",
        "asked to add a lead to HubSpot",
    ]


def test_refusal_of_what_is_a_contact_by_now(store: Store, now: datetime, lead: int) -> None:
    """A lead that became a contact in another way needs no word on a refusal, and cannot be asked for."""
    store.write_now(lead_to_hubspot.ask, lead, actor=ANNA, now=now)
    store.write_now(store_states, [ContactState("777", now, email=JO)], hasher=TRACKER.hasher, now=now)
    store.write_now(lead_to_hubspot.refused, lead, HubSpotRefusal.ACCESS, now=now)

    assert "slack:UANNA" not in owed(store)
    card = store.read_now(leads.get, lead)
    assert card is not None
    assert not card.is_asked_for
    with pytest.raises(AlreadyMoved):
        store.write_now(lead_to_hubspot.ask, lead, actor=ANNA, now=now)


def test_no_such_lead(store: Store, now: datetime) -> None:
    """A lead that was erased cannot be asked for, and an answer about it is of no use."""
    with pytest.raises(NoSuchLead):
        store.write_now(lead_to_hubspot.ask, 4711, actor=ANNA, now=now)
    store.write_now(lead_to_hubspot.refused, 4711, HubSpotRefusal.ACCESS, now=now)

    assert owed(store) == {}
