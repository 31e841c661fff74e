"""`footlight groups aggregate`: count a target group's members only in groups, or as anyone again."""

import asyncio
import sys
from enum import StrEnum
from typing import Annotated

import typer

from footlight.cli.command import ACTOR, opened
from footlight.cli.printing import AsJson, console, print_json
from jobs.events_folded import fold_events
from storage import aggregate_only, target_groups
from storage.groups_by_hand import GroupRefused
from storage.target_groups import GroupView


class Switch(StrEnum):
    """On or off."""

    ON = "on"
    OFF = "off"


def aggregate(
    group: str,
    switch: Annotated[Switch, typer.Argument(help="Count its members only in groups, or as anyone again.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Store of a group's members no more than how often, by campaign, group and day; what was recorded is folded."""
    on = switch is Switch.ON
    with opened() as footlight:
        view = footlight.store.read_now(target_groups.find_group, group)
        if on and not view.is_aggregate_only and not yes:
            _ask(view)
        footlight.store.write_now(aggregate_only.switch, view.id, on=on, actor=ACTOR, now=footlight.now())
        folded = asyncio.run(fold_events(footlight.store, footlight.now)) if on else 0
    if as_json:
        print_json({"group": view.name, "is_aggregate_only": on, "folded_addresses": folded})
    elif on:
        told = f" What was recorded of {folded:,} addresses is folded." if folded else ""
        console.print(f"The members of {view.name} are counted only in groups.{told}", markup=False)
    else:
        console.print(f"The members of {view.name} are counted like anyone from now on.", markup=False)


def _ask(view: GroupView) -> None:
    """
    Raises:
        GroupRefused: nobody is there to be asked.
        typer.Abort
    """
    question = (
        f"Count the {view.size:,} members of {view.name} only in groups, and fold for good what was recorded of each"
        " until now: views, clicks, leads, activities?"
    )
    if not sys.stdin.isatty():
        raise GroupRefused(f"{question} Then say --yes. Nothing was changed")
    typer.confirm(f"{question} This cannot be undone.", abort=True)
