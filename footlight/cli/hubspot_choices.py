"""`footlight hubspot`: what Footlight and HubSpot tell each other by themselves. Nothing at first."""

import asyncio
from typing import Annotated, Literal

import typer

from footlight.cli.command import ACTOR, Footlight, command_group, opened, opened_to_read
from footlight.cli.printing import AsJson, print_json, print_table
from footlight.cli.properties import ask_hubspot
from jobs.clicks_to_hubspot import zone_of
from storage import clicks_to_hubspot, contact_properties, hubspot_choices
from storage.hubspot_choices import Chosen, HubSpotOption

Property = Annotated[str, typer.Argument(metavar="PROPERTY", help="Internal name of a contact property, or `off`.")]
Value = Annotated[str, typer.Option("--value", help="The value that means an opt-out.")]
State = Annotated[Literal["on", "off"], typer.Argument(metavar="on|off")]
OFF = "off"

hubspot = command_group("hubspot", "What Footlight and HubSpot tell each other by themselves. Off until chosen.")

_TOLD = {
    HubSpotOption.OPT_OUT_FROM: "set in HubSpot, it opts the contact out here",
    HubSpotOption.OPT_OUT_TO: "an opt-out here sets it in HubSpot",
    HubSpotOption.CLICKS: "a day's clicks are noted on the contact",
}


@hubspot.command("show")
def show(*, as_json: AsJson = False) -> None:
    """The choices as they are."""
    with opened_to_read() as footlight:
        _print(footlight, as_json)


@hubspot.command("listen")
def listen(name: Property, *, value: Value = "true", as_json: AsJson = False) -> None:
    """Let this property opt contacts out here, for good, as soon as HubSpot tells that it is set."""
    _choose(HubSpotOption.OPT_OUT_FROM, name, value, as_json)


@hubspot.command("tell")
def tell(name: Property, *, value: Value = "true", as_json: AsJson = False) -> None:
    """Let an opt-out here set this property in HubSpot. It takes the scope crm.objects.contacts.write."""
    _choose(HubSpotOption.OPT_OUT_TO, name, value, as_json)


@hubspot.command("clicks")
def clicks(state: State, *, as_json: AsJson = False) -> None:
    """Note on each contact in HubSpot, once a day, what they clicked. It takes the scope crm.objects.contacts.write."""
    with opened() as footlight:
        if state == OFF:
            footlight.store.write_now(
                hubspot_choices.switch_off, HubSpotOption.CLICKS, actor=ACTOR, now=footlight.now()
            )
        else:
            now = footlight.now()
            today = now.astimezone(asyncio.run(zone_of(footlight.store))).date()
            footlight.store.write_now(clicks_to_hubspot.switch_on, today, actor=ACTOR, now=now)
        _print(footlight, as_json)


def _choose(choice: HubSpotOption, name: str, value: str, as_json: bool) -> None:
    """
    Raises:
        storage.contact_properties.NoSuchProperty
    """
    with opened() as footlight:
        if name == OFF:
            footlight.store.write_now(hubspot_choices.switch_off, choice, actor=ACTOR, now=footlight.now())
        else:
            ask_hubspot(footlight)
            footlight.store.read_now(contact_properties.require, name)
            what, now = Chosen(name, value), footlight.now()
            footlight.store.write_now(hubspot_choices.choose, choice, what, actor=ACTOR, now=now)
        _print(footlight, as_json)


def _print(footlight: Footlight, as_json: bool) -> None:
    chosen = footlight.store.read_now(hubspot_choices.all_chosen)
    if as_json:
        print_json(
            {choice.value: chosen.get(choice) for choice in HubSpotOption} | {"clicks": HubSpotOption.CLICKS in chosen}
        )
        return
    rows = (
        (_TOLD[choice], (one.property or "on") if one else OFF, one.value if one and one.property else "")
        for choice in HubSpotOption
        for one in [chosen.get(choice)]
    )
    print_table(("What is told", "Property", "Value"), rows, "")
