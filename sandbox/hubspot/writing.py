"""What HubSpot refuses to write into a record, and why."""

import re
from collections.abc import Mapping

from sandbox.hubspot.records import Property

ADDRESS = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\".]{2,}")


class BadProperties(Exception):
    """`problems` holds one (name, error code, message) a property that cannot be written."""

    def __init__(self, problems: list[tuple[str, str, str]]) -> None:
        super().__init__("; ".join(message for _, _, message in problems))
        self.problems = problems


def check(definitions: Mapping[str, Property], properties: Mapping[str, str]) -> None:
    """Raises: BadProperties, if HubSpot would refuse any of these. An empty value clears and is always allowed."""
    problems = [
        (name, *problem)
        for name, value in properties.items()
        if (problem := _problem(definitions.get(name), name, value)) is not None
    ]
    if problems:
        raise BadProperties(problems)


def _problem(definition: Property | None, name: str, value: str) -> tuple[str, str] | None:
    if definition is None:
        return "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist'
    if definition.read_only:
        return "READ_ONLY_VALUE", f'"{name}" is a read only property; its value cannot be set'
    if not value:
        return None
    if name == "email" and not ADDRESS.fullmatch(value):
        return "INVALID_EMAIL", f"Email address {value} is invalid"
    return _bad_option(definition, value)


def _bad_option(definition: Property, value: str) -> tuple[str, str] | None:
    if definition.type == "bool" and value not in ("true", "false"):
        return "INVALID_BOOLEAN", f"{value} was not one of the allowed options: [true, false]"
    if definition.type != "enumeration" or definition.external_options or not definition.options:
        return None
    allowed = {option for option, _ in definition.options}
    chosen = value.split(";") if definition.field_type == "checkbox" else [value]
    if wrong := [one for one in chosen if one not in allowed]:
        return "INVALID_OPTION", f"{wrong[0]} was not one of the allowed options: [{', '.join(sorted(allowed))}]"
    return None
