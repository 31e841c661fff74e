"""`footlight performance`: the numbers of a contact, an account, a campaign, a target group, a sender, and in total."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from decisions.addresses import account_domain, normalise_domain
from decisions.mendable import Mendable
from footlight.cli.command import Footlight, command_group, opened_to_read
from footlight.cli.printing import AsJson, console, print_json, print_table, told, told_exactly
from footlight.cli.typed_address import typed_address
from footlight.cli.typed_moment import typed_moment
from storage import (
    Session,
    accounts,
    aggregate_only,
    campaign_changes,
    performance,
    performance_report,
    selections,
    target_groups,
)
from storage.aggregate_only import CountedOnlyInGroups
from storage.counts import Counts
from storage.performance_report import Part, Report, SenderNumbersOff, SteppedBy
from storage.selections import Selection

family = command_group("performance", "Views and clicks by people, and what machines made.")


class NoPerformance(Mendable):
    """There are no numbers of that."""


By = Annotated[SteppedBy, typer.Option(help="Cut the time series into days or hours.")]
Since = Annotated[str | None, typer.Option("--from", help="Where the time series begins; default: 14 days ago.")]
Until = Annotated[str | None, typer.Option(help="Where the time series ends; default: now.")]
Asked = Callable[[Session], tuple[Selection, list[Part]]]


@family.command("total")
def total(*, by: By = SteppedBy.DAY, since: Since = None, until: Until = None, as_json: AsJson = False) -> None:
    """All there is, and how it adds up from accounts."""
    _tell("total", _total, by, (since, until), as_json)


def _total(session: Session) -> tuple[Selection, list[Part]]:
    return selections.ALL, performance_report.parts_of_all(session)


@family.command("contact")
def contact(
    email: str, *, by: By = SteppedBy.DAY, since: Since = None, until: Until = None, as_json: AsJson = False
) -> None:
    """A contact's or a lead's, by any of their addresses, and how it adds up from these."""

    def asked(session: Session) -> tuple[Selection, list[Part]]:
        ids = performance.addresses_of_person(session, typed_address(email))
        if not ids:
            raise NoPerformance(f"nobody is known by {email}: `footlight contacts find TEXT` looks for a part of it")
        if aggregate_only.is_any_address(session, ids):
            raise CountedOnlyInGroups(CountedOnlyInGroups.__doc__)
        return selections.of_addresses(ids), performance_report.parts_of_addresses(session, ids)

    _tell(email, asked, by, (since, until), as_json)


@family.command("account")
def account(
    domain: str, *, by: By = SteppedBy.DAY, since: Since = None, until: Until = None, as_json: AsJson = False
) -> None:
    """An account's, by any of its domains, and how it adds up from addresses."""

    def asked(session: Session) -> tuple[Selection, list[Part]]:
        name = account_domain(normalise_domain(domain))
        ids = list(accounts.account_ids(session, [name] if name else []).values())
        if not ids:
            raise NoPerformance(f"no address at {domain} is known, or it is a domain that makes no account")
        if aggregate_only.is_account(session, ids[0]):
            raise CountedOnlyInGroups(CountedOnlyInGroups.__doc__)
        return selections.of_account(ids[0]), performance_report.parts_of_account(session, ids[0])

    _tell(domain, asked, by, (since, until), as_json)


@family.command("campaign")
def campaign(
    name: str, *, by: By = SteppedBy.DAY, since: Since = None, until: Until = None, as_json: AsJson = False
) -> None:
    """A campaign's, by its name or id."""
    _tell(
        name,
        lambda session: (selections.of_campaign(campaign_changes.campaign_id(session, name)), []),
        by,
        (since, until),
        as_json,
    )


@family.command("group")
def group(
    name: str, *, by: By = SteppedBy.DAY, since: Since = None, until: Until = None, as_json: AsJson = False
) -> None:
    """A target group's: the views and clicks whose campaign it chose."""
    _tell(
        name,
        lambda session: (selections.of_group(target_groups.find_group(session, name).id), []),
        by,
        (since, until),
        as_json,
    )


