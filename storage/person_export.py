"""The export: everything we hold of a person, for them to read."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import Session, col

from decisions.mendable import Mendable
from storage import aggregate_only, opt_out_asked, owners, person_passing, target_groups
from storage.address_claims import LostClaim
from storage.addresses import Address
from storage.audit import AuditEntry
from storage.campaigns import Campaign
from storage.companies import Company
from storage.contacts import Contact, ContactId
from storage.feed import Activity
from storage.follows import Follow, FollowedClicks
from storage.kept_totals import KeptCount
from storage.lead_notes import LeadNote
from storage.leads import Lead
from storage.opt_outs import Hasher, OptOutState
from storage.opt_outs_waiting import OptOutWaiting
from storage.performance import Counter
from storage.posted import Posted
from storage.privacy_requests import PrivacyRequest
from storage.senders import Sender
from storage.target_groups import GroupAddress, GroupMember, TargetGroup
from storage.tracking import Event, EventClass, EventKind, LastSeen


class NotKnown(Mendable):
    """Nothing is stored under this address: it is no contact, no lead, never got a banner, and is not opted out."""


Values = dict[str, Any]


def export(session: Session, email: str, hasher: Hasher) -> Values:
    """
    All that is stored of a normalised address and of the contact it belongs to, as JSON's types; moments as ISO 8601.

    Machines' clicks are in it too, with their verdict. Of who was erased only that remains.

    Raises:
        NotKnown
    """
    opted_out = opt_out_asked.of_address(session, email, hasher)
    found = session.execute(_ADDRESSES.where(col(Address.email) == email)).first()
    if found is None and opted_out is None:
        raise NotKnown(NotKnown.__doc__)
    contact_id = found.contact_id if found else None
    if contact_id is not None:
        addresses = session.execute(_ADDRESSES.where(col(Address.contact_id) == contact_id)).all()
        opted_out = opted_out or opt_out_asked.of_contact(session, contact_id, hasher)
    else:
        addresses = [found] if found else []
    ids = [row.id for row in addresses]
    return {
        "email": email,
        "addresses": [{"email": row.email, "kind": row.kind, "since": _iso(row.since)} for row in addresses],
        **(_contact(session, contact_id) if contact_id is not None else _NO_CONTACT),
        "waits_for_groups": target_groups.groups_awaiting(session, ids),
        **_events(session, ids),
        "memberships": _memberships(session, ids, contact_id),
        "addresses_of_others": _others_addresses(session, contact_id),
        **_sections(session, ids),
        **_under_way(session, ids, contact_id),
        "counted_only_in_groups": aggregate_only.is_any_address(session, ids),
        "opted_out": _opted_out(opted_out),
    }


_ADDRESSES: Final = select(
    col(Address.id), col(Address.email), col(Address.kind), col(Address.since), col(Address.contact_id)
).order_by(col(Address.email))
_NO_CONTACT: Final[Values] = {"contact": None, "properties": {}, "target_groups": []}


def _contact(session: Session, contact_id: int) -> Values:
    contact = session.get_one(Contact, contact_id)
    ids = select(col(ContactId.hubspot_id)).where(col(ContactId.contact_id) == contact_id).order_by("hubspot_id")
    company = session.get(Company, contact.company_id) if contact.company_id else None
    return {
        "contact": {
            "hubspot_ids": list(session.execute(ids).scalars()),
            "name": contact.name,
            "company": company.name if company else None,
            "owner": owners.owner_names(session, [contact.owner_id or ""]).get(contact.owner_id or ""),
            "lifecycle": contact.lifecycle,
            "created_at": _iso(contact.created_at),
            "deleted_at": _iso(contact.deleted_at),
            "hidden_at": _iso(contact.hidden_at),
            "asked_at": _iso(contact.asked_at),
        },
        "properties": dict(contact.properties),
        "target_groups": target_groups.groups_of_contact(session, contact_id),
    }


def _events(session: Session, address_ids: Collection[int]) -> Values:
    query = (
        select(Event, col(Campaign.name), col(Sender.email), col(TargetGroup.name))
        .outerjoin(Campaign, col(Campaign.id) == col(Event.campaign_id))
        .outerjoin(Sender, col(Sender.id) == col(Event.sender_id))
        .outerjoin(TargetGroup, col(TargetGroup.id) == col(Event.group_id))
        .where(col(Event.address_id).in_(address_ids))
        .order_by(col(Event.at), col(Event.id))
    )
    kinds: dict[int, list[Values]] = {kind: [] for kind in EventKind}
    for event, campaign, sender, group in session.execute(query):
        kinds[event.kind].append(_event(event, campaign, sender, group))
    return {
        "views": kinds[EventKind.VIEW],
        "clicks": kinds[EventKind.CLICK],
        "spoilt_links": kinds[EventKind.MANGLED],
    }


def _event(event: Event, campaign: str | None, sender: str | None, group: str | None) -> Values:
    return {
        "occurred_at": _iso(event.at),
        "campaign": campaign,
        "sender": sender,
        "mail": event.mail_id,
        "verdict": EventClass(event.counts_as).name.lower(),
        "is_doubted": event.is_doubted,
        "sign": event.sign,
        "measures": event.measures,
        "agent": event.agent,
        "user_agent": event.user_agent,
        "method": event.method,
        "chosen_by": event.rule,
        "target_group": group,
    }


@dataclass(frozen=True, slots=True)
class Section:
    """Rows that hang on an address, as they are; `leave_out`: ids of ours that tell nothing."""

    table: Any
    leave_out: tuple[str, ...] = ("id", "address_id")


_FOLLOW_IDS: Final = ("id", "address_id", "follow_id", "account_id", "after_event", "last_event")
# THE table of what is kept of people beside contact, addresses and events, by its name in the export.
SECTIONS: Final = {
    "last_seen": Section(LastSeen),
    "counters": Section(Counter),
    "kept_counts": Section(KeptCount),
    "leads": Section(Lead),
    "notes": Section(LeadNote),
    "activities": Section(Activity),
    "follows": Section(Follow, _FOLLOW_IDS),
    "followed_clicks": Section(FollowedClicks, _FOLLOW_IDS),
    "messages": Section(Posted),
    "requests": Section(PrivacyRequest),
    "opt_outs_waiting": Section(OptOutWaiting, ("address_id", "hash", "request_id")),
    "audit": Section(AuditEntry),
}


def _sections(session: Session, address_ids: Collection[int]) -> Values:
    return {
        name: [_row(row, leave_out=one.leave_out) for row in _of(session, one.table, address_ids)]
        for name, one in SECTIONS.items()
    }


def _memberships(session: Session, address_ids: Collection[int], contact_id: int | None) -> list[Values]:
    """In which target groups they are, or wait for their contact, and since when."""
    found = []
    for table, theirs in (
        (GroupMember, col(GroupMember.contact_id) == contact_id),
        (GroupAddress, col(GroupAddress.address_id).in_(address_ids)),
    ):
        query = select(col(TargetGroup.name), col(table.since)).join(table, col(table.group_id) == col(TargetGroup.id))
        waits = table is GroupAddress
        found += [
            {"target_group": name, "since": _iso(since), "waits": waits}
            for name, since in session.execute(query.where(theirs))
        ]
    return found


def _others_addresses(session: Session, contact_id: int | None) -> list[Values]:
    """Addresses that HubSpot gives to them too, while another contact has them here."""
    query = select(col(Address.email), col(LostClaim.kind)).join(
        LostClaim, col(LostClaim.address_id) == col(Address.id)
    )
    rows = session.execute(query.where(col(LostClaim.contact_id) == contact_id))
    return [{"email": email, "kind": kind} for email, kind in rows]


def _under_way(session: Session, address_ids: Collection[int], contact_id: int | None) -> Values:
    """What waits of them, to be told or asked for, and what of HubSpot's could not be used."""
    hubspot_ids = person_passing.hubspot_ids(session, contact_id)
    return {
        "digests": [
            _row(row, leave_out=("id", "subject")) for row in person_passing.digest_entries(session, address_ids)
        ],
        "owed": [_row(row, leave_out=("id", "key")) for row in person_passing.owed(session, address_ids, contact_id)],
        "hints": [_row(row, leave_out=()) for row in person_passing.hints(session, hubspot_ids)],
        "dead_letters": [_row(row, leave_out=("id",)) for row in person_passing.dead_letters(session, hubspot_ids)],
    }


def _of(session: Session, table: Any, address_ids: Collection[int]) -> Iterable[Any]:
    return session.execute(select(table).where(table.address_id.in_(address_ids))).scalars()


def _row(row: Any, *, leave_out: Collection[str]) -> Values:
    values = {name: value for name, value in row.model_dump().items() if name not in leave_out}
    return {name: _iso(value) if isinstance(value, datetime) else value for name, value in values.items()}


def _opted_out(state: OptOutState | None) -> Values | None:
    return {"since": _iso(state.since), "by": state.by, "erased": state.erased} if state else None


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
