"""`footlight workspaces`: the workspaces of Slack that we speak in, and the invitations by which they come."""

import asyncio
from typing import Annotated

import typer

from bot.install import INSTALL_PATH
from bot.installations import uninstall
from decisions.mendable import Mendable
from footlight.cli.command import ACTOR, Footlight, command_group, opened, opened_to_read
from footlight.cli.printing import AsJson, console, print_json, print_table, told, told_exactly
from storage import install_invites, installations, workspace_gone, workspaces
from storage.install_invites import GOOD_FOR
from storage.workspaces import WorkspaceView

family = command_group("workspaces", "The workspaces of Slack in which Footlight is installed.")


class OneWorkspace(Mendable):
    """For several workspaces set SLACK_CLIENT_ID and SLACK_CLIENT_SECRET; SLACK_BOT_TOKEN and SLACK_APP_TOKEN not."""


class NotInstalledThere(Mendable):
    """Footlight is installed in no such workspace: `footlight workspaces list` tells their ids."""


class NotRemoved(Mendable):
    """Slack did not take Footlight out of the workspace, so nothing was changed: try again."""


@family.command("invite")
def invite(*, as_json: AsJson = False) -> None:
    """Print a link by which one workspace can install Footlight, once, within a day. It is shown once: keep it safe."""
    with opened() as footlight:
        _require_several(footlight)
        now = footlight.now()
        secret = footlight.store.write_now(install_invites.invite, actor=ACTOR, now=now)
    url, until = f"{footlight.settings.public_url}{INSTALL_PATH}?invite={secret}", now + GOOD_FOR
    if as_json:
        print_json({"url": url, "expires_at": told_exactly(until)})
        return
    console.print(f"{url}\n", markup=False, soft_wrap=True)
    console.print(f"Good once, until {told(until)}, for whoever has it.", markup=False)


@family.command("list")
def list_all(*, as_json: AsJson = False) -> None:
    """Every workspace that Footlight ever spoke in."""
    with opened_to_read() as footlight:
        found = footlight.store.read_now(workspaces.all_workspaces)
    if as_json:
        print_json([_as_json(one) for one in found])
        return
    rows = ((one.name, one.team_id, one.since, one.ended_at) for one in found)
    print_table(("Name", "Id", "Since", "Ended"), rows, "None yet: footlight workspaces invite")


@family.command("remove")
def remove(
    team_id: Annotated[str, typer.Argument(help="The workspace's id, as in `footlight workspaces list`.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")] = False,
) -> None:
    """Uninstall Footlight from a workspace: its token, its channels and what it is owed go. What was posted stays."""
    with opened() as footlight:
        _require_several(footlight)
        held = footlight.store.read_now(installations.of_team, team_id, footlight.opened.keys)
        if held is None:
            raise NotInstalledThere(f"{team_id}: {NotInstalledThere.__doc__}")
        if not yes:
            typer.confirm(f"Uninstall Footlight from {held.team_name} ({team_id})?", abort=True)
        because = asyncio.run(_uninstall(footlight, held.bot_token))
        if because is not None:
            raise NotRemoved(f"{NotRemoved.__doc__} ({because})")
        dropped = footlight.store.write_now(workspace_gone.end, team_id, actor=ACTOR, now=footlight.now())
    console.print(f"Footlight is out of {held.team_name}; {dropped or 0:,} owed messages were dropped.", markup=False)


async def _uninstall(footlight: Footlight, token: str) -> str | None:
    settings = footlight.settings
    secret = settings.slack_client_secret
    return await uninstall(
        token, settings.slack_base_url, settings.slack_client_id or "", secret.get_secret_value() if secret else ""
    )


def _require_several(footlight: Footlight) -> None:
    if not footlight.settings.has_several_workspaces:
        raise OneWorkspace(OneWorkspace.__doc__)


def _as_json(one: WorkspaceView) -> dict[str, object]:
    return {
        "id": one.team_id,
        "name": one.name,
        "since": told_exactly(one.since),
        "ended_at": told_exactly(one.ended_at),
    }
