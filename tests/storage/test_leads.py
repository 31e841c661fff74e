"""Leads: what makes one, how they are shown, and whom a change is told."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from storage import Session, Store, leads, subscriptions
from storage.addresses import Address
from storage.contacts import ContactState
from storage.contacts_arrived import store_states
from storage.leads import LeadCard, LeadStage
from storage.outbox import OutboxItem
from storage.owners import OwnerState, store_owners
from storage.subscriptions import Topic
from tests.storage.clicking import TRACKER, click

JO = "jo@acme.example"
MINUTE = timedelta(minutes=1)
ANNA, BEN = "slack:UANNA", "slack:UBEN"


@pytest.fixture(autouse=True)
def channel(store: Store, now: datetime) -> None:
    """Leads are told to one channel."""
    store.write_now(subscriptions.subscribe, Topic.LEADS, "C1", now=now)


def the_lead(store: Store) -> LeadCard:
    (lead,) = store.read_now(leads.newest, 10)
    return lead


def versions(store: Store) -> dict[tuple[str, str], int]:
    """How often each debt was renewed."""

    def read(session: Session) -> dict[tuple[str, str], int]:
        return {(row.destination, row.subject): row.version for row in session.exec(select(OutboxItem))}

    return store.read_now(read)


def address_of(store: Store, email: str) -> int:
    def read(session: Session) -> int | None:
        return session.exec(select(Address.id).where(col(Address.email) == email)).one()

    return store.read_now(read) or 0


def test_card(store: Store, now: datetime) -> None:
    """The card tells who, of which account, how interested and through whose mail."""
    max_ = ContactState("501", now, email="max@acme.example")
    store.write_now(store_states, [max_], hasher=TRACKER.hasher, now=now)
    click(store, "max@acme.example", now)
    click(store, JO, now, now + MINUTE, campaign="Fair")
    click(store, JO, now + 2 * MINUTE, campaign="Catalogue")
    click(store, "old@acme.example", now - timedelta(days=31))

    lead = next(one for one in store.read_now(leads.newest, 10) if one.email == JO)

    assert (lead.email, lead.account, lead.stage) == (JO, "acme.example", LeadStage.OPEN)
    assert (lead.clicks, [(one.campaign, one.clicks) for one in lead.campaigns]) == (3, [("Fair", 2), ("Catalogue", 1)])
    assert (lead.account_contacts, lead.account_clicks) == (1, 4)
    assert (lead.first_at, lead.last_at, lead.sender) == (now, now + 2 * MINUTE, "anna@ours.example")
    assert lead == store.read_now(leads.get, lead.id) == store.read_now(leads.of_address, lead.address_id)


def test_news_is_owed_once_and_renewed(store: Store, now: datetime) -> None:
    """Ten clicks of a new lead are one debt to each leads channel, also to one that is paused."""
    store.write_now(subscriptions.subscribe, Topic.LEADS, "C2", now=now)
    store.write_now(subscriptions.pause, "C2", "is_archived", now=now)
    click(store, JO, *(now + number * MINUTE for number in range(5)))
    click(store, JO, *(now + number * MINUTE for number in range(5, 10)))

    lead = str(the_lead(store).id)
    assert versions(store) == {("slack:C1", lead): 2, ("slack:C2", lead): 2}


def test_latest_click_first(store: Store, now: datetime) -> None:
    """The lead that clicked last stands first, however old it is."""
    click(store, JO, now - timedelta(days=20))
    click(store, "new@acme.example", now - timedelta(days=1))
    click(store, JO, now)

    assert [one.email for one in store.read_now(leads.newest, 10)] == [JO, "new@acme.example"]


def test_sender_is_named(store: Store, now: datetime) -> None:
    """The employee whose mail carried the link is called by name, where HubSpot knows them by that address."""
    gone = OwnerState("1", "Anna Before", "anna@ours.example", is_archived=True)
    anna = OwnerState("2", "Anna Becker", "Anna@ours.example", is_archived=False)
    store.write_now(store_owners, [anna, gone])
    click(store, JO, now)

    assert the_lead(store).sender == "Anna Becker"


def test_click_told_late_is_the_first(store: Store, now: datetime) -> None:
    """A click that is reported late moves the lead's beginning."""
    click(store, JO, now)
    click(store, JO, now - timedelta(days=3), now=now)

    assert the_lead(store).first_at == now - timedelta(days=3)


def test_opted_out(store: Store, now: datetime) -> None:
    """Opting out ends a lead for good: the card names nobody, the channel is told, and it is in no list."""
    click(store, JO, now)
    lead = the_lead(store).id
    store.write_now(leads.opted_out, [address_of(store, JO)], now=now + MINUTE, actor=ANNA)
    store.write_now(leads.opted_out, [address_of(store, JO)], now=now + 2 * MINUTE, actor=BEN)
    store.write_now(leads.became_contact, [address_of(store, JO)], now=now + 2 * MINUTE)

    card = store.read_now(leads.get, lead)
    assert card is not None
    assert (card.email, card.stage, card.changed_by) == (None, LeadStage.OPTED_OUT, ANNA)
    assert store.read_now(leads.newest, 10) == ()
    assert versions(store) == {("slack:C1", str(lead)): 2}


def test_became_a_contact(store: Store, now: datetime) -> None:
    """A lead that HubSpot now holds is a contact with its HubSpot id, told in its channel."""
    click(store, JO, now)
    lead = the_lead(store).id
    store.write_now(store_states, [ContactState("777", now, email=JO)], hasher=TRACKER.hasher, now=now)

    card = store.read_now(leads.get, lead)
    assert card is not None
    assert (card.stage, card.hubspot_id, card.email) == (LeadStage.CONTACT, "777", JO)
    assert versions(store) == {("slack:C1", str(lead)): 2}
