"""People for the store's tests: states as HubSpot would answer them, and banners they see and click."""

from datetime import datetime, timedelta
from typing import Any, Final

from decisions.human_or_machine import Verdict, VerdictKind
from decisions.who_sees_what import RuleKind
from storage import Session, Store, performance, tracking
from storage.addresses import keep_addresses
from storage.campaigns import external_ids
from storage.contacts import ContactState
from storage.contacts_arrived import Stored, store_states
from storage.lead_clicks import LeadClick, note_clicks
from storage.opt_outs import Hasher
from storage.tracking import EventKind, Tracked

HASHER: Final = Hasher(b"k" * 32)
T0: Final = datetime.fromisoformat("2026-11-25T09:00:00Z")


def a_state(
    hubspot_id: str = "501", email: str | None = "max@firma.de", minute: int = 0, **others: Any
) -> ContactState:
    """Max Mustermann, as asked `minute` minutes after T0."""
    values = {"properties": {"firstname": "Max", "lastname": "Mustermann"}, **others}
    return ContactState(hubspot_id, at(minute), email=email, **values)


def at(minute: int) -> datetime:
    """So many minutes after T0."""
    return T0 + timedelta(minutes=minute)


def store_all(store: Store, *states: ContactState) -> Stored:
    """Store these states as one batch."""
    return store.write_now(store_states, states, hasher=HASHER, now=T0)


def fetch(
    store: Store,
    email: str,
    kind: EventKind = EventKind.CLICK,
    campaign: str = "Spring Fair",
    *,
    minute: int = 0,
    verdict: VerdictKind = VerdictKind.HUMAN,
) -> None:
    """A banner seen, or a link followed, by whoever has this address."""

    def write(session: Session) -> None:
        address_id = keep_addresses(session, [email], now=T0)[email].id
        event = Tracked(
            kind=kind,
            at=at(minute),
            address_id=address_id,
            campaign_id=external_ids(session, [campaign], now=T0)[campaign],
            sender_id=None,
            mail_id="m1",
            verdict=Verdict(verdict, True, ""),
            agent="chrome",
            method="GET",
            rule=RuleKind.DEFAULT,
            group_id=None,
        )
        tracking.keep(session, [event])
        performance.count(session, [event])

    store.write_now(write)


def become_lead(store: Store, email: str) -> None:
    """A click of somebody who is no contact."""
    fetch(store, email)

    def write(session: Session) -> None:
        address_id = keep_addresses(session, [email], now=T0)[email].id
        note_clicks(session, [LeadClick(address_id, T0)], now=T0)

    store.write_now(write)
