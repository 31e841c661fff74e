"""Leads: what makes one, what people make of it, and whom a change is told."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from storage import Session, Store, audit, leads, subscriptions
from storage.addresses import Address
from storage.contacts import ContactState
from storage.contacts_arrived import store_states
from storage.leads import AlreadyMoved, LeadCard, LeadMoved, LeadStage, NoSuchLead
from storage.outbox import OutboxItem
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


def test_click_told_late_is_the_first(store: Store, now: datetime) -> None:
    """A click that is reported late moves the lead's beginning."""
    click(store, JO, now)
    click(store, JO, now - timedelta(days=3), now=now)

    assert the_lead(store).first_at == now - timedelta(days=3)


def test_of_two_who_claim_one_wins(store: Store, now: datetime) -> None:
    """Who claims second learns who was first, and when; claiming twice changes nothing."""
    click(store, JO, now)
    lead = the_lead(store).id

    won = store.write_now(leads.claim, lead, actor=ANNA, now=now + MINUTE)
    again = store.write_now(leads.claim, lead, actor=ANNA, now=now + 2 * MINUTE)
    with pytest.raises(AlreadyMoved) as lost:
        store.write_now(leads.claim, lead, actor=BEN, now=now + 2 * MINUTE)

    assert won == again == LeadMoved(lead, LeadStage.CLAIMED, ANNA, now + MINUTE)
    assert (lost.value.stage, lost.value.by, lost.value.at) == (LeadStage.CLAIMED, ANNA, now + MINUTE)
    assert versions(store) == {("slack:C1", str(lead)): 2}


@pytest.mark.parametrize(
    ("done", "then", "actor", "stage"),
    [
        (leads.claim, leads.release, BEN, LeadStage.OPEN),
        (leads.claim, leads.dismiss, ANNA, LeadStage.DISMISSED),
        (leads.dismiss, leads.undo, BEN, LeadStage.OPEN),
    ],
)
def test_moves(
    done: Callable[..., LeadMoved],
    then: Callable[..., LeadMoved],
    actor: str,
    stage: LeadStage,
    store: Store,
    now: datetime,
) -> None:
    """A claim can be released or dismissed, a dismissal taken back; each is told and audited."""
    click(store, JO, now)
    lead = the_lead(store).id
    store.write_now(done, lead, actor=ANNA, now=now)

    moved = store.write_now(then, lead, actor=actor, now=now + MINUTE)

    card = store.read_now(leads.get, lead)
    assert card is not None
    assert (moved.stage, card.stage, card.changed_by, card.changed_at) == (stage, stage, actor, now + MINUTE)
    assert versions(store) == {("slack:C1", str(lead)): 3}
    noted = store.read_now(audit.newest, 10)
    assert [(one.actor, one.email) for one in noted] == [(actor, JO), (ANNA, JO)]


@pytest.mark.parametrize(
    ("done", "then"),
    [(leads.claim, leads.dismiss), (leads.claim, leads.undo), (leads.dismiss, leads.claim), (None, leads.release)],
)
def test_moves_that_lead_nowhere(
    done: Callable[..., LeadMoved] | None, then: Callable[..., LeadMoved], store: Store, now: datetime
) -> None:
    """What does not fit the lead's stage, or somebody else's claim, is refused and changes nothing."""
    click(store, JO, now)
    lead = the_lead(store).id
    if done:
        store.write_now(done, lead, actor=ANNA, now=now)
    before = store.read_now(leads.get, lead)
    assert before is not None

    with pytest.raises(AlreadyMoved, match=f"the lead is {before.stage}"):
        store.write_now(then, lead, actor=BEN, now=now + MINUTE)

    assert store.read_now(leads.get, lead) == before


def test_no_such_lead(store: Store, now: datetime) -> None:
    """A lead whose person was erased cannot be claimed, and has no card."""
    with pytest.raises(NoSuchLead):
        store.write_now(leads.claim, 4711, actor=ANNA, now=now)

    assert store.read_now(leads.get, 4711) is None


def test_dismissed_speaks_up_after_five_clicks(store: Store, now: datetime) -> None:
    """A dismissed lead is silent for four clicks; with the fifth it is open, and says since when."""
    click(store, JO, now)
    lead = the_lead(store).id
    store.write_now(leads.dismiss, lead, actor=ANNA, now=now)
    silent = versions(store)

    click(store, JO, *(now + number * MINUTE for number in range(1, 5)))
    assert (the_lead(store).stage, the_lead(store).spoke_up_at) == (LeadStage.DISMISSED, None)
    assert versions(store) == silent
    click(store, JO, now + 5 * MINUTE)

    assert (the_lead(store).stage, the_lead(store).spoke_up_at) == (LeadStage.OPEN, now + 5 * MINUTE)
    assert versions(store) != silent
    store.write_now(leads.claim, lead, actor=BEN, now=now + 6 * MINUTE)
    store.write_now(leads.release, lead, actor=BEN, now=now + 7 * MINUTE)
    assert the_lead(store).spoke_up_at is None
    store.write_now(leads.dismiss, lead, actor=BEN, now=now + 8 * MINUTE)
    click(store, JO, *(now + number * MINUTE for number in range(9, 13)))
    assert the_lead(store).stage is LeadStage.DISMISSED


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
