"""Of what numbers are asked: of a person, account, campaign, target group or sender, or of everything."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlmodel import col

from storage.addresses import Address
from storage.hours import HourCounter
from storage.performance import Counter
from storage.tracking import Event

Conditions = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """
    Of what one asks, as conditions on the tables that hold its numbers; None: that table does not tell it apart.

    `counters` name people and live as long as they are known, `hours` name nobody and stay for ever, `events` are
    single views and clicks, until retention takes them. `campaign_id` and `group_id`: it is of this one alone.
    """

    events: Conditions
    counters: Conditions | None = None
    hours: Conditions | None = None
    campaign_id: int | None = None
    group_id: int | None = None

    def __and__(self, other: "Selection") -> "Selection":
        """What is of both."""
        return Selection(
            self.events + other.events,
            _both(self.counters, other.counters),
            _both(self.hours, other.hours),
            self.campaign_id if other.campaign_id is None else other.campaign_id,
            self.group_id if other.group_id is None else other.group_id,
        )

    @property
    def of_the_named(self) -> "Selection":
        """The same, of people who can be named alone."""
        named = (*self.events, col(Event.address_id).is_not(None))
        return Selection(named, self.counters, None, self.campaign_id, self.group_id)


def _both(some: Conditions | None, others: Conditions | None) -> Conditions | None:
    return None if some is None or others is None else some + others


ALL: Final = Selection(events=(), counters=(), hours=())


def of_addresses(address_ids: Sequence[int]) -> Selection:
    """A person, whose addresses these are."""
    return Selection(
        events=(col(Event.address_id).in_(address_ids),), counters=(col(Counter.address_id).in_(address_ids),)
    )


def of_account(account_id: int) -> Selection:
    """Everybody's addresses in an account."""
    theirs = select(col(Address.id)).where(col(Address.account_id) == account_id)
    return Selection(events=(col(Event.address_id).in_(theirs),), counters=(col(Counter.address_id).in_(theirs),))


def of_campaign(campaign_id: int) -> Selection:
    return Selection(
        events=(col(Event.campaign_id) == campaign_id,),
        counters=(col(Counter.campaign_id) == campaign_id,),
        hours=(col(HourCounter.campaign_id) == campaign_id,),
        campaign_id=campaign_id,
    )


def of_group(group_id: int) -> Selection:
    """The events whose campaign was chosen by this target group, whoever is in it now."""
    return Selection(
        events=(col(Event.group_id) == group_id,),
        hours=(col(HourCounter.group_id) == group_id,),
        group_id=group_id,
    )


def of_sender(sender_id: int) -> Selection:
    """The events of the mails of one employee."""
    return Selection(events=(col(Event.sender_id) == sender_id,))
