"""How `footlight sync --dry-run` tells who would come and go."""

from collections.abc import Sequence

import typer

from footlight.cli.printing import complaints, console, print_json, print_table
from jobs.sync_preview import Preview
from storage.sync_previews import PreviewedMember


def print_previews(previews: Sequence[Preview], as_json: bool) -> None:
    """
    Raises:
        typer.Exit: with status 1 when a sync of one of these groups would fail.
    """
    if as_json:
        print_json(previews)
    elif not previews:
        console.print("No target group mirrors a list yet: footlight groups import LIST")
    for one in previews:
        if not as_json:
            _print_preview(one)
        if one.trouble:
            complaints.print(f"{one.group}: {one.trouble}", markup=False)
    if any(one.trouble for one in previews):
        raise typer.Exit(1)


def _print_preview(one: Preview) -> None:
    counts = f"+{one.joining:,} −{one.leaving:,} ={one.staying:,}"
    held_back = f", {one.held_back:,} held back" if one.held_back else ""
    console.print(f"{one.group}  {counts}{held_back}", markup=False)
    for headed, named, count in (
        ("Would come", one.first_joining, one.joining),
        ("Would go", one.first_leaving, one.leaving),
    ):
        if named:
            _print_named(headed, named, count)


def _print_named(headed: str, named: Sequence[PreviewedMember], count: int) -> None:
    print_table((headed, "Address"), ((each.name, each.address) for each in named), "")
    if count > len(named):
        console.print(f"and {count - len(named):,} more")
