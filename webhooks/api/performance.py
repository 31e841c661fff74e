"""Performance by the API: of a contact, an account, a campaign, a target group, a sender, or in total."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from storage import Session, aggregate_only, opt_outs, performance, performance_report, portal, selections
from storage.aggregate_only import CountedOnlyInGroups
from storage.counts import Counts
from storage.opt_outs import Hasher
from storage.performance_report import Report, SenderNumbersOff
from storage.selections import ALL, Selection
from storage.small_crowds import TooFewPeople
from webhooks.api import shapes
from webhooks.api.people import accounts_of, campaign_clicks, tracked_contact
from webhooks.api.serving import Call
from webhooks.api.shapes import given
from webhooks.problems import Problem


@dataclass(frozen=True, slots=True)
class _Found:
    report: Report
    hours: list[tuple[datetime, Counts]]
    zone: ZoneInfo


async def show(call: Call[shapes.PerformanceAsked]) -> shapes.Performance:
    """The report, and a series of days or hours."""
    asked = call.asked
    if given(asked.sender) is not None:
        _require_sender_numbers(call.edge.sender_numbers)
    until = given(asked.until) or call.edge.now()
    since = given(asked.since) or performance_report.begin_of(until)
    found = await call.store.read(_read, asked, (since, until), call.edge.time_zone, call.hasher)
    steps = performance_report.stepped(found.hours, asked.by, found.zone)
    return _performance(found.report, steps, call)


async def senders(call: Call[shapes.Nothing]) -> shapes.Senders:
    """Whose numbers can be asked for."""
    _require_sender_numbers(call.edge.sender_numbers)
    found = await call.store.read(performance_report.all_senders)
    return shapes.Senders([shapes.Sender(one.id, call.shown(one.email), one.name) for one in found])


def _require_sender_numbers(are_on: bool) -> None:
    if not are_on:
        raise Problem(403, "switched off", str(SenderNumbersOff()))


def _read(
    session: Session,
    asked: shapes.PerformanceAsked,
    stretch: tuple[datetime, datetime],
    time_zone: str | None,
    hasher: Hasher,
) -> _Found:
    selection = _selection(session, asked, hasher)
    try:
        selection = performance_report.told(session, selection)
    except TooFewPeople:
        raise _not_told(TooFewPeople) from None
    report = performance_report.report(session, selection)
    gone = opt_outs.opted_out(session, {click.email for click in report.recent_clicks if click.email}, hasher)
    shown = tuple(click for click in report.recent_clicks if click.email not in gone)
    hours = performance_report.series(session, selection, *stretch)
    return _Found(replace(report, recent_clicks=shown), hours, portal.zone(session, time_zone))


def _not_told(because: type[CountedOnlyInGroups | TooFewPeople]) -> Problem:
    return Problem(403, "counted only in groups", because.__doc__ or "")


def _selection(session: Session, asked: shapes.PerformanceAsked, hasher: Hasher) -> Selection:
    selection, accounts = ALL, accounts_of(session, given(asked.account))
    if (contact_id := given(asked.contact)) is not None:
        if tracked_contact(session, contact_id, hasher).counted_only_in_groups:
            raise _not_told(CountedOnlyInGroups)
        selection &= selections.of_addresses(performance.addresses_of(session, contact_id))
    if accounts and aggregate_only.is_account(session, accounts[0]):
        raise _not_told(CountedOnlyInGroups)
    if accounts is not None:
        selection &= selections.of_account(accounts[0]) if accounts else selections.of_addresses(())
    by_id = (
        (asked.campaign, selections.of_campaign),
        (asked.group, selections.of_group),
        (asked.sender, selections.of_sender),
    )
    for id_, of_it in by_id:
        if given(id_) is not None:
            selection &= of_it(given(id_))
    return selection


def _performance(
    report: Report, steps: list[tuple[str, Counts]], call: Call[shapes.PerformanceAsked]
) -> shapes.Performance:
    return shapes.Performance(
        **asdict(report.counts),
        click_rate=report.counts.click_rate,
        unique_viewers=report.unique_viewers,
        unique_clickers=report.unique_clickers,
        first_at=report.first_at,
        last_at=report.last_at,
        recent_clicks=[
            shapes.LatestClick(one.id, call.shown(one.email), one.campaign, one.occurred_at)
            for one in report.recent_clicks
        ],
        popular_campaigns=campaign_clicks(report.popular_campaigns),
        series=[shapes.Step(**asdict(counts), begin=begin) for begin, counts in steps],
    )
