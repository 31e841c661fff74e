"""The command `footlight`: its families of verbs, and how errors are told."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from decisions.addresses import NotAnAddress
from decisions.sealing import NoKey
from decisions.toml_file import BadFile
from footlight.cli import (
    campaigns,
    clicks,
    contacts,
    feed,
    groups,
    groups_aggregate,
    groups_by_hand,
    groups_catalogue,
    hubspot_choices,
    keys,
    manifest,
    opt_outs,
    performance,
    privacy,
    processes,
    properties,
    simulate_clicks,
    simulate_views,
    store,
    workspaces,
)
from footlight.cli.clicks import NoSuchClick
from footlight.cli.command import NoStore
from footlight.cli.contacts import NotKnown
from footlight.cli.feed import NotInFeed
from footlight.cli.groups import NoSuchList
from footlight.cli.performance import NoPerformance
from footlight.cli.printing import complaints, console
from footlight.cli.properties import NotShown
from footlight.cli.simulation import simulate
from footlight.cli.workspaces import NotInstalledThere, NotRemoved, OneWorkspace
from footlight.embedded import AlreadyRuns
from footlight.listening import CannotListen
from footlight.settings import BadSettings
from jobs.hubspot.trouble import HubSpotTrouble
from storage import Busy, StoreDown, person_export
from storage.accounts import NoAccount
from storage.aggregate_only import CountedOnlyInGroups
from storage.api_keys import KeyRefused, NoSuchKey
from storage.backup import BackupRefused
from storage.banner_files import NotABanner
from storage.campaign_changes import CampaignRefused
from storage.contact_properties import NoSuchProperty
from storage.copying import CopyRefused
from storage.groups_by_hand import GroupRefused
from storage.installations import CannotOpenInstallation
from storage.migrate import SchemaOld, SchemaTooNew
from storage.opt_outs import CannotOpenKey
from storage.opt_outs_waiting import NoSuchRequest
from storage.performance_report import SenderNumbersOff
from storage.portal import OtherPortal
from storage.small_crowds import TooFewPeople
from storage.sync_runs import PassUnderWay
from storage.target_groups import NameTaken, NoSuchGroup, NotForPeople

# What a person can do something about: one sentence, no traceback.
EXPECTED = (
    AlreadyRuns,
    BadFile,
    BackupRefused,
    BadSettings,
    Busy,
    CampaignRefused,
    CannotListen,
    CannotOpenInstallation,
    CountedOnlyInGroups,
    CannotOpenKey,
    CopyRefused,
    GroupRefused,
    HubSpotTrouble,
    KeyRefused,
    NameTaken,
    NoAccount,
    NoKey,
    NoPerformance,
    NoSuchClick,
    NoStore,
    NoSuchGroup,
    NoSuchKey,
    NoSuchList,
    NoSuchProperty,
    NoSuchRequest,
    NotABanner,
    NotAnAddress,
    NotForPeople,
    NotInFeed,
    NotInstalledThere,
    person_export.NotKnown,
    NotKnown,
    NotShown,
    NotRemoved,
    OneWorkspace,
    OtherPortal,
    PassUnderWay,
    SchemaOld,
    SchemaTooNew,
    SenderNumbersOff,
    StoreDown,
    TooFewPeople,
)

app = typer.Typer(
    name="footlight",
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


for family in (
    groups.groups,
    properties.properties,
    campaigns.campaigns,
    contacts.contacts,
    contacts.leads_family,
    performance.family,
    keys.keys,
    opt_outs.optouts,
    hubspot_choices.hubspot,
    workspaces.family,
    simulate,
):
    app.add_typer(family)
for of_groups, name in (
    (groups_catalogue.lists, "lists"),
    (groups_by_hand.create, "create"),
    (groups_by_hand.add, "add"),
    (groups_by_hand.remove, "remove"),
    (groups_by_hand.unlink, "unlink"),
    (groups_aggregate.aggregate, "aggregate"),
):
    groups.groups.command(name)(of_groups)
simulate.command("clicks")(simulate_clicks.clicks)
simulate.command("views")(simulate_views.views)
for verb, name in (
    (processes.demo, "demo"),
    (processes.run, "run"),
    (processes.web, "web"),
    (processes.worker, "worker"),
    (processes.bot, "bot"),
    (processes.migrate, "migrate"),
    (processes.check, "check"),
    (manifest.manifest, "manifest"),
    (groups.sync, "sync"),
    (feed.show_feed, "feed"),
    (clicks.list_clicks, "clicks"),
    (clicks.why, "why"),
    (privacy.optout, "optout"),
    (privacy.export, "export"),
    (privacy.erase, "erase"),
    (store.backup, "backup"),
    (store.restore, "restore"),
    (store.copy, "copy"),
):
    app.command(name)(verb)


def main() -> None:
    """The entry point: exit status 1 for an error that has a remedy, 2 for wrong usage."""
    try:
        app()
    except EXPECTED as error:
        if "--debug" in sys.argv:
            raise
        complaints.print(f"footlight: {error}{_remedy(error)}", markup=False, soft_wrap=True)
        sys.exit(1)


def _remedy(error: Exception) -> str:
    if isinstance(error, StoreDown):
        return ". See whether FOOTLIGHT_DATABASE_URL is right, the database runs, its disk has room and lets us write"
    return ""
