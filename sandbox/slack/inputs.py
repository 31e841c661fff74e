"""What inputs and selects hold: from what a person chose or typed to the state that Slack tells the app."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]
Values = dict[str, dict[str, Json]]
"""State by block id and action id."""

_SINGLE = {
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
}
_MANY = {
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "file_input": ("files", "initial_files"),
}
MOST_FILES = 10
MANY = frozenset(_MANY)
"""The elements of which several things can be chosen."""


def initial(element: Json) -> Json:
    """The state of an element nobody touched; an empty one is there, as null or an empty list."""
    kind = element["type"]
    if kind in _MANY:
        key, before = _MANY[kind]
        return {"type": kind, key: element.get(before) or []}
    key, before = _SINGLE[kind]
    return {"type": kind, key: element.get(before)}


def chosen(element: Json, given: Sequence[str]) -> Json:
    """
    The state after somebody chose or typed; options are given by `value`, files by id. Nothing, or "": emptied.

    Raises:
        ValueError: no such option.
    """
    kind, told = element["type"], [one for one in given if one != ""]
    if kind in _MANY:
        key, _ = _MANY[kind]
        told = told[-element.get("max_files", MOST_FILES) :] if kind == "file_input" else told
        return {"type": kind, key: [_option(element, one) if key == "selected_options" else one for one in told]}
    key, _ = _SINGLE[kind]
    if not told:
        return {"type": kind, key: None}
    if key == "selected_option":
        return {"type": kind, key: _option(element, told[0])}
    return {"type": kind, key: _seconds(*reversed(told)) if kind == "datetimepicker" else told[0]}


def _seconds(told: str, local: str = "") -> int | None:
    """Seconds since 1970, told so; or by a zone, and the time there unless it was left empty."""
    if told.isdigit():
        return int(told)
    return int(datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(told)).timestamp()) if local else None


def _option(element: Json, value: str) -> Json:
    for option in options_of(element):
        if option["value"] == value:
            return option
    if "external" in element["type"]:
        return {"text": {"type": "plain_text", "text": value}, "value": value}
    raise ValueError(f"{element.get('action_id')} has no option {value}")


def options_of(element: Json) -> list[Json]:
    """The options of an element, those in groups too."""
    grouped = [option for group in element.get("option_groups", []) for option in group["options"]]
    return [*element.get("options", []), *grouped]


def stateful(blocks: Sequence[Json]) -> list[tuple[str, Json]]:
    """The block id and element of all that holds state: inputs, selects, choices, pickers."""
    found = []
    for block in blocks:
        inside = [*block.get("elements", []), block.get("accessory"), block.get("element")]
        for element in inside:
            if isinstance(element, dict) and element.get("type") in {**_SINGLE, **_MANY}:
                found.append((block["block_id"], element))
    return found


def initial_values(blocks: Sequence[Json]) -> Values:
    """The state of blocks as they open."""
    values: Values = {}
    for block_id, element in stateful(blocks):
        values.setdefault(block_id, {})[element["action_id"]] = initial(element)
    return values


def typed_values(blocks: Sequence[Json], fields: Mapping[str, Sequence[str]]) -> Values:
    """
    The state that a posted form tells: its fields are named by `field_name`, and hold what was chosen or typed.

    Raises:
        ValueError: an option that is none.
    """
    values: Values = {}
    for block_id, element in stateful(blocks):
        given = fields.get(field_name(block_id, element["action_id"]), ())
        values.setdefault(block_id, {})[element["action_id"]] = chosen(element, given)
    return values


def field_name(block_id: str, action_id: str) -> str:
    """What an input's field is called in a form."""
    return f"{block_id}/{action_id}"


def unfilled(blocks: Sequence[Json], values: Values) -> list[str]:
    """The block ids of required inputs that hold nothing: Slack's client does not submit them."""
    required = {block["block_id"] for block in blocks if block["type"] == "input" and not block.get("optional")}
    return [
        block_id
        for block_id in values
        if block_id in required and any(_is_empty(state) for state in values[block_id].values())
    ]


def _is_empty(state: Json) -> bool:
    return all(not value for key, value in state.items() if key != "type")
