"""Single clicks as they are told, machines' too: whose, of which campaign, and why they count as what they do."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, func, or_, select
from sqlmodel import Session, col

from decisions.why_counted import SignTold, because, signs_told
from storage.addresses import Address
from storage.campaigns import Campaign
from storage.contacts import Contact
from storage.owners import names_by_email
from storage.senders import Sender
from storage.target_groups import TargetGroup
from storage.tracking import Event, EventClass, EventKind


@dataclass(frozen=True, slots=True)
class ToldClick:
    """
    A click. `email` is None where nobody can be named, `sender` a name where HubSpot knows them, else an address.

    `agent` is the family of the program. `chosen_by`: how its campaign was chosen; `target_group`: the group that did.
    """

    id: int
    occurred_at: datetime
    email: str | None
    campaign: str | None
    sender: str | None
    agent: str
    counts_as: EventClass
    is_doubted: bool
    because: str
    signs: tuple[SignTold, ...]
    chosen_by: str
    target_group: str | None


def get(session: Session, event_id: int) -> ToldClick | None:
    """One click; None when there is none with that id, or nobody may see it any more."""
    return next(iter(_told(session, _CLICKS.where(col(Event.id) == event_id))), None)


def newest(
    session: Session, limit: int, address_ids: Collection[int] | None = None, *, skipped: int = 0
) -> Sequence[ToldClick]:
    """
    The last clicks, newest first: by these addresses, or (None) by anybody in the order in which they were kept.

    Args:
        skipped: so many newer ones are left out.
    """
    if address_ids is None:
        return _told(session, _CLICKS.order_by(col(Event.id).desc()).limit(limit).offset(skipped))
    theirs = _CLICKS.where(col(Event.address_id).in_(address_ids))
    in_order = theirs.order_by(col(Event.at).desc(), col(Event.id).desc())
    return _told(session, in_order.limit(limit).offset(skipped))


def number(session: Session, address_ids: Collection[int]) -> int:
    """How many clicks of these addresses are held, machines' too."""
    theirs = (col(Event.address_id).in_(address_ids), col(Event.kind) == int(EventKind.CLICK))
    return int(session.execute(select(func.count()).where(*theirs)).scalar_one())


def newest_by_people(session: Session, limit: int, where: Collection[Any]) -> Sequence[ToldClick]:
    """The last clicks by people who can be named, newest first, that meet these conditions on events."""
    named = (col(Event.counts_as) == int(EventClass.HUMAN), col(Event.address_id).is_not(None))
    query = _CLICKS.where(*where, *named).order_by(col(Event.at).desc(), col(Event.id).desc())
    return _told(session, query.limit(limit))


_CLICKS: Final[Select[*tuple[Any, ...]]] = (
    select(Event, col(Address.email), col(Campaign.name), col(Sender.email), col(TargetGroup.name))
    .outerjoin(Address, col(Address.id) == col(Event.address_id))
    .outerjoin(Contact, col(Contact.id) == col(Address.contact_id))
    .outerjoin(Campaign, col(Campaign.id) == col(Event.campaign_id))
    .outerjoin(Sender, col(Sender.id) == col(Event.sender_id))
    .outerjoin(TargetGroup, col(TargetGroup.id) == col(Event.group_id))
    .where(col(Event.kind) == int(EventKind.CLICK), or_(col(Contact.id).is_(None), col(Contact.hidden_at).is_(None)))
)


def _told(session: Session, query: Select[*tuple[Any, ...]]) -> Sequence[ToldClick]:
    rows = session.execute(query).all()
    names = names_by_email(session, {sender for _, _, _, sender, _ in rows if sender})
    return [
        _click(event, email, campaign, names.get(sender, sender), group)
        for event, email, campaign, sender, group in rows
    ]


def _click(event: Event, email: str | None, campaign: str | None, sender: str | None, group: str | None) -> ToldClick:
    signs = signs_told(event.sign, event.measures, by_agent_alone=event.mail_id is None)
    is_human = event.counts_as == EventClass.HUMAN
    return ToldClick(
        id=event.id or 0,
        occurred_at=event.at,
        email=email,
        campaign=campaign,
        sender=sender,
        agent=event.agent,
        counts_as=EventClass(event.counts_as),
        is_doubted=event.is_doubted,
        because=because(signs, is_human=is_human, is_doubted=event.is_doubted),
        signs=signs,
        chosen_by=event.rule,
        target_group=group,
    )