@family.command("sender")
def sender(
    email: str, *, by: By = SteppedBy.DAY, since: Since = None, until: Until = None, as_json: AsJson = False
) -> None:
    """An employee's, by their mails; off unless FOOTLIGHT_SENDER_NUMBERS is set."""

    def asked(session: Session) -> tuple[Selection, list[Part]]:
        sender_id = performance_report.sender_id(session, typed_address(email))
        if sender_id is None:
            raise NoPerformance(f"{email} has not sent any mail with a banner")
        return selections.of_sender(sender_id), []

    _tell(email, asked, by, (since, until), as_json, is_of_a_sender=True)


def _tell(
    name: str,
    asked: Asked,
    by: SteppedBy,
    stretch: tuple[str | None, str | None],
    as_json: bool,
    *,
    is_of_a_sender: bool = False,
) -> None:
    with opened_to_read() as footlight:
        if is_of_a_sender and not footlight.settings.footlight_sender_numbers:
            raise SenderNumbersOff
        zone = footlight.zone
        since, until = _stretch(footlight, zone, *stretch)
        report, parts, hours = footlight.store.read_now(_read, asked, since, until)
    steps = performance_report.stepped(hours, by, zone)
    if as_json:
        print_json(
            {"name": name, **_as_json(report), "series": [_step(*one) for one in steps], "parts": [*map(_part, parts)]}
        )
    else:
        _print(report, parts, steps)


def _stretch(footlight: Footlight, zone: ZoneInfo, since: str | None, until: str | None) -> tuple[datetime, datetime]:
    end = typed_moment(until, zone) if until else footlight.now()
    return typed_moment(since, zone) if since else performance_report.begin_of(end), end


def _read(
    session: Session, asked: Asked, since: datetime, until: datetime
) -> tuple[Report, list[Part], list[tuple[datetime, Counts]]]:
    selection, parts = asked(session)
    series = performance_report.series(session, selection, since, until)
    return performance_report.report(session, selection), parts, series


def _as_json(report: Report) -> dict[str, object]:
    return {
        **asdict(report.counts),
        "click_rate": report.counts.click_rate,
        "unique_viewers": report.unique_viewers,
        "unique_clickers": report.unique_clickers,
        "first_at": told_exactly(report.first_at),
        "last_at": told_exactly(report.last_at),
        "recent_clicks": [
            {
                "id": click.id,
                "email": click.email,
                "campaign": click.campaign,
                "occurred_at": told_exactly(click.occurred_at),
            }
            for click in report.recent_clicks
        ],
        "popular_campaigns": report.popular_campaigns,
    }


def _step(begin: str, counts: Counts) -> dict[str, object]:
    return {"from": begin, **asdict(counts)}


def _part(part: Part) -> dict[str, object]:
    return {"name": part.name, **asdict(part.counts)}


def _print(report: Report, parts: Sequence[Part], steps: Sequence[tuple[str, Counts]]) -> None:
    counts, rate = report.counts, report.counts.click_rate
    rows: list[tuple[str, object]] = [
        ("Views", f"{counts.views:,} by {report.unique_viewers:,} people"),
        ("Clicks", f"{counts.clicks:,} by {report.unique_clickers:,} people"),
        ("Click rate", None if rate is None else f"{rate:.1%}"),
        ("By machines", f"{counts.machine_views:,} views, {counts.machine_clicks:,} clicks"),
        ("By Apple's proxies", f"{counts.proxy_views:,} views"),
        ("First seen", report.first_at),
        ("Last seen", report.last_at),
        ("Most clicked", ", ".join(f"{one.campaign} ({one.clicks})" for one in report.popular_campaigns)),
    ]
    print_table(("", ""), rows, "")
    for click in report.recent_clicks:
        line = f"  {told(click.occurred_at)}  {click.email}  {click.campaign or 'no campaign'}  click {click.id}"
        console.print(line, markup=False)
    if steps:
        print_table(("When", "Views", "Clicks", "By machines"), [_line(*one) for one in steps], "")
    if parts:
        print_table(("Of which", "Views", "Clicks", "By machines"), [_line(one.name, one.counts) for one in parts], "")


def _line(name: str, counts: Counts) -> tuple[str, str, str, str]:
    return name, f"{counts.views:,}", f"{counts.clicks:,}", f"{counts.machine_clicks:,}"
