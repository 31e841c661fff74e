"""The feed as it is asked for: filters, and pages that stay stable while it grows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from storage import feed, opt_outs
from storage.addresses import Address
from storage.contacts import Contact
from storage.feed import Activity, ActivityCard
from storage.opt_outs import Hasher
from storage.tracking import Event, EventClass, EventKind


class ActivityKind(StrEnum):
    """FIRST: nothing is kept of earlier clicks of this person. RETURN: they clicked before, and came back."""

    FIRST = "first"
    RETURN = "return"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAsked:
    """
    Which activities are wanted; None and an empty set leave them all in.

    `since` and `until` take what was under way in that stretch of time, `until` itself not in it.
    """

    account_ids: Collection[int] | None = None
    contact_id: int | None = None
    campaign_id: int | None = None
    owner_ids: Collection[str] | None = None
    kind: ActivityKind | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An activity, and what kind it is."""

    card: ActivityCard
    kind: ActivityKind


@dataclass(frozen=True, slots=True)
class FeedPage:
    """The latest to begin first. `next_before`: the activity before which the next page begins; None: that was all."""

    entries: tuple[FeedEntry, ...]
    next_before: int | None


def page(session: Session, asked: FeedAsked, limit: int, *, before: int | None = None, hasher: Hasher) -> FeedPage:
    """
    A page of the feed, of those activities that came to us before the one with the id `before`.

    An activity keeps its place when it grows, so who reads page after page meets each that was there at the start
    once, whatever comes meanwhile. Who opted out or is hidden is left out, and so is an activity whose clicks turned
    out to be machines': a page may hold fewer than `limit`.
    """
    rows = session.execute(_chosen(asked, before).limit(limit + 1)).all()
    kinds = {id_: ActivityKind.RETURN if came_before else ActivityKind.FIRST for id_, came_before in rows[:limit]}
    cards = [card for card in feed.of_ids(session, kinds) if card.email is not None and card.clicks]
    gone = opt_outs.opted_out(session, [card.email for card in cards if card.email], hasher)
    entries = tuple(FeedEntry(card, kinds[card.id]) for card in cards if card.email not in gone)
    return FeedPage(entries, rows[limit - 1][0] if len(rows) > limit else None)


def _chosen(asked: FeedAsked, before: int | None) -> Any:
    query = select(col(Activity.id), _CAME_BEFORE).join(Address, col(Address.id) == col(Activity.address_id))
    query = query.outerjoin(Contact, col(Contact.id) == col(Address.contact_id))
    if before is not None:
        query = query.where(col(Activity.id) < before)
    return query.where(*_conditions(asked)).order_by(col(Activity.id).desc())


_earlier, _same_person = aliased(Activity), aliased(Address)
_CAME_BEFORE: Final = (
    select(1)
    .join_from(_earlier, _same_person, col(_same_person.id) == col(_earlier.address_id))
    .where(
        or_(
            col(_same_person.id) == col(Activity.address_id),
            col(_same_person.contact_id) == col(Address.contact_id),
        ),
        col(_earlier.last_at) < col(Activity.first_at),
    )
    .exists()
)


def _conditions(asked: FeedAsked) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if asked.account_ids is not None:
        conditions.append(col(Address.account_id).in_(asked.account_ids))
    if asked.contact_id is not None:
        conditions.append(col(Address.contact_id) == asked.contact_id)
    if asked.owner_ids is not None:
        conditions.append(col(Contact.owner_id).in_(asked.owner_ids))
    if asked.campaign_id is not None:
        conditions.append(_clicked(asked.campaign_id))
    if asked.kind is not None:
        conditions.append(_CAME_BEFORE if asked.kind is ActivityKind.RETURN else ~_CAME_BEFORE)
    if asked.since is not None:
        conditions.append(col(Activity.last_at) >= asked.since)
    if asked.until is not None:
        conditions.append(col(Activity.first_at) < asked.until)
    return conditions


def _clicked(campaign_id: int) -> ColumnElement[bool]:
    """One of the activity's clicks, as they count today, went to this campaign."""
    return (
        select(1)
        .where(
            col(Event.address_id) == col(Activity.address_id),
            col(Event.kind) == int(EventKind.CLICK),
            col(Event.counts_as) == int(EventClass.HUMAN),
            col(Event.is_doubted).is_(False),
            col(Event.at).between(col(Activity.first_at), col(Activity.last_at)),
            col(Event.campaign_id) == campaign_id,
        )
        .exists()
    )
