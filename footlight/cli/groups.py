"""`footlight groups`: target groups, and how fresh they are."""

from footlight.cli.command import command_group, opened_to_read
from footlight.cli.printing import AsJson, complaints, console, print_json, print_table, told, told_exactly
from storage import sync_runs, target_groups
from storage.sync_runs import RunView
from storage.target_groups import GroupView

RUNS_SHOWN = 10

groups = command_group(
    "groups",
    "Named sets of contacts and companies, from HubSpot lists or kept by hand.",
    {
        "import": "footlight.cli.groups_sync:import_",
        "lists": "footlight.cli.groups_catalogue:lists",
        "create": "footlight.cli.groups_by_hand:create",
        "add": "footlight.cli.groups_by_hand:add",
        "remove": "footlight.cli.groups_by_hand:remove",
        "rename": "footlight.cli.groups_by_hand:rename",
        "delete": "footlight.cli.groups_by_hand:delete",
        "unlink": "footlight.cli.groups_by_hand:unlink",
        "aggregate": "footlight.cli.groups_aggregate:aggregate",
    },
)


@groups.command("list")
def list_all(*, as_json: AsJson = False) -> None:
    """Every target group, and how fresh it is."""
    with opened_to_read() as footlight:
        views = footlight.store.read_now(target_groups.all_groups)
    if as_json:
        print_json([_group_json(view) for view in views])
        return
    rows = (
        (one.name, one.size, one.held_back or "", one.hubspot_list_id, told(one.equal_since), _counted(one))
        for one in views
    )
    headings = ("Name", "Members", "Held back", "HubSpot list", "Equal since", "Counted")
    print_table(headings, rows, "No target group yet: footlight groups import LIST")
    for view in views:
        if view.trouble:
            complaints.print(f"{view.name}: {view.trouble}")


@groups.command("show")
def show(group: str, *, as_json: AsJson = False) -> None:
    """One target group, and its last sync runs."""
    with opened_to_read() as footlight:
        view = footlight.store.read_now(target_groups.find_group, group)
        runs = footlight.store.read_now(sync_runs.newest, view.id, RUNS_SHOWN)
    if as_json:
        print_json({**_group_json(view), "runs": [_run_json(run) for run in runs]})
        return
    console.print(f"{view.name}  {view.size:,} members, {_origin(view)}", markup=False)
    if view.is_aggregate_only:
        console.print("Its members are counted only in groups: footlight groups aggregate")
    if view.waiting:
        console.print(f"{view.waiting:,} more addresses join when HubSpot delivers their contacts")
    if view.trouble:
        complaints.print(view.trouble)
    rows = (
        (run.started_at, run.reason, _took(run), *_numbers(run), run.outcome.requests, run.outcome.trouble)
        for run in runs
    )
    headings = (
        "Started",
        "Because",
        "Took",
        "Added",
        "Removed",
        "Updated",
        "Unchanged",
        "Failed",
        "Held back",
        "Requests",
        "Trouble",
    )
    print_table(headings, rows, "No sync run yet: footlight sync")


def _counted(view: GroupView) -> str:
    return "only in groups" if view.is_aggregate_only else ""


def _origin(view: GroupView) -> str:
    if view.hubspot_list_id is None:
        return "kept by hand"
    return f"HubSpot list {view.hubspot_list_id}, equal to it since {told(view.equal_since)}"


def _group_json(view: GroupView) -> dict[str, object]:
    return {
        "id": view.id,
        "name": view.name,
        "size": view.size,
        "waiting": view.waiting,
        "held_back": view.held_back,
        "is_aggregate_only": view.is_aggregate_only,
        "hubspot_list_id": view.hubspot_list_id,
        "equal_since": told_exactly(view.equal_since),
        "trouble": view.trouble,
    }


def _took(run: RunView) -> str:
    return "under way" if run.seconds is None else f"{run.seconds:.1f} s"


def _numbers(run: RunView) -> tuple[int, int, int, int, int, int]:
    outcome = run.outcome
    return outcome.added, outcome.removed, outcome.updated, outcome.unchanged, outcome.failed, outcome.held_back


def _run_json(run: RunView) -> dict[str, object]:
    added, removed, updated, unchanged, failed, held_back = _numbers(run)
    return {
        "started_at": told_exactly(run.started_at),
        "reason": run.reason,
        "ended_at": told_exactly(run.ended_at),
        "seconds": None if run.seconds is None else round(run.seconds, 3),
        "added": added,
        "removed": removed,
        "updated": updated,
        "unchanged": unchanged,
        "failed": failed,
        "held_back": held_back,
        "requests": run.outcome.requests,
        "trouble": run.outcome.trouble,
    }
