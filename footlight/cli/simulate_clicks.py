"""`footlight simulate clicks`: past clicks under changed filter rules."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from decisions.filter_rules import FilterRules, read_rules
from decisions.human_or_machine import Verdict, VerdictKind
from footlight.cli.command import Footlight, opened_to_read
from footlight.cli.printing import AsJson, console, print_json, print_table, told, told_exactly
from footlight.cli.simulation import Since, begin_of, progress, read_text
from storage.clicks_replayed import ClicksCompared, Place, ReplayedClick, count_clicks, replay_page

_RULES = typer.Option(help="A TOML file with the rules that are to be other than today.")


def clicks(
    *,
    rules: Annotated[Path, _RULES],
    since: Since = None,
    limit: Annotated[int, typer.Option(min=0, help="Name at most so many clicks.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Past clicks under changed filter rules: how many would count otherwise, which, and why. Nothing changes."""
    changed = read_rules(read_text(rules))
    with opened_to_read() as footlight:
        begin = begin_of(footlight, since)
        compared = ClicksCompared(footlight.store.read_now(count_clicks, begin), limit)
        with progress("clicks", compared.clicks, hidden=as_json) as step:
            for page in _pages(footlight, begin, changed):
                compared.add(page)
                step(len(page))
        if as_json:
            print_json(_as_json(begin, compared))
        else:
            _print(begin, compared)


def _pages(footlight: Footlight, begin: datetime, rules: FilterRules) -> Iterator[tuple[ReplayedClick, ...]]:
    place: Place | None = Place()
    while place:
        page = footlight.store.read_now(replay_page, place, begin, rules)
        yield page.clicks
        place = page.next


def _as_json(begin: datetime, compared: ClicksCompared) -> dict[str, object]:
    return {
        "since": told_exactly(begin),
        "clicks": compared.clicks,
        "without_agent": compared.without_agent,
        "today": _numbers(compared, compared.today),
        "changed": _numbers(compared, compared.changed),
        "differing": [
            {"counts_as": _word(kind), "sign": sign, "clicks": number}
            for (kind, sign), number in compared.differing.most_common()
        ],
        "first": [_click_as_json(click) for click in compared.first],
    }


def _numbers(compared: ClicksCompared, machines: int) -> dict[str, int]:
    return {"people": compared.replayed - machines, "machines": machines}


def _click_as_json(click: ReplayedClick) -> dict[str, object]:
    verdicts = (("today", click.today), ("changed", click.changed))
    return {
        "id": click.id,
        "email": click.email,
        "occurred_at": told_exactly(click.occurred_at),
        "campaign": click.campaign,
        **{name: {"counts_as": _word(one.kind), "because": one.because} for name, one in verdicts},
    }


def _print(begin: datetime, compared: ClicksCompared) -> None:
    left_out = f"; {compared.without_agent:,} more have no agent any more" if compared.without_agent else ""
    console.print(f"{compared.replayed:,} clicks since {told(begin)}{left_out}.", soft_wrap=True)
    rows = [(name, *_numbers(compared, number).values()) for name, number in _rules(compared)]
    print_table(("Rules", "People", "Machines"), rows, "")
    if not compared.differing:
        console.print("No click would count otherwise.")
        return
    by_sign = ((number, _word(kind), sign) for (kind, sign), number in compared.differing.most_common())
    print_table(("Clicks", "Would count as", "By the sign"), by_sign, "")
    print_table(("Click", "When", "Who", "Today", "Changed"), map(_row, compared.first), "")
    hidden = compared.differing.total() - len(compared.first)
    if hidden:
        console.print(f"And {hidden:,} more: --limit names more of them.")


def _rules(compared: ClicksCompared) -> tuple[tuple[str, int], ...]:
    return ("today", compared.today), ("changed", compared.changed)


def _row(click: ReplayedClick) -> tuple[object, ...]:
    told_of = (_said(click.today), _said(click.changed))
    return click.id, click.occurred_at, click.email or "nobody named", *told_of


def _said(verdict: Verdict) -> str:
    return f"{_word(verdict.kind)}: {verdict.because}"


def _word(kind: VerdictKind) -> str:
    return "person" if kind is VerdictKind.HUMAN else "machine"
