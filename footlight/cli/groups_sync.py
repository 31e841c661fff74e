"""`footlight groups import` and `footlight sync`: making target groups equal to their HubSpot lists now."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from decisions.mendable import Mendable
from footlight.cli.command import ACTOR, Footlight, opened, opened_to_read
from footlight.cli.printing import AsJson, complaints, console, print_json
from footlight.cli.sync_previews import print_previews
from footlight.hubspot import hubspot_context
from jobs import list_pass
from jobs.context import Context
from jobs.hubspot.lists import find_list
from jobs.reconcile import GroupResult, sync_groups
from jobs.sync_preview import Preview, preview_groups
from storage import lists_chosen


class NoSuchList(Mendable):
    """HubSpot has no list of that id or exact name. The id stands in the list's address in HubSpot."""


def import_(
    hubspot_list: Annotated[str, typer.Argument(metavar="LIST", help="A HubSpot list's id or exact name.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Make a target group of a HubSpot list, with its members."""
    with opened() as footlight:
        result = asyncio.run(_import(hubspot_context(footlight.settings, footlight.opened), hubspot_list, as_json))
    _print_results([result], as_json)


async def _import(context: Context, asked: str, as_json: bool) -> GroupResult:
    await context.check_portal()
    found = await context.ask(lambda: find_list(context.hubspot, asked, now=context.now()))
    if found is None:
        raise NoSuchList(f"there is no list {asked}: {NoSuchList.__doc__}")
    await context.store.write(lists_chosen.import_list, found, actor=ACTOR, now=context.now())
    with _Bar(as_json) as bar:
        (result,) = await sync_groups(context, [found.list_id], on_progress=bar.show)
    return result


def sync(
    names: Annotated[list[str] | None, typer.Argument(metavar="GROUP", help="Names or list ids; none: all.")] = None,
    *,
    accept_removals: Annotated[
        bool, typer.Option("--accept-removals", help="Believe HubSpot although most members would go.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell who would come and go.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make target groups equal to their HubSpot lists now."""
    with opened_to_read() as footlight:
        if dry_run:
            print_previews(asyncio.run(_preview(footlight, names or [], accept_removals, as_json)), as_json)
            return
        results = asyncio.run(_sync(footlight, names or [], accept_removals, as_json))
    _print_results(results, as_json)


async def _sync(footlight: Footlight, names: Sequence[str], accept_removals: bool, as_json: bool) -> list[GroupResult]:
    context = hubspot_context(footlight.settings, footlight.opened)
    with _Bar(as_json) as bar:
        return await sync_groups(context, names, on_progress=bar.show, accept_removals=accept_removals)


async def _preview(footlight: Footlight, names: Sequence[str], accept_removals: bool, as_json: bool) -> list[Preview]:
    context = hubspot_context(footlight.settings, footlight.opened)
    with _Bar(as_json) as bar:
        return await preview_groups(context, names, on_progress=bar.show, accept_removals=accept_removals)


class _Bar:
    """A progress bar on a terminal: members, rate, time left."""

    def __init__(self, as_json: bool) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
        )
        self._progress = Progress(*columns, console=complaints, transient=True, disable=as_json)
        self._tasks: dict[tuple[str, str], TaskID] = {}

    def __enter__(self) -> "_Bar":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, progress: list_pass.Progress) -> None:
        key = progress.group, progress.phase
        if key not in self._tasks:
            description = f"{progress.group}: {progress.phase}"
            self._tasks[key] = self._progress.add_task(description, total=progress.total, rate="")
        task = self._progress.tasks[self._progress.task_ids.index(self._tasks[key])]
        rate = f"{task.speed:,.0f}/s" if task.speed else ""
        self._progress.update(self._tasks[key], completed=progress.done, total=progress.total, rate=rate)


def _print_results(results: Sequence[GroupResult], as_json: bool) -> None:
    """
    Raises:
        typer.Exit: with status 1 when a group failed.
    """
    if as_json:
        print_json([_result_json(one) for one in results])
    elif not results:
        console.print("None of these target groups mirrors a HubSpot list: footlight groups import LIST")
    for one in results:
        if one.trouble:
            complaints.print(f"{one.group}: {one.trouble}")
        elif not as_json:
            counts = f"+{one.added:,} −{one.removed:,} ~{one.updated:,} ={one.unchanged:,}"
            held_back = f", {one.held_back:,} held back" if one.held_back else ""
            failed = f", {one.failed:,} failed" if one.failed else ""
            console.print(
                f"{one.group}  {counts}  in {one.seconds:.0f} s, {one.requests:,} requests{held_back}{failed}"
            )
    if any(one.trouble for one in results):
        raise typer.Exit(1)


def _result_json(one: GroupResult) -> dict[str, object]:
    return {
        "group": one.group,
        "added": one.added,
        "removed": one.removed,
        "updated": one.updated,
        "unchanged": one.unchanged,
        "failed": one.failed,
        "held_back": one.held_back,
        "requests": one.requests,
        "seconds": round(one.seconds, 3),
        "trouble": one.trouble,
    }
