"""The carrier to HubSpot: brings there leads that people want there; opt-outs and clicks where the admin chose so."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from decisions.retries import Failure
from jobs import notes_to_hubspot as lead_thread
from jobs.clicks_to_hubspot import note, title, zone_of
from jobs.context import Context
from jobs.hubspot.contacts import create_contact, read_contacts, set_property
from jobs.hubspot.notes import has_note, put_note, write_note
from jobs.hubspot.trouble import BadAnswer, HubSpotDown, HubSpotTrouble, ScopeMissing, TokenRefused
from jobs.hubspot.trouble import NotFound as NotThere
from storage import (
    clicks_to_hubspot,
    contact_properties,
    lead_to_hubspot,
    leads,
    notes_to_hubspot,
    opt_out_asked,
    opt_outs_to_hubspot,
)
from storage.carriers import CannotLook, Lost, NotFound, NotSent, Pause, Sent
from storage.clicks_to_hubspot import LATE
from storage.contacts_arrived import store_states
from storage.delivery import Item
from storage.leads import HubSpotRefusal, LeadCard
from storage.outbox import Due

log = structlog.get_logger()

INTERVAL: Final = timedelta(milliseconds=200)


@dataclass(frozen=True, slots=True)
class _Note:
    """A note on a contact; `title` is by what it is recognised, `at` its place in the timeline."""

    hubspot_id: str
    title: str
    html: str
    at: datetime


class HubSpotCarrier:
    """Implements `storage.carriers.Carrier`. What it does may be repeated: an existing contact is found, not made."""

    interval = INTERVAL

    def __init__(self, context: Context) -> None:
        self._context = context

    async def send(self, item: Item) -> Sent | NotSent | Lost | Pause:
        """Bring one thing there."""
        if item.kind is Due.ADD_TO_HUBSPOT:
            return await self._lead(item)
        if item.kind is Due.OPT_OUT_TO_HUBSPOT:
            return await self._opt_out(item)
        if item.kind in (Due.CLICKS_TO_HUBSPOT, Due.NOTES_TO_HUBSPOT):
            return await self._write(item)
        return NotSent(Failure(f"nothing is known of how to bring {item.kind} to HubSpot", lasting=True))

    async def _lead(self, item: Item) -> Sent | NotSent:
        """Make the lead a contact in HubSpot, and read it back, so that the lead's message says so."""
        card = await self._context.store.read(leads.get, int(item.subject))
        if card is None or card.email is None:
            return Sent()
        if card.stage not in leads.ENDS:
            try:
                await self._add(card.email)
            except HubSpotTrouble as trouble:
                return self._refused(card, trouble)
        return Sent(partial(notes_to_hubspot.owe, lead_id=card.id, now=self._context.now()))

    async def find_sent(self, item: Item) -> Sent | NotFound | CannotLook:
        """A note of the lost attempt is looked for; of the rest, sending again finds what was made."""
        told = await self._note(item)
        if told is None or item.facts == LATE:
            return NotFound()
        look = partial(has_note, self._context.hubspot, told.hubspot_id, told.title)
        try:
            return Sent() if await self._context.ask(look, tries=1) else NotFound()
        except HubSpotTrouble as trouble:
            return CannotLook(str(trouble))

    async def _add(self, email: str) -> None:
        context = self._context
        names = await context.store.read(contact_properties.held_names)
        asked_at = context.now()
        hubspot_id = await context.ask(lambda: create_contact(context.hubspot.for_people, email, {}), tries=1)
        answers = await context.ask(
            lambda: read_contacts(context.hubspot.for_people, [hubspot_id], names, now=asked_at), tries=1
        )
        await context.store.write(store_states, answers.found, hasher=context.hasher, now=context.now())

    async def _write(self, item: Item) -> Sent | NotSent | Lost | Pause:
        """Write a note, or what came late into it. One whose answer was lost is looked for before it comes again."""
        told = await self._note(item)
        if told is None:
            return Sent()
        client, on = self._context.hubspot, told.hubspot_id
        write = partial(write_note, client, on, told.html, told.at)
        if item.facts == LATE:
            write = partial(put_note, client, on, told.title, told.html, told.at)
        try:
            await self._context.ask(write, tries=1)
        except (HubSpotDown, BadAnswer) as trouble:
            return Lost(str(trouble))
        except HubSpotTrouble as trouble:
            return _not_told(trouble)
        return Sent()

    async def _note(self, item: Item) -> _Note | None:
        """The note that an item brings; None: none any more, or it brings none."""
        store, hasher = self._context.store, self._context.hasher
        zone = await zone_of(store)
        if item.kind is Due.CLICKS_TO_HUBSPOT:
            day = await store.read(clicks_to_hubspot.to_tell, item.subject, zone, hasher)
            return None if day is None else _Note(day.hubspot_id, title(day), note(day), day.last_at)
        if item.kind is not Due.NOTES_TO_HUBSPOT:
            return None
        told = await store.read(notes_to_hubspot.to_tell, int(item.subject), hasher)
        if told is None:
            return None
        html = lead_thread.note(told, zone)
        return _Note(told.hubspot_id, lead_thread.title(told), html, told.notes[-1].at)

    async def _opt_out(self, item: Item) -> Sent | NotSent | Pause:
        """Set the property that the admin chose. HubSpot's webhook about it will find the contact opted out already."""
        context = self._context
        found = await context.store.read(opt_outs_to_hubspot.to_set, int(item.subject))
        is_out = await context.store.read(opt_out_asked.of_contact, int(item.subject), context.hasher)
        if found is None or is_out is None:
            return Sent()
        hubspot_id, chosen = found
        try:
            told = partial(set_property, context.hubspot, hubspot_id, chosen.property, chosen.value)
            await context.ask(told, tries=1)
        except HubSpotTrouble as trouble:
            return _not_told(trouble)
        return Sent()

    def _refused(self, card: LeadCard, trouble: HubSpotTrouble) -> NotSent:
        log.warning("a lead could not be added to HubSpot", lead=card.id, because=type(trouble).__name__)
        refusal, needs = _refusal(trouble)
        told = partial(lead_to_hubspot.refused, lead_id=card.id, refusal=refusal, needs=needs, now=self._context.now())
        return NotSent(Failure(str(trouble), trouble.lasting, trouble.wait), alone=True, if_given_up=told)


def _not_told(trouble: HubSpotTrouble) -> Sent | NotSent | Pause:
    """What becomes of what HubSpot was to be told by itself; a token's trouble concerns all of it."""
    if isinstance(trouble, NotThere):
        return Sent()  # the contact is gone
    if isinstance(trouble, TokenRefused | ScopeMissing):
        return Pause(str(trouble))
    return NotSent(Failure(str(trouble), trouble.lasting, trouble.wait), alone=trouble.lasting)


def _refusal(trouble: HubSpotTrouble) -> tuple[HubSpotRefusal, str]:
    """What a lasting trouble means for who asked, and the scopes of which one would help."""
    if isinstance(trouble, TokenRefused):
        return HubSpotRefusal.ACCESS, ""
    if isinstance(trouble, ScopeMissing):
        return HubSpotRefusal.SCOPE, ", ".join(trouble.scopes)
    return HubSpotRefusal.CONTACT, ""
