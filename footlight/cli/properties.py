"""`footlight properties`: which of HubSpot's contact properties are read and shown."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

import typer

from decisions.mendable import Mendable
from footlight.cli.command import ACTOR, Footlight, command_group, opened, opened_to_read
from footlight.cli.printing import AsJson, print_json, print_table
from footlight.hubspot import hubspot_context
from jobs.named_records import read_labels
from storage import Session, contact_properties
from storage.contact_properties import PropertyDefinition

Name = Annotated[str, typer.Argument(metavar="NAME", help="HubSpot's internal name, such as `jobtitle`.")]

properties = command_group("properties", "Which of HubSpot's contact properties are read and shown.")


class NotShown(Mendable):
    """It is not shown anyway. `footlight properties list` names those that are."""


@properties.command("list")
def list_(
    *,
    all_: Annotated[bool, typer.Option("--all", help="Every one that HubSpot defines, not only those shown.")] = False,
    as_json: AsJson = False,
) -> None:
    """The properties that are shown, in this order."""
    with opened_to_read() as footlight:
        if all_:
            ask_hubspot(footlight)
        shown = footlight.store.read_now(_shown)
        others = footlight.store.read_now(contact_properties.known) if all_ else ()
    _print(shown, (each for each in others if each not in shown), as_json)


@properties.command("show")
def show(name: Name, *, as_json: AsJson = False) -> None:
    """Read and show this property too; its values come with the next pass over each target group."""
    with opened() as footlight:
        ask_hubspot(footlight)
        footlight.store.write_now(contact_properties.choose, name, actor=ACTOR, now=footlight.now())
        shown = footlight.store.read_now(_shown)
    _print(shown, (), as_json)


@properties.command("hide")
def hide(name: Name, *, as_json: AsJson = False) -> None:
    """Show this property no longer."""
    with opened() as footlight:
        footlight.store.write_now(_hide, name, footlight.now())
        shown = footlight.store.read_now(_shown)
    _print(shown, (), as_json)


def ask_hubspot(footlight: Footlight) -> None:
    """What HubSpot defines now, without what it calls sensitive."""

    async def ask() -> None:
        context = hubspot_context(footlight.settings, footlight.opened)
        await context.check_portal()
        await read_labels(context)

    asyncio.run(ask())


def _hide(session: Session, name: str, now: datetime) -> None:
    if name not in contact_properties.shown_names(session):
        raise NotShown(f"{name}: {NotShown.__doc__}")
    contact_properties.hide(session, name, actor=ACTOR, now=now)


def _shown(session: Session) -> tuple[PropertyDefinition, ...]:
    return contact_properties.definitions_of(session, contact_properties.shown_names(session))


def _print(shown: Iterable[PropertyDefinition], others: Iterable[PropertyDefinition], as_json: bool) -> None:
    rows = [*((each, True) for each in shown), *((each, False) for each in others)]
    if as_json:
        print_json([{"name": one.name, "label": one.label, "kind": one.kind, "shown": yes} for one, yes in rows])
    else:
        told = ((one.name, one.label, one.kind, "shown" if yes else "") for one, yes in rows)
        print_table(
            ("Name", "Label", "Type", "On the card"), told, "No property is shown: footlight properties show NAME"
        )
