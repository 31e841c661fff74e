"""Contacts merge, as HubSpot merged them: pointers move to the one that stays, no event does."""

from collections.abc import Collection

from sqlalchemy import delete, update
from sqlmodel import Session, col

from storage.address_claims import LostClaim
from storage.addresses import Address, AddressKind
from storage.contacts import Contact, ContactId
from storage.target_groups import GroupMember, merge_members


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
    merge_members(session, GroupMember, "contact_id", others, kept)
    session.execute(delete(Contact).where(col(Contact.id).in_(others)))
