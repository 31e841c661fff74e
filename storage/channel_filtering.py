"""What a lead or an activity is, as far as the filters of a channel ask; nothing is read that they do not ask."""

from sqlalchemy import union
from sqlmodel import Session, col, select

from decisions.channel_filters import Filters, Happening, why_kept_back
from storage.addresses import Address
from storage.campaigns import Campaign
from storage.contacts import Contact
from storage.feed import ActivityCard
from storage.leads import LeadCard
from storage.target_groups import GroupAccount, GroupMember, TargetGroup, is_shown


def kept_back(session: Session, filters: Filters, card: LeadCard | ActivityCard) -> str | None:
    """Why a channel with these filters is not told of it, or not yet; None: it is."""
    if filters == Filters():
        return None
    happening = Happening(
        clicks=card.clicks,
        by_campaign=_by_campaign(session, filters, card),
        groups=_groups(session, card.address_id) if filters.groups else frozenset(),
        owners=_owners(session, card.address_id) if filters.owners else frozenset(),
    )
    return why_kept_back(filters, happening)


def _by_campaign(session: Session, filters: Filters, card: LeadCard | ActivityCard) -> dict[int, int]:
    query = select(Campaign.name, Campaign.id).where(col(Campaign.id).in_(filters.campaigns))
    ids = dict(session.exec(query).all()) if filters.campaigns else {}
    found = ((ids.get(one.campaign), one.clicks) for one in card.campaigns)
    return {campaign_id: clicks for campaign_id, clicks in found if campaign_id is not None}


def _groups(session: Session, address_id: int) -> frozenset[int]:
    """The target groups that hold the address' contact, or its account."""
    whose = col(Address.id) == address_id
    by_contact = (
        select(GroupMember.group_id)
        .join(Address, col(Address.contact_id) == col(GroupMember.contact_id))
        .join(TargetGroup, col(TargetGroup.id) == col(GroupMember.group_id))
        .where(whose, is_shown(GroupMember))
    )
    by_account = (
        select(GroupAccount.group_id)
        .join(Address, col(Address.account_id) == col(GroupAccount.account_id))
        .join(TargetGroup, col(TargetGroup.id) == col(GroupAccount.group_id))
        .where(whose, is_shown(GroupAccount))
    )
    return frozenset(session.execute(union(by_contact, by_account)).scalars())


def _owners(session: Session, address_id: int) -> frozenset[str]:
    """Whose it is: the contact's owner in HubSpot, else the owners of the account's other contacts."""
    address = session.get(Address, address_id)
    if address is None:
        return frozenset()
    own = select(Contact.owner_id).where(col(Contact.id) == address.contact_id)
    theirs = session.exec(own).first()
    if theirs or address.account_id is None:
        return frozenset([theirs] if theirs else [])
    colleagues = select(Contact.owner_id).join(Address, col(Address.contact_id) == col(Contact.id))
    found = session.exec(colleagues.where(col(Address.account_id) == address.account_id).distinct())
    return frozenset(owner for owner in found if owner)
