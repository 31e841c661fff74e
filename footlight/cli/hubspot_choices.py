"""`footlight hubspot`: what Footlight and HubSpot tell each other of opt-outs by themselves. Nothing at first."""

from typing import Annotated

import typer

from footlight.cli.command import Footlight, command_group, opened, opened_to_read
from footlight.cli.printing import AsJson, print_json, print_table
from footlight.cli.properties import ask_hubspot
from storage import contact_properties, hubspot_choices
from storage.hubspot_choices import Choice, Chosen

Property = Annotated[str, typer.Argument(metavar="PROPERTY", help="Internal name of a contact property, or `off`.")]
Value = Annotated[str, typer.Option("--value", help="The value that means an opt-out.")]
OFF = "off"

hubspot = command_group("hubspot", "What Footlight and HubSpot tell each other by themselves. Off until chosen.")

_TOLD = {
    Choice.OPT_OUT_FROM: "set in HubSpot, it opts the contact out here",
    Choice.OPT_OUT_TO: "an opt-out here sets it in HubSpot",
}


@hubspot.command("show")
def show(*, as_json: AsJson = False) -> None:
    """The choices as they are."""
    with opened_to_read() as footlight:
        _print(footlight, as_json)


@hubspot.command("listen")
def listen(name: Property, *, value: Value = "true", as_json: AsJson = False) -> None:
    """Let this property opt contacts out here, for good, as soon as HubSpot tells that it is set."""
    _choose(Choice.OPT_OUT_FROM, name, value, as_json)


@hubspot.command("tell")
def tell(name: Property, *, value: Value = "true", as_json: AsJson = False) -> None:
    """Let an opt-out here set this property in HubSpot. It takes the scope crm.objects.contacts.write."""
    _choose(Choice.OPT_OUT_TO, name, value, as_json)


def _choose(choice: Choice, name: str, value: str, as_json: bool) -> None:
    """
    Raises:
        storage.contact_properties.NoSuchProperty
    """
    with opened() as footlight:
        if name == OFF:
            footlight.store.write_now(hubspot_choices.switch_off, choice)
        else:
            ask_hubspot(footlight)
            footlight.store.read_now(contact_properties.require, name)
            footlight.store.write_now(hubspot_choices.choose, choice, Chosen(name, value))
        _print(footlight, as_json)


def _print(footlight: Footlight, as_json: bool) -> None:
    chosen = footlight.store.read_now(hubspot_choices.all_chosen)
    if as_json:
        print_json({choice.value: chosen.get(choice) for choice in Choice})
        return
    rows = (
        (choice.value.replace("_", "-"), one.property if one else OFF, one.value if one else "", _TOLD[choice])
        for choice in Choice
        for one in [chosen.get(choice)]
    )
    print_table(("Choice", "Property", "Value", "Meaning"), rows, "")
