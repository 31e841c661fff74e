"""`footlight optouts`, `optout --domain` and `--csv`: opt-outs of many people, which wait for somebody's yes."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from decisions.mass_opt_out import needs_a_yes
from decisions.member_file import BadLine, read_members
from footlight.cli.command import ACTOR, Footlight, command_group, opened, opened_to_read
from footlight.cli.printing import AsJson, complaints, console, print_json, print_table
from jobs.opt_outs import carry_out_opt_outs
from storage import opt_out_asked, opt_outs_waiting
from storage.opt_outs_waiting import RequestState, RequestView, Source

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="As `footlight optouts list` shows it.")]

Csv = Annotated[Path | None, typer.Option("--csv", exists=True, dir_okay=False, help="Every address in this file.")]

optouts = command_group("optouts", "More than fifty opt-outs at once wait here for a yes: they are for good.")


@optouts.command("list")
def list_(*, as_json: AsJson = False) -> None:
    """What waits for a yes, and what was refused."""
    with opened_to_read() as footlight:
        waiting = footlight.store.read_now(opt_outs_waiting.all_waiting)
    if as_json:
        print_json(waiting)
        return
    rows = ((one.id, told_source(one), one.people, one.state.value, one.asked_by, one.asked_at) for one in waiting)
    print_table(("Number", "From", "People", "State", "Asked by", "Since"), rows, "No opt-outs wait.")


@optouts.command("accept")
def accept(number: Number, *, as_json: AsJson = False) -> None:
    """Opt all of them out, for good."""
    with opened() as footlight:
        footlight.store.write_now(opt_outs_waiting.accept, number, actor=ACTOR, now=footlight.now())
        asyncio.run(carry_out_opt_outs(footlight.store, footlight.hasher, footlight.now))
    _print(number, RequestState.ACCEPTED, "Opted out. Nothing is recorded of them from now on.", as_json)


@optouts.command("refuse")
def refuse(number: Number, *, as_json: AsJson = False) -> None:
    """Opt none of them out. HubSpot may say the same of them again without a question; `accept` is still possible."""
    with opened() as footlight:
        footlight.store.write_now(opt_outs_waiting.refuse, number, actor=ACTOR, now=footlight.now())
    _print(number, RequestState.REFUSED, "Nobody was opted out.", as_json)


def told_source(one: RequestView) -> str:
    """Where they came from, for people."""
    words = {"hubspot": "HubSpot", "csv": "a file", "domain": f"domain {one.domain}"}
    return words[one.source]


def _print(number: int, state: RequestState, told: str, as_json: bool) -> None:
    if as_json:
        print_json({"id": number, "state": state})
    else:
        console.print(told)


def opt_out_domain(domain: str, *, yes: bool, as_json: bool) -> None:
    """Everyone at a normalised domain."""
    with opened() as footlight:
        known = footlight.store.read_now(opt_out_asked.known_at_domain, domain)
        waits_as = _carry_out(footlight, Source.DOMAIN, (), domain, known, yes=yes)
    _tell(domain, known, waits_as, (), as_json)


def opt_out_file(file: Path, *, yes: bool, as_json: bool) -> None:
    """Every address that a CSV file names."""
    named = read_members(file.read_bytes())
    domains = [BadLine(0, f"{each} is a domain: opt it out with --domain") for each in named.domains]
    with opened() as footlight:
        waits_as = None
        if named.emails:
            waits_as = _carry_out(footlight, Source.CSV, named.emails, None, len(named.emails), yes=yes)
    _tell(None, len(named.emails), waits_as, (*named.bad_lines, *domains), as_json)


def _carry_out(
    footlight: Footlight, source: Source, emails: Sequence[str], domain: str | None, people: int, *, yes: bool
) -> int | None:
    """The number under which they wait for a yes that nobody gave here; None: they are opted out."""
    if not yes and sys.stdin.isatty():
        whom = f"everyone at {domain} ({people:,} known addresses)" if domain else f"{people:,} addresses"
        typer.confirm(f"End the tracking of {whom}? This cannot be undone.", abort=True)
        yes = True
    may_be_done, now = yes or not needs_a_yes(people), footlight.now
    number = footlight.store.write_now(
        opt_outs_waiting.ask,
        source,
        emails,
        domain,
        is_yes=may_be_done,
        actor=ACTOR,
        hasher=footlight.hasher,
        now=now(),
    )
    if may_be_done:
        asyncio.run(carry_out_opt_outs(footlight.store, footlight.hasher, now))
    return None if may_be_done else number


def _tell(
    domain: str | None, addresses: int, waits_as: int | None, bad_lines: Sequence[BadLine], as_json: bool
) -> None:
    if as_json:
        whom = {"domain": domain} if domain else {"bad_lines": bad_lines}
        waits = {} if waits_as is None else {"waits_as": waits_as}
        print_json({**whom, "opted_out": waits_as is None, "addresses": addresses, **waits})
    elif waits_as is not None:
        console.print(f"{addresses:,} at once wait for a yes: footlight optouts accept {waits_as}")
    else:
        whom_told = "known addresses, and all that come" if domain else "addresses"
        console.print(f"Opted out: {addresses:,} {whom_told}. Nothing is recorded from now on.")
    for bad in bad_lines:
        complaints.print(f"line {bad.line}: {bad.reason}" if bad.line else bad.reason, markup=False)
