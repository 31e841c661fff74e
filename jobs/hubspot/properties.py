"""The contact properties that a portal defines, with the labels of their options."""

from typing import Final

import msgspec

from decisions.outside_text import clean
from jobs.hubspot.client import HubSpotClient
from storage.contact_properties import PropertyDefinition

LONGEST_LABEL: Final = 300


class _Option(msgspec.Struct):
    value: str
    label: str | None = None


class _Property(msgspec.Struct):
    name: str
    label: str | None = None
    type: str = "string"
    options: list[_Option] | None = None
    referencedObjectType: str | None = None


class _Answer(msgspec.Struct):
    results: list[_Property]


def read_property_definitions(client: HubSpotClient) -> tuple[PropertyDefinition, ...]:
    """All contact properties save sensitive ones; one request. Raises: HubSpotTrouble."""
    answer = client.ask(client.properties.get_all, "contacts", into=_Answer)
    return tuple(_definition(each) for each in answer.results)


def _definition(each: _Property) -> PropertyDefinition:
    is_owner = each.referencedObjectType == "OWNER" or each.name == "hubspot_owner_id"
    return PropertyDefinition(
        name=each.name,
        label=clean(each.label or each.name, LONGEST_LABEL),
        kind="owner" if is_owner else each.type,
        # Values are compared with those of contacts as they are: stray blanks are part of them.
        options={option.value: clean(option.label or option.value, LONGEST_LABEL) for option in each.options or ()},
    )
