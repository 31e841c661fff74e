"""Doubted clicks are settled: the last word on those that only probable signs spoke against, counters with it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace
from sqlmodel import Session, col, select

from decisions.filter_rules import SignName
from decisions.human_or_machine import BURST_WITHIN, TOO_SOON, Fetch, Verdict, settle_click, settle_view
from decisions.who_sees_what import RuleKind
from storage import leads, performance, tracking
from storage.addresses import Address
from storage.fetch_arrived import tell_of_clicks
from storage.leads import Lead
from storage.tracking import Event, EventClass, EventKind, Link, Tracked, fetch_of

# Long enough for a scanner to show itself by a burst, short enough for a person to be called back.
SETTLED_AFTER: Final = timedelta(seconds=45)
AROUND: Final = BURST_WITHIN + TOO_SOON


def settle(session: Session, *, now: datetime, limit: int = 100) -> int:
    """Settle the clicks that have been doubted for 45 seconds, and tell leads and feed of people's; how many mails."""
    doubted = tracking.doubted_before(session, now - SETTLED_AFTER, limit)
    for mail_id, moments in doubted.items():
        mail = tracking.of_mail(session, mail_id, min(moments) - tracking.FRESH, max(moments) + AROUND)
        settled = [event for event in mail if event.is_doubted and event.at < now - SETTLED_AFTER]
        _revise(session, settled, mail, now=now)
    return len(doubted)


def _revise(session: Session, settled: Sequence[Event], mail: Sequence[Event], *, now: datetime) -> None:
    fetches = [replace(fetch_of(one.kind, _link(one), one.at), user_agent=one.user_agent) for one in mail]
    seen = tracking.last_seen(session, {_link(one) for one in mail if one.kind == EventKind.CLICK})
    opened = [fetch_of(EventKind.VIEW, link, one.first_at) for link, one in seen.items()]
    # Who was in the same burst, and was believed because it had not shown yet, is judged again with it.
    near = [one for one in mail if one.kind == EventKind.CLICK and _is_near(one, settled)]
    human: list[tuple[int, datetime]] = []
    for event in near:
        was_doubted, was = event.is_doubted, event.counts_as
        if was == EventClass.MACHINE:
            continue
        place = mail.index(event)
        verdict = settle_click(fetches[place], [*fetches, *opened])
        _change(session, event, verdict)
        if event.counts_as == EventClass.HUMAN and was_doubted and event.address_id is not None:
            human.append((event.address_id, event.at))
        elif event.counts_as != was and not was_doubted:
            _tell_again(session, event, now)
    contacts = select(Address.id).where(col(Address.contact_id).is_not(None))
    ours = set(session.exec(contacts.where(col(Address.id).in_({address_id for address_id, _ in human}))))
    tell_of_clicks(session, human, ours, now=now)
    if any(one.counts_as == EventClass.MACHINE and SignName.SWEEP in (one.sign or "").split("; ") for one in near):
        _revise_views(session, mail, fetches)


def _revise_views(session: Session, mail: Sequence[Event], fetches: Sequence[Fetch]) -> None:
    """The banners that a scanner showed itself before it followed their links."""
    for event, fetch in zip(mail, fetches, strict=True):
        is_human_view = event.kind == EventKind.VIEW and event.counts_as == EventClass.HUMAN
        if is_human_view and (verdict := settle_view(fetch, fetches)):
            _change(session, event, verdict)


def _link(event: Event) -> Link:
    return event.mail_id or "", event.address_id


def _is_near(event: Event, settled: Sequence[Event]) -> bool:
    return any(abs(event.at - one.at) <= BURST_WITHIN for one in settled)


def _change(session: Session, event: Event, verdict: Verdict) -> None:
    was, after = EventClass(event.counts_as), _tracked(event, verdict, None)
    event.counts_as, event.is_doubted = int(after.counts_as), False
    event.sign, event.measures = verdict.sign, verdict.measures
    session.add(event)
    session.flush()
    if after.counts_as is was:
        return
    performance.count(session, [_tracked(event, verdict, was)], by=-1)
    performance.count(session, [after])
    if event.address_id is not None:
        performance.read_times_again(session, event.address_id, event.campaign_id)


def _tracked(event: Event, verdict: Verdict, counted: EventClass | None) -> Tracked:
    return Tracked(
        kind=EventKind(event.kind),
        at=event.at,
        address_id=event.address_id,
        campaign_id=event.campaign_id,
        sender_id=event.sender_id,
        mail_id=event.mail_id,
        verdict=verdict,
        agent=event.agent,
        method=event.method,
        rule=RuleKind(event.rule),
        group_id=event.group_id,
        counted=counted,
    )


def _tell_again(session: Session, event: Event, now: datetime) -> None:
    """A click that was told of turned out to be a machine's: the lead's message shows the right number again."""
    theirs = session.exec(select(Lead.id).where(col(Lead.address_id) == event.address_id)).all()
    leads.owe_changed(session, [id_ for id_ in theirs if id_ is not None], now=now)
