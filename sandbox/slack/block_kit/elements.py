"""Block Kit's interactive elements and composition objects, with the limits that Slack documents."""

from collections.abc import Mapping

from sandbox.slack.block_kit.rules import (
    Fault,
    Found,
    Json,
    Rule,
    anything,
    array,
    exactly_one,
    flag,
    kind,
    link,
    one_of,
    plain,
    shape,
    string,
    text,
    url,
    whole,
)

ID = string(255)
SLACK_ID = string(30)
CONFIRM = shape(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)
OPTION = shape({"text": plain(75), "value": string(150)}, {"description": plain(75)})
RICH_OPTION = shape({"text": text(75), "value": string(150)}, {"description": text(75)})
LINKED_OPTION = shape({"text": plain(75), "value": string(150)}, {"description": plain(75), "url": link})
GROUP = shape({"label": plain(75), "options": array(OPTION, 1, 100)}, {})
FILTER = shape(
    {},
    {
        "include": array(one_of("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
)
SLACK_FILE = shape({}, {"id": SLACK_ID, "url": url}, exactly_one("id", "url"))
DISPATCH = shape({}, {"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), 1, 2)})
IMAGE: Rule = shape(
    {"alt_text": string(2000)}, {"image_url": url, "slack_file": SLACK_FILE}, exactly_one("image_url", "slack_file")
)


def _initial_is_offered(element: Json, where: str) -> Found:
    """Initial options must be among the options, to the letter."""
    offered = [*(element.get("options") or [])]
    for group in element.get("option_groups") or []:
        offered += group["options"]
    chosen = [element.get("initial_option"), *(element.get("initial_options") or [])]
    for one in chosen:
        if one is not None and one not in offered:
            yield Fault("invalid_value", "initial options must match exactly with options", where)


def _select(optional: Mapping[str, Rule], *also: Rule, required: Mapping[str, Rule] | None = None) -> Rule:
    base = {"action_id": ID, "placeholder": plain(150), "confirm": CONFIRM, "focus_on_load": flag}
    return shape(required or {}, {**base, **optional}, *also)


_OPTIONS: dict[str, Rule] = {"options": array(OPTION, 1, 100), "option_groups": array(GROUP, 1, 100)}
_MANY: dict[str, Rule] = {"max_selected_items": whole(1, 100_000)}
_STATIC = (exactly_one("options", "option_groups"), _initial_is_offered)
_ONE_CONVERSATION: dict[str, Rule] = {"default_to_current_conversation": flag, "filter": FILTER}

SELECTS: dict[str, Rule] = {
    "static_select": _select({**_OPTIONS, "initial_option": OPTION}, *_STATIC),
    "multi_static_select": _select({**_OPTIONS, **_MANY, "initial_options": array(OPTION, 1, 100)}, *_STATIC),
    "external_select": _select({"initial_option": OPTION, "min_query_length": whole(0, 100)}),
    "multi_external_select": _select(
        {**_MANY, "initial_options": array(OPTION, 1, 100), "min_query_length": whole(0, 100)}
    ),
    "users_select": _select({"initial_user": SLACK_ID}),
    "multi_users_select": _select({**_MANY, "initial_users": array(SLACK_ID, 1, 100)}),
    "conversations_select": _select(
        {**_ONE_CONVERSATION, "initial_conversation": SLACK_ID, "response_url_enabled": flag}
    ),
    "multi_conversations_select": _select(
        {**_MANY, **_ONE_CONVERSATION, "initial_conversations": array(SLACK_ID, 1, 100)}
    ),
    "channels_select": _select({"initial_channel": SLACK_ID, "response_url_enabled": flag}),
    "multi_channels_select": _select({**_MANY, "initial_channels": array(SLACK_ID, 1, 100)}),
}
CHOICES: dict[str, Rule] = {
    "checkboxes": shape(
        {"options": array(RICH_OPTION, 1, 10)},
        {"action_id": ID, "initial_options": array(RICH_OPTION, 1, 10), "confirm": CONFIRM, "focus_on_load": flag},
        _initial_is_offered,
    ),
    "radio_buttons": shape(
        {"options": array(RICH_OPTION, 1, 10)},
        {"action_id": ID, "initial_option": RICH_OPTION, "confirm": CONFIRM, "focus_on_load": flag},
        _initial_is_offered,
    ),
    "datepicker": _select({"initial_date": string(10, 10)}),
    "timepicker": _select({"initial_time": string(5, 5), "timezone": string(100)}),
    "datetimepicker": _select({"initial_date_time": whole(1_000_000_000, 9_999_999_999)}),
}
BUTTON: Rule = shape(
    {"text": plain(75)},
    {
        "action_id": ID,
        "value": string(2000),
        "url": link,
        "style": one_of("primary", "danger"),
        "confirm": CONFIRM,
        "accessibility_label": string(75),
    },
)
OVERFLOW: Rule = shape({"options": array(LINKED_OPTION, 1, 5)}, {"action_id": ID, "confirm": CONFIRM})
WORKFLOW_BUTTON: Rule = shape(
    {"text": plain(75), "workflow": anything, "action_id": ID},
    {"style": one_of("primary", "danger"), "accessibility_label": string(75)},
)


def _typed(optional: Mapping[str, Rule], required: Mapping[str, Rule] | None = None) -> Rule:
    base = {"action_id": ID, "placeholder": plain(150), "focus_on_load": flag, "dispatch_action_config": DISPATCH}
    return shape(required or {}, {**base, **optional})


TYPED: dict[str, Rule] = {
    "plain_text_input": _typed(
        {
            "multiline": flag,
            "min_length": whole(0, 3000),
            "max_length": whole(1, 3000),
            "initial_value": string(3000, 0),
        }
    ),
    "email_text_input": _typed({"initial_value": string(3000, 0)}),
    "url_text_input": _typed({"initial_value": string(3000, 0)}),
    "number_input": _typed(
        {"initial_value": string(30), "min_value": string(30), "max_value": string(30)}, {"is_decimal_allowed": flag}
    ),
    "rich_text_input": _typed({"initial_value": anything}),
    "file_input": shape({}, {"action_id": ID, "filetypes": array(string(20), 1, 100), "max_files": whole(1, 10)}),
}
ICONED = shape(
    {"icon": string(54), "text": plain(75)},
    {
        "action_id": ID,
        "value": string(2000),
        "confirm": CONFIRM,
        "accessibility_label": string(75),
        "visible_to_user_ids": array(SLACK_ID, 0, 100),
    },
)
_FEEDBACK = shape({"text": plain(75), "value": string(2000)}, {"accessibility_label": string(75)})
FEEDBACK = shape({"positive_button": _FEEDBACK, "negative_button": _FEEDBACK}, {"action_id": ID})

_ALWAYS: dict[str, Rule] = {"button": BUTTON, "overflow": OVERFLOW, "workflow_button": WORKFLOW_BUTTON}
IN_ACTIONS: Rule = kind({**_ALWAYS, **SELECTS, **CHOICES})
AS_ACCESSORY: Rule = kind({**_ALWAYS, **SELECTS, **CHOICES, "image": IMAGE})
IN_INPUT: Rule = kind({**SELECTS, **CHOICES, **TYPED})
IN_CONTEXT: Rule = kind({"image": IMAGE, "plain_text": plain(3000), "mrkdwn": text(3000)})
IN_CONTEXT_ACTIONS: Rule = kind({"feedback_buttons": FEEDBACK, "icon_button": ICONED})


_SUGGESTIONS = shape({}, {"options": array(OPTION, 0, 100), "option_groups": array(GROUP, 0, 100)})


def suggestion_faults(answer: object) -> list[Fault]:
    """What Slack refuses of an answer to a search in a select: it takes 100 options, or groups of them."""
    return list(_SUGGESTIONS(answer, ""))
