"""Leads: addresses without contact that clicked at least one campaign, and what people made of them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import BigInteger, Index, Select, distinct, func, select, update
from sqlmodel import Field, Session, SQLModel, col

from storage import lead_notes, mentions, outbox, performance
from storage.accounts import Account
from storage.addresses import Address
from storage.columns import BigId, Folded, Moment, Word
from storage.contacts import Contact, ContactId
from storage.database import listed
from storage.outbox import Due
from storage.owners import owner_names
from storage.performance import Clicked, Counter, PopularCampaign, Span
from storage.subscriptions import Topic


class LeadStage(StrEnum):
    """What became of a lead; the last two are ends."""

    OPEN = "open"
    CLAIMED = "claimed"
    DISMISSED = "dismissed"
    CONTACT = "contact"
    OPTED_OUT = "opted_out"


class HubSpotRefusal(StrEnum):
    """Why HubSpot did not make a lead a contact: it refuses our token, the token may not, or it refused this one."""

    ACCESS = "access"
    SCOPE = "scope"
    CONTACT = "contact"


class Lead(SQLModel, table=True):
    __tablename__ = "lead"
    __table_args__ = (Index("ix_lead_stage_snoozed_until_changed_at", "stage", "snoozed_until", "changed_at"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    address_id: int = Field(foreign_key="address.id", unique=True, sa_type=BigId)
    stage: LeadStage = Field(default=LeadStage.OPEN, sa_type=Word(LeadStage))
    since: datetime = Field(sa_type=Moment, index=True, description="its first human click")
    changed_at: datetime = Field(sa_type=Moment)
    changed_by: str | None = Field(default=None, description="who did it last, as an actor (see audit); None: itself")
    clicks_since_dismissed: int = Field(default=0, description="kept when they made it speak up, until somebody acts")
    held_by: str | None = Field(default=None, index=True, description="who is on it while it is claimed, as an actor")
    reason: str | None = Field(default=None, description="why it was dismissed, if somebody said so")
    snoozed_until: datetime | None = Field(default=None, sa_type=Moment)
    woke_at: datetime | None = Field(default=None, sa_type=Moment, description="its snooze ended; until somebody acts")
    asked_by: str | None = Field(default=None, description="who wanted it in HubSpot last, as an actor")
    asked_at: datetime | None = Field(default=None, sa_type=Moment)
    refusal: HubSpotRefusal | None = Field(default=None, sa_type=Word(HubSpotRefusal), description="the answer to that")
    search_text: str = Field(
        default="",
        sa_type=Folded,
        index=True,
        sa_column_kwargs={"server_default": ""},
        description="its address, to be found by; the database itself writes it",
    )


ENDS: Final = (LeadStage.CONTACT, LeadStage.OPTED_OUT)


def became_contact(session: Session, address_ids: Collection[int], *, now: datetime) -> None:
    """HubSpot holds these addresses now: those that were leads are contacts, and their messages say so."""
    _end(session, address_ids, LeadStage.CONTACT, not_from=ENDS, actor="hubspot", now=now)


def opted_out(session: Session, address_ids: Collection[int], *, now: datetime, actor: str) -> None:
    """Nothing of these addresses is recorded any more: their leads end, and their messages lose the name."""
    _end(session, address_ids, LeadStage.OPTED_OUT, not_from=(LeadStage.OPTED_OUT,), actor=actor, now=now)


def _end(
    session: Session,
    address_ids: Collection[int],
    stage: LeadStage,
    *,
    not_from: Iterable[LeadStage],
    actor: str,
    now: datetime,
) -> None:
    asked = listed(session, [(address_id,) for address_id in sorted(address_ids)], address_id=BigInteger())
    ended = session.execute(
        update(Lead)
        .where(col(Lead.address_id).in_(select(asked.c.address_id)), col(Lead.stage).not_in(not_from))
        .values(stage=stage, changed_at=now, changed_by=actor)
        .returning(col(Lead.id))
    )
    owe_changed(session, ended.scalars().all(), now=now)


def owe_changed(session: Session, lead_ids: Collection[int], *, now: datetime) -> None:
    """Owe each leads channel the present state of these leads."""
    if lead_ids:
        destinations = outbox.subscribed(session, Topic.LEADS)
        outbox.owe_many(session, Due.LEAD_CHANGED, lead_ids, destinations=destinations, now=now)


@dataclass(frozen=True, slots=True)
class LeadCard:
    """
    All that a message about a lead needs.

    `email` is None for who opted out: the name is gone from the message. `account_clicks` are those of the whole
    account in the 30 days up to this lead's last click; `first_at` and `last_at` are its first and last click;
    `hubspot_id` is that of the contact it became; `spoke_up_at` is when it came back, by its own clicks after it was
    dismissed or because its snooze ended (`woke_at`), which deserves a message of its own. `held_by` is on it while it
    is claimed. `asked_by` wanted it in HubSpot at `asked_at`; `refusal` is
    HubSpot's answer to that. `sender` is a name where HubSpot knows them, else an address. `notes` were written in its
    threads. `owner` has most of the account's contacts in HubSpot; `owner_user` is that owner's Slack user, if they
    want to be mentioned.
    """

    id: int
    address_id: int
    email: str | None
    account: str | None
    account_contacts: int
    account_clicks: int
    clicks: int
    campaigns: tuple[PopularCampaign, ...]
    sender: str | None
    first_at: datetime
    last_at: datetime
    stage: LeadStage
    changed_by: str | None
    changed_at: datetime
    spoke_up_at: datetime | None
    hubspot_id: str | None
    held_by: str | None
    reason: str | None
    snoozed_until: datetime | None
    woke_at: datetime | None
    asked_by: str | None
    asked_at: datetime | None
    refusal: HubSpotRefusal | None
    notes: int = 0
    owner: str | None = None
    owner_user: str | None = None

    @property
    def is_asked_for(self) -> bool:
        """HubSpot was asked to make it a contact, and has not answered yet."""
        return self.asked_at is not None and self.refusal is None and self.stage not in ENDS


ACCOUNT_WINDOW: Final = timedelta(days=30)


def get(session: Session, lead_id: int) -> LeadCard | None:
    """A lead as it is now; None when the person was erased."""
    return next(iter(_cards(session, _ROWS.where(col(Lead.id) == lead_id))), None)


def of_address(session: Session, address_id: int) -> LeadCard | None:
    """The lead that an address is, whatever became of it."""
    return next(iter(_cards(session, _ROWS.where(col(Lead.address_id) == address_id))), None)


def of_ids(session: Session, lead_ids: Sequence[int]) -> tuple[LeadCard, ...]:
    """Those of these leads that there are, in this order."""
    cards = {card.id: card for card in _cards(session, _ROWS.where(col(Lead.id).in_(lead_ids)))}
    return tuple(cards[id_] for id_ in lead_ids if id_ in cards)


def how_many(session: Session) -> int:
    """How many leads have not ended."""
    total: int = session.execute(select(func.count()).where(col(Lead.stage).not_in(ENDS))).scalar_one()
    return total


def newest(session: Session, limit: int, skip: int = 0) -> tuple[LeadCard, ...]:
    """The leads that have not ended, those who clicked last first, without the first `skip`."""
    last_click = select(func.max(col(Counter.last_click_at))).where(col(Counter.address_id) == col(Lead.address_id))
    last_at = func.coalesce(last_click.scalar_subquery(), col(Lead.since))
    query = _ROWS.where(col(Lead.stage).not_in(ENDS)).order_by(last_at.desc(), col(Lead.id).desc())
    return _cards(session, query.limit(limit).offset(skip))


_ROWS: Final = (
    select(Lead, col(Address.email), col(Address.account_id), col(Account.name), col(ContactId.hubspot_id))
    .join(Address, col(Address.id) == col(Lead.address_id))
    .outerjoin(Account, col(Account.id) == col(Address.account_id))
    .outerjoin(ContactId, (col(ContactId.contact_id) == col(Address.contact_id)) & col(ContactId.is_present))
)


def _cards(session: Session, query: Select[*tuple[Any, ...]]) -> tuple[LeadCard, ...]:
    rows = session.execute(query).all()
    clicked = performance.clicked(session, [lead.address_id for lead, *_ in rows])
    ends = {lead.id: _last_at(lead, clicked) for lead, *_ in rows}
    spans = [Span(lead.id, lead.address_id, ends[lead.id] - ACCOUNT_WINDOW, ends[lead.id]) for lead, *_ in rows]
    colleagues = performance.clicks_of_accounts(session, spans)
    accounts = _accounts(session, {account_id for _, _, account_id, *_ in rows if account_id})
    owners = owner_names(session, [one.owner_id for one in accounts.values() if one.owner_id])
    users = mentions.users_of(session, list(owners))
    notes = lead_notes.how_many(session, [lead.address_id for lead, *_ in rows])
    return tuple(
        LeadCard(
            id=lead.id,
            address_id=lead.address_id,
            email=None if lead.stage is LeadStage.OPTED_OUT else email,
            account=account,
            account_contacts=accounts.get(account_id, _Account()).contacts,
            account_clicks=colleagues.get(lead.id, 0),
            clicks=clicked.get(lead.address_id, Clicked()).clicks,
            campaigns=clicked.get(lead.address_id, Clicked()).campaigns,
            sender=clicked.get(lead.address_id, Clicked()).sender,
            first_at=lead.since,
            last_at=ends[lead.id],
            stage=lead.stage,
            changed_by=lead.changed_by,
            changed_at=lead.changed_at,
            spoke_up_at=_spoke_up_at(lead),
            hubspot_id=hubspot_id,
            held_by=lead.held_by,
            reason=lead.reason,
            snoozed_until=lead.snoozed_until,
            woke_at=lead.woke_at,
            asked_by=lead.asked_by,
            asked_at=lead.asked_at,
            refusal=lead.refusal,
            notes=notes.get(lead.address_id, 0),
            owner=owners.get(accounts.get(account_id, _Account()).owner_id or ""),
            owner_user=users.get(accounts.get(account_id, _Account()).owner_id or ""),
        )
        for lead, email, account_id, account, hubspot_id in rows
    )


def _last_at(lead: Lead, clicked: dict[int, Clicked]) -> datetime:
    return clicked.get(lead.address_id, Clicked()).last_at or lead.since


def _spoke_up_at(lead: Lead) -> datetime | None:
    if lead.woke_at is not None:
        return lead.woke_at
    return lead.changed_at if lead.stage is LeadStage.OPEN and lead.clicks_since_dismissed else None


@dataclass(frozen=True, slots=True)
class _Account:
    """How many contacts an account has, and who owns most of them."""

    contacts: int = 0
    owner_id: str | None = None


def _accounts(session: Session, account_ids: Collection[int]) -> dict[int, _Account]:
    whose = (col(Address.account_id), col(Contact.owner_id))
    contacts = func.count(distinct(col(Contact.id)))
    query = select(*whose, contacts).join(Contact, col(Contact.id) == col(Address.contact_id))
    query = query.where(col(Address.account_id).in_(account_ids)).group_by(*whose)
    found: dict[int, _Account] = {}
    # Of those who own as many, the one with the lower id.
    for account_id, owner_id, number in session.execute(query.order_by(contacts.desc(), col(Contact.owner_id))):
        known = found.get(account_id, _Account())
        found[account_id] = _Account(known.contacts + number, known.owner_id or owner_id)
    return found
