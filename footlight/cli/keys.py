"""`footlight keys`: the keys with which programs use the API."""

from typing import Annotated

import typer

from footlight.cli.command import ACTOR, command_group, opened, opened_to_read
from footlight.cli.printing import AsJson, console, print_json, print_table, told_exactly
from storage import api_keys
from storage.api_keys import KeyView, Scope

keys = command_group("keys", "The keys with which programs use the API.")


@keys.command("create")
def create(
    name: Annotated[str, typer.Argument(help="What the key is for, such as the program that gets it.")],
    *,
    scope: Annotated[
        list[Scope] | None, typer.Option(help="What it may; again and again. `read` alone leaves addresses out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key. It is shown once and never again: only its hash is kept."""
    with opened() as footlight:
        made = footlight.store.write_now(api_keys.create, name, scope or [Scope.READ], actor=ACTOR, now=footlight.now())
    if as_json:
        print_json(_as_json(made.view) | {"key": made.key})
        return
    console.print(f"{made.key}\n", markup=False, soft_wrap=True)
    console.print(f"Keep it now: it is not shown again. It may: {', '.join(made.view.scopes)}.", markup=False)


@keys.command("list")
def list_all(*, as_json: AsJson = False) -> None:
    """Every key, revoked ones too; none of them can be shown again."""
    with opened_to_read() as footlight:
        found = footlight.store.read_now(api_keys.all_keys)
    if as_json:
        print_json([_as_json(one) for one in found])
        return
    rows = ((one.name, ", ".join(one.scopes), one.created_at, one.revoked_at) for one in found)
    print_table(("Name", "May", "Made", "Revoked"), rows, "No key yet: footlight keys create NAME")


@keys.command("revoke")
def revoke(name: str) -> None:
    """End a key: from the next request on it opens nothing."""
    with opened() as footlight:
        footlight.store.write_now(api_keys.revoke, name, actor=ACTOR, now=footlight.now())
    console.print(f"The key {name} is revoked.", markup=False)


def _as_json(key: KeyView) -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": key.scopes,
        "created_at": told_exactly(key.created_at),
        "revoked_at": told_exactly(key.revoked_at),
    }
