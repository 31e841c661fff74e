"""Leads as they are asked for: filters, and pages that stay stable while new ones come."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from storage import leads, opt_outs
from storage.addresses import Address
from storage.leads import ENDS, Lead, LeadCard, LeadStage
from storage.opt_outs import Hasher


@dataclass(frozen=True, slots=True)
class LeadPage:
    """The newest first. `next_before`: the lead before which the next page begins; None: that was all."""

    leads: tuple[LeadCard, ...]
    next_before: int | None


def page(
    session: Session,
    limit: int,
    *,
    stage: LeadStage | None = None,
    account_ids: Collection[int] | None = None,
    before: int | None = None,
    hasher: Hasher,
) -> LeadPage:
    """Leads that have not ended and are older than the lead `before`; who opted out is left out."""
    query = select(col(Lead.id)).join(Address, col(Address.id) == col(Lead.address_id))
    query = query.where(col(Lead.stage).not_in(ENDS))
    if stage is not None:
        query = query.where(col(Lead.stage) == stage)
    if account_ids is not None:
        query = query.where(col(Address.account_id).in_(account_ids))
    if before is not None:
        query = query.where(col(Lead.id) < before)
    ids = session.execute(query.order_by(col(Lead.id).desc()).limit(limit + 1)).scalars().all()
    cards = leads.of_ids(session, ids[:limit])
    gone = opt_outs.opted_out(session, [card.email for card in cards if card.email], hasher)
    known = tuple(card for card in cards if card.email is not None and card.email not in gone)
    return LeadPage(known, ids[limit - 1] if len(ids) > limit else None)
