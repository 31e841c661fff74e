"""What is kept of a person, told without a single value: kinds of data, and since when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select, union_all
from sqlmodel import Session, col

from storage import aggregate_only, opt_out_asked, privacy_requests
from storage.addresses import Address
from storage.lead_notes import LeadNote
from storage.leads import Lead
from storage.opt_outs import Hasher
from storage.performance import Counter
from storage.posted import Posted
from storage.privacy_requests import Request, Wish
from storage.target_groups import GroupAddress, GroupMember
from storage.tracking import Event, EventKind


class DataKind(StrEnum):
    """Kinds of data, as people are told of them."""

    ADDRESS = "address"
    CONTACT = "contact"
    GROUPS = "groups"
    VIEWS = "views"
    CLICKS = "clicks"
    COUNTS = "counts"
    LEAD = "lead"
    NOTES = "notes"
    MESSAGES = "messages"


@dataclass(frozen=True, slots=True)
class Kept:
    """
    `kinds` in the order of DataKind, each since when; what waits of the person's requests; when tracking ended.

    `only_in_groups`: they are counted, and no event of theirs is kept.
    """

    kinds: dict[DataKind, datetime]
    requests: dict[Wish, Request]
    opted_out_since: datetime | None
    only_in_groups: bool


def kept(session: Session, email: str, hasher: Hasher) -> Kept:
    """What is kept of a normalised address, and of the contact it belongs to."""
    ids, contact_id = _addresses(session, email)
    found = {kind: session.execute(query).scalar() for kind, query in _firsts(ids, contact_id).items()}
    state = opt_out_asked.of_address(session, email, hasher)
    if state is None and contact_id is not None:
        state = opt_out_asked.of_contact(session, contact_id, hasher)
    return Kept(
        {kind: since for kind, since in found.items() if since is not None},
        privacy_requests.of_address(session, email),
        state.since if state else None,
        email in aggregate_only.emails_among(session, [email]),
    )


def _addresses(session: Session, email: str) -> tuple[Collection[int], int | None]:
    row = session.execute(select(col(Address.id), col(Address.contact_id)).where(col(Address.email) == email)).first()
    if row is None:
        return (), None
    if row.contact_id is None:
        return (row.id,), None
    theirs = select(col(Address.id)).where(col(Address.contact_id) == row.contact_id)
    return session.execute(theirs).scalars().all(), row.contact_id


def _firsts(ids: Collection[int], contact_id: int | None) -> dict[DataKind, Any]:
    # Whoever has no contact is in none: 0 is nobody's id.
    contact_id = contact_id or 0
    since = select(func.min(col(Address.since))).where(col(Address.id).in_(ids))
    in_groups = union_all(
        select(col(GroupMember.since)).where(col(GroupMember.contact_id) == contact_id),
        select(col(GroupAddress.since)).where(col(GroupAddress.address_id).in_(ids)),
    ).subquery()
    event = select(func.min(col(Event.at))).where(col(Event.address_id).in_(ids))
    return {
        DataKind.ADDRESS: since,
        DataKind.CONTACT: since.where(col(Address.contact_id) == contact_id),
        DataKind.GROUPS: select(func.min(in_groups.c.since)),
        DataKind.VIEWS: event.where(col(Event.kind) == int(EventKind.VIEW)),
        DataKind.CLICKS: event.where(col(Event.kind) == int(EventKind.CLICK)),
        DataKind.COUNTS: select(func.min(col(Counter.first_at))).where(col(Counter.address_id).in_(ids)),
        DataKind.LEAD: select(func.min(col(Lead.since))).where(col(Lead.address_id).in_(ids)),
        DataKind.NOTES: select(func.min(col(LeadNote.at))).where(
            col(LeadNote.address_id).in_(ids), col(LeadNote.text) != ""
        ),
        DataKind.MESSAGES: select(func.min(col(Posted.at))).where(col(Posted.address_id).in_(ids)),
    }
