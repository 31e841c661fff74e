"""What is said for an item of the outbox: the present state of its subject, made when it is sent."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.blocks.activity_message import activity_message, forgotten_activity
from bot.blocks.admin_message import admin_message
from bot.blocks.elements import Message
from bot.blocks.hubspot_refusal import refused_by_hubspot
from bot.blocks.lead_message import forgotten_lead, lead_message
from bot.blocks.reader import Reader
from storage import Session, feed, leads, outbox, portal, posted, target_groups
from storage.delivery import Item
from storage.leads import HubSpotRefusal, LeadStage
from storage.outbox import Due


@dataclass(frozen=True, slots=True)
class Owed:
    """
    A message to post, or to put in the place of the one with `ts`.

    `names`: the address of whom it names. `is_news`: worth a new message where the old one was taken away.
    """

    message: Message
    ts: str | None = None
    names: int | None = None
    is_news: bool = False


def owed(session: Session, item: Item, channel: str, reader: Reader) -> Owed | None:
    """What is to be said in `channel`; None: nothing any more."""
    return _SAID[item.kind](session, item, channel, reader) if item.kind in _SAID else None


def _lead(session: Session, item: Item, channel: str, reader: Reader) -> Owed | None:
    card = leads.get(session, int(item.subject))
    if card is None:
        return None
    old = posted.find(session, Due.LEAD_CHANGED, item.subject, channel=channel)
    if old is None and card.stage is not LeadStage.OPEN and card.stage is not LeadStage.CLAIMED:
        return None
    home = portal.present(session)
    url = home.contact_url(card.hubspot_id) if home and card.hubspot_id else None
    speaks_up = old is not None and card.spoke_up_at is not None and old.at < card.spoke_up_at
    return Owed(
        lead_message(card, reader, url),
        ts=None if old is None or speaks_up else old.ts,
        names=card.address_id if card.email else None,
        is_news=card.stage is LeadStage.OPEN,
    )


def _activity(session: Session, item: Item, channel: str, reader: Reader) -> Owed | None:
    card = feed.get(session, int(item.subject))
    if card is None:
        return None
    old = posted.find(session, Due.ACTIVITY_CHANGED, item.subject, channel=channel)
    if old is None and (card.email is None or card.clicks == 0):
        return None
    return Owed(
        activity_message(card, reader),
        ts=old.ts if old else None,
        names=card.address_id if card.email else None,
        is_news=True,
    )


def _admin(session: Session, item: Item, channel: str, reader: Reader) -> Owed | None:
    in_trouble = [group for group in target_groups.all_groups(session) if group.trouble]
    return Owed(admin_message(item.facts, in_trouble, reader), is_news=True)


def _refused(session: Session, item: Item, channel: str, reader: Reader) -> Owed | None:
    card = leads.get(session, int(item.subject))
    if card is None or card.email is None or card.stage in leads.ENDS:
        return None
    refusal = HubSpotRefusal(item.facts["refusal"])
    return Owed(refused_by_hubspot(card.email, refusal, item.facts["needs"], reader), names=card.address_id)


def _forgotten(session: Session, item: Item, channel: str, reader: Reader) -> Owed | None:
    is_activity = item.facts.get("kind") == Due.ACTIVITY_CHANGED
    made = forgotten_activity(reader) if is_activity else forgotten_lead(reader)
    return Owed(made, ts=item.facts["ts"])


_SAID: Final[dict[Due, Callable[[Session, Item, str, Reader], Owed | None]]] = {
    Due.LEAD_CHANGED: _lead,
    Due.ACTIVITY_CHANGED: _activity,
    Due.ADMIN_TOLD: _admin,
    Due.HUBSPOT_REFUSED: _refused,
    Due.PERSON_FORGOTTEN: _forgotten,
}


def remember(session: Session, item: Item, said: Owed, *, channel: str, ts: str, now: datetime) -> None:
    """Keep where the message stands. Its person may have been erased while it was on its way: then it must go too."""
    if item.kind is Due.PERSON_FORGOTTEN:
        posted.forget(session, channel=channel, ts=ts)
    elif said.names is not None and _is_gone(session, item):
        facts = {"channel": channel, "ts": ts, "kind": item.kind.value, "subject": item.subject}
        outbox.owe(session, Due.PERSON_FORGOTTEN, ts, destination=item.destination, now=now, facts=facts)
    elif item.kind is not Due.ADMIN_TOLD:
        posted.remember(
            session,
            channel=channel,
            ts=ts,
            kind=item.kind,
            subject=item.subject,
            address_id=said.names,
            now=now,
        )


def _is_gone(session: Session, item: Item) -> bool:
    found = feed.get if item.kind is Due.ACTIVITY_CHANGED else leads.get
    return found(session, int(item.subject)) is None
