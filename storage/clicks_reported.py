"""Another signature tool reported clicks: each is taken once, with the effects of a click on our own links."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from decisions.addresses import domain_of
from decisions.agents import agent_family, kept_agent
from decisions.human_or_machine import judge_agent_alone
from decisions.who_sees_what import RuleKind
from storage import aggregate_only, performance, tracking
from storage.campaigns import external_ids
from storage.fetch_arrived import Tracker, tell_of_clicks
from storage.received_clicks import take_new
from storage.recipients import Named, Who, resolve
from storage.senders import keep_senders, own_domains
from storage.tracking import EventClass, EventKind, Tracked


@dataclass(frozen=True, slots=True)
class ReportedClick:
    """
    A click as another tool tells it: normalised addresses, `at` aware, `campaign` the tool's name of it or our id.

    `id` makes it idempotent, for ever.
    """

    id: str
    at: datetime
    recipient: str
    campaign: str
    sender: str | None = None
    user_agent: str | None = None


def keep_clicks(session: Session, clicks: Sequence[ReportedClick], *, tracker: Tracker, now: datetime) -> int:
    """
    Keep those that were never taken before, in one transaction; how many these were.

    Of opted-out people and of our own, only that the id was taken is kept. There is no timing to judge, so the agent
    alone tells machines.
    """
    new = _new_ones(session, clicks, now)
    own = tracker.own_domains or own_domains(session) | {domain_of(click.sender) for click in new if click.sender}
    named = {Named(click.recipient, None) for click in new}
    people = resolve(session, named, hasher=tracker.hasher, own=own, now=now)
    counted = [(click, who) for click in new if (who := people[Named(click.recipient, None)]).is_counted]
    events = aggregate_only.set_apart(session, _track(session, counted, now))
    tracking.keep(session, events)
    performance.count(session, events)
    by_people = [
        (event.address_id, event.at)
        for event in events
        if event.counts_as is EventClass.HUMAN and event.address_id is not None
    ]
    contacts = {who.address_id for _, who in counted if who.contact_id is not None}
    tell_of_clicks(session, sorted(by_people, key=lambda click: click[1]), contacts, now=now)
    return len(new)


def _new_ones(session: Session, clicks: Sequence[ReportedClick], now: datetime) -> list[ReportedClick]:
    """Of several with one id, the first."""
    first = {click.id: click for click in reversed(clicks)}
    new = take_new(session, first.keys(), now=now)
    return [click for click in clicks if click.id in new and first[click.id] is click]


def _track(session: Session, counted: Sequence[tuple[ReportedClick, Who]], now: datetime) -> list[Tracked]:
    campaigns = external_ids(session, {click.campaign for click, _ in counted}, now=now)
    senders = keep_senders(session, {click.sender for click, _ in counted if click.sender})
    return [
        Tracked(
            kind=EventKind.CLICK,
            at=click.at,
            address_id=who.address_id,
            campaign_id=campaigns[click.campaign],
            sender_id=senders.get(click.sender or ""),
            mail_id=None,
            verdict=judge_agent_alone(click.user_agent),
            agent=agent_family(click.user_agent),
            method="GET",
            rule=RuleKind.NONE,
            group_id=None,
            only_in_groups=who.only_in_groups,
            user_agent=kept_agent(click.user_agent),
        )
        for click, who in counted
    ]
