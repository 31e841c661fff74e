"""What people make of a lead: of two who move it at once one wins, and what does not fit is refused."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from storage import Store, audit, lead_moves, leads, subscriptions
from storage.lead_moves import AlreadyMoved, LeadMoved, NoSuchLead
from storage.leads import LeadStage
from storage.subscriptions import Topic
from tests.storage.clicking import click
from tests.storage.test_leads import the_lead, versions

JO = "jo@acme.example"
MINUTE = timedelta(minutes=1)
ANNA, BEN = "slack:UANNA", "slack:UBEN"


@pytest.fixture(autouse=True)
def channel(store: Store, now: datetime) -> None:
    """Leads are told to one channel."""
    store.write_now(subscriptions.subscribe, Topic.LEADS, "C1", now=now)


def test_of_two_who_claim_one_wins(store: Store, now: datetime) -> None:
    """Who claims second learns who was first, and when; claiming twice changes nothing."""
    click(store, JO, now)
    lead = the_lead(store).id

    won = store.write_now(lead_moves.claim, lead, actor=ANNA, now=now + MINUTE)
    again = store.write_now(lead_moves.claim, lead, actor=ANNA, now=now + 2 * MINUTE)
    with pytest.raises(AlreadyMoved) as lost:
        store.write_now(lead_moves.claim, lead, actor=BEN, now=now + 2 * MINUTE)

    assert won == again == LeadMoved(lead, LeadStage.CLAIMED, ANNA, now + MINUTE)
    assert (lost.value.stage, lost.value.by, lost.value.at) == (LeadStage.CLAIMED, ANNA, now + MINUTE)
    assert versions(store) == {("slack:C1", str(lead)): 2}


@pytest.mark.parametrize(
    ("done", "then", "actor", "stage"),
    [
        (lead_moves.claim, lead_moves.release, BEN, LeadStage.OPEN),
        (lead_moves.claim, lead_moves.dismiss, ANNA, LeadStage.DISMISSED),
        (lead_moves.dismiss, lead_moves.undo, BEN, LeadStage.OPEN),
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
    [
        (lead_moves.claim, lead_moves.dismiss),
        (lead_moves.claim, lead_moves.undo),
        (lead_moves.dismiss, lead_moves.claim),
        (None, lead_moves.release),
    ],
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
        store.write_now(lead_moves.claim, 4711, actor=ANNA, now=now)

    assert store.read_now(leads.get, 4711) is None


def test_dismissed_speaks_up_after_five_clicks(store: Store, now: datetime) -> None:
    """A dismissed lead is silent for four clicks; with the fifth it is open, and says since when."""
    click(store, JO, now)
    lead = the_lead(store).id
    store.write_now(lead_moves.dismiss, lead, actor=ANNA, now=now)
    silent = versions(store)

    click(store, JO, *(now + number * MINUTE for number in range(1, 5)))
    assert (the_lead(store).stage, the_lead(store).spoke_up_at) == (LeadStage.DISMISSED, None)
    assert versions(store) == silent
    click(store, JO, now + 5 * MINUTE)

    assert (the_lead(store).stage, the_lead(store).spoke_up_at) == (LeadStage.OPEN, now + 5 * MINUTE)
    assert versions(store) != silent
    store.write_now(lead_moves.claim, lead, actor=BEN, now=now + 6 * MINUTE)
    store.write_now(lead_moves.release, lead, actor=BEN, now=now + 7 * MINUTE)
    assert the_lead(store).spoke_up_at is None
    store.write_now(lead_moves.dismiss, lead, actor=BEN, now=now + 8 * MINUTE)
    click(store, JO, *(now + number * MINUTE for number in range(9, 13)))
    assert the_lead(store).stage is LeadStage.DISMISSED
