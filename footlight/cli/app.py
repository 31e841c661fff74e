"""The command `footlight`: where its verbs and their families are, and how errors are told."""

import sys
from importlib.metadata import version
from typing import Annotated, Final

import typer

from decisions.mendable import Mendable
from footlight.cli.printing import complaints, console
from footlight.cli.verbs import verbs_at

_VERBS: Final = {
    "demo": "processes:demo",
    "run": "processes:run",
    "web": "processes:web",
    "worker": "processes:worker",
    "bot": "processes:bot",
    "migrate": "store:migrate",
    "check": "processes:check",
    "manifest": "manifest:manifest",
    "sync": "groups_sync:sync",
    "feed": "feed:show_feed",
    "clicks": "clicks:list_clicks",
    "why": "clicks:why",
    "optout": "privacy:optout",
    "export": "privacy:export",
    "erase": "privacy:erase",
    "backup": "store:backup",
    "restore": "store:restore",
    "copy": "store:copy",
    "groups": "groups:groups",
    "properties": "properties:properties",
    "campaigns": "campaigns:campaigns",
    "contacts": "contacts:contacts",
    "leads": "contacts:leads_family",
    "performance": "performance:family",
    "keys": "keys:keys",
    "optouts": "opt_outs:optouts",
    "hubspot": "hubspot_choices:hubspot",
    "workspaces": "workspaces:family",
    "simulate": "simulation:simulate",
}

app = typer.Typer(
    name="footlight",
    cls=verbs_at({name: f"footlight.cli.{place}" for name, place in _VERBS.items()}),
    help="Footlight tells a sales team, in Slack, who clicks the banners in its e-mail signatures.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        console.print(f"footlight {version('footlight')}")
        raise typer.Exit


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback with an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version, and end.")
    ] = False,
) -> None:
    """Footlight tells a sales team, in Slack, who clicks the banners in its e-mail signatures."""


def main() -> None:
    """The entry point: exit status 1 for an error that a person can mend, 2 for wrong usage."""
    try:
        app()
    except Mendable as error:
        if "--debug" in sys.argv:
            raise
        complaints.print(f"footlight: {error}{_remedy(error)}", markup=False, soft_wrap=True)
        sys.exit(1)


def _remedy(error: Exception) -> str:
    from storage import StoreDown

    if isinstance(error, StoreDown):
        return ". See whether FOOTLIGHT_DATABASE_URL is right, the database runs, its disk has room and lets us write"
    return ""
