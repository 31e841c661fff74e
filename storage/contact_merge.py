"""Contacts merge, as HubSpot merged them: pointers move to the one that stays, no event does."""

from collections.abc import Collection

from sqlalchemy import delete, func, insert, literal, update
from sqlmodel import Session, col, select

from storage.address_claims import LostClaim
from storage.addresses import Address, AddressKind
from storage.contacts import Contact, ContactId
from storage.target_groups import GroupMember


def move(session: Session, others: Collection[int], kept: int) -> None:
    """
    Everything that leads to the contacts `others` leads to `kept`; their rows go.

    Views, clicks, leads and messages hang on addresses, so these come along. Which address is what is settled by the
    state that told of the merge.
    """
    moved = update(Address).where(col(Address.contact_id).in_(others))
    session.execute(moved.values(contact_id=kept, kind=AddressKind.FORMER))
    session.execute(update(ContactId).where(col(ContactId.contact_id).in_(others)).values(contact_id=kept))
    session.execute(delete(LostClaim).where(col(LostClaim.contact_id).in_(others)))
    _move_memberships(session, others, kept)
    session.execute(delete(Contact).where(col(Contact.id).in_(others)))


def _move_memberships(session: Session, others: Collection[int], kept: int) -> None:
    held = select(GroupMember.group_id).where(col(GroupMember.contact_id) == kept)
    moved = (
        select(GroupMember.group_id, literal(kept), func.min(GroupMember.since))
        .where(col(GroupMember.contact_id).in_(others), col(GroupMember.group_id).not_in(held))
        .group_by(col(GroupMember.group_id))
    )
    session.execute(insert(GroupMember).from_select(["group_id", "contact_id", "since"], moved))
    session.execute(delete(GroupMember).where(col(GroupMember.contact_id).in_(others)))
