"""The blocks, and the messages, modals and homes made of them."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from sandbox.slack.block_kit import elements
from sandbox.slack.block_kit.data import CHART, DATA_TABLE, TABLE, whole_message_faults
from sandbox.slack.block_kit.elements import ID
from sandbox.slack.block_kit.rich_text import RICH_TEXT
from sandbox.slack.block_kit.rules import (
    Fault,
    Found,
    Json,
    Rule,
    anything,
    array,
    at_least_one,
    exactly_one,
    flag,
    kind,
    link,
    missing,
    one_of,
    plain,
    shape,
    string,
    text,
    unique,
    url,
    whole,
)

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
ALL_TEXT = 13_200
"""Characters over all blocks of a message; not documented, seen as `msg_blocks_too_long` from there on."""


def _action_ids_differ(block: Json, where: str) -> Found:
    inside = [*(block.get("elements") or []), block.get("accessory"), block.get("element")]
    yield from unique([one.get("action_id") for one in inside if isinstance(one, dict)], "action_id", where)


def _no_dispatch_of_files(block: Json, where: str) -> Found:
    if block.get("dispatch_action") and (block.get("element") or {}).get("type") == "file_input":
        yield Fault("invalid_value", "dispatch_action is not allowed with file_input", where)


def _block(required: dict[str, Rule], optional: dict[str, Rule] | None = None, *also: Rule) -> Rule:
    return shape(required, {**(optional or {}), "block_id": ID}, _action_ids_differ, *also)


def _child(value: Any, where: str) -> Found:
    yield from kind({**COMMON, **TABLES})(value, where)


_CARD = _block(
    {},
    {
        "title": text(150),
        "subtitle": text(150),
        "body": text(200),
        "subtext": text(200),
        "icon": elements.IMAGE,
        "slack_icon": anything,
        "hero_image": elements.IMAGE,
        "actions": array(kind({"button": elements.BUTTON}), 1, 3),
    },
    at_least_one("hero_image", "title", "actions", "body"),
)
_IMAGE = _block(
    {"alt_text": string(2000)},
    {"image_url": url, "slack_file": elements.SLACK_FILE, "title": plain(2000)},
    exactly_one("image_url", "slack_file"),
)
_VIDEO = _block(
    {"alt_text": string(2000), "title": plain(199), "thumbnail_url": url, "video_url": url},
    {
        "author_name": string(49),
        "description": plain(199),
        "provider_icon_url": url,
        "provider_name": string(200),
        "title_url": link,
    },
)
_TASK: dict[str, Rule] = {
    "task_id": ID,
    "details": anything,
    "output": anything,
    "sources": array(anything, 0, 100),
    "status": one_of("pending", "in_progress", "complete", "error"),
}

COMMON: dict[str, Rule] = {
    "section": _block(
        {},
        {
            "text": text(3000),
            "fields": array(text(2000), 1, 10),
            "accessory": elements.AS_ACCESSORY,
            "expand": flag,
        },
        at_least_one("text", "fields"),
    ),
    "header": _block({"text": plain(150)}, {"level": whole(1, 4)}),
    "context": _block({"elements": array(elements.IN_CONTEXT, 1, 10)}),
    "actions": _block({"elements": array(elements.IN_ACTIONS, 1, 25)}),
    "divider": _block({}),
    "image": _IMAGE,
    "input": _block(
        {"label": plain(2000), "element": elements.IN_INPUT},
        {"hint": plain(2000), "optional": flag, "dispatch_action": flag},
        _no_dispatch_of_files,
    ),
    "rich_text": _block({"elements": RICH_TEXT}),
    "video": _VIDEO,
}
TABLES: dict[str, Rule] = {"table": _block(*TABLE)}
DATA: dict[str, Rule] = {**TABLES, "data_table": _block(*DATA_TABLE)}
_CAROUSEL = _block({"elements": array(kind({"card": _CARD}), 1, 10)})
MESSAGE: dict[str, Rule] = {
    **COMMON,
    **DATA,
    "markdown": _block({"text": string(12_000)}),
    "data_visualization": _block(*CHART),
    "card": _CARD,
    "carousel": _CAROUSEL,
    "container": _block(
        {"child_blocks": array(_child, 1, 10)},
        {
            "title": plain(150),
            "rich_text_title": anything,
            "subtitle": plain(150),
            "width": one_of("narrow", "standard", "wide", "full"),
            "is_collapsible": flag,
            "default_collapsed": flag,
            "icon": elements.IMAGE,
        },
        exactly_one("title", "rich_text_title"),
    ),
    "context_actions": _block({"elements": array(elements.IN_CONTEXT_ACTIONS, 1, 5)}),
    "task_card": _block({"title": string(3000)}, _TASK),
    "plan": _block({"title": string(3000)}, {"tasks": array(anything, 0, 100)}),
}
HOME: dict[str, Rule] = {**COMMON, **DATA, "card": _CARD, "carousel": _CAROUSEL}
MODAL: dict[str, Rule] = {
    **COMMON,
    "alert": _block({"text": text(200)}, {"level": one_of("default", "info", "warning", "error", "success")}),
}

_VIEW: dict[str, Rule] = {
    "blocks": anything,
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}
_MODAL_VIEW = shape(
    {"title": plain(24), "blocks": anything},
    {
        **_VIEW,
        "submit": plain(24),
        "close": plain(24),
        "clear_on_close": flag,
        "notify_on_close": flag,
        "submit_disabled": flag,
    },
)
_HOME_VIEW = shape({"blocks": anything}, _VIEW)


def message_faults(blocks: Any) -> list[Fault]:
    """What Slack refuses in the blocks of a message, but for their sum (`text_length`)."""
    return list(_blocks_faults(blocks, "/blocks", MESSAGE_BLOCKS, MESSAGE))


def view_faults(view: Any) -> list[Fault]:
    """What Slack refuses in a modal or a home."""
    if not isinstance(view, dict) or view.get("type") not in ("modal", "home"):
        return [Fault("invalid_value", "must be one of: modal, home", "/view/type")]
    is_modal = view["type"] == "modal"
    found = list((_MODAL_VIEW if is_modal else _HOME_VIEW)(view, "/view"))
    if "blocks" in view:
        found += _blocks_faults(view["blocks"], "/view/blocks", VIEW_BLOCKS, MODAL if is_modal else HOME)
    if not found:
        found += _form_faults(view)
    return found


def _form_faults(view: Json) -> Found:
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    if inputs and view["type"] == "modal" and not view.get("submit"):
        yield missing("submit", "/view")
    if sum(bool(element.get("focus_on_load")) for element in elements_of(view["blocks"])) > 1:
        yield Fault("duplicate", "only one element can have focus_on_load", "/view/blocks")


def _blocks_faults(blocks: Any, where: str, most: int, allowed: dict[str, Rule]) -> Found:
    faults = list(array(kind(allowed), 0, most)(blocks, where))
    yield from faults
    if not faults:
        yield from unique([block.get("block_id") for block in blocks], "block_id", where)
        yield from whole_message_faults(blocks, where)


def elements_of(blocks: list[Json]) -> Iterator[Json]:
    """Every element of sections, actions and inputs."""
    for block in blocks:
        inside = [block.get("accessory"), block.get("element")]
        for element in chain(block.get("elements") or [], inside):
            if isinstance(element, dict):
                yield element


def text_length(node: Any) -> int:
    """Characters of all texts in blocks together."""
    if isinstance(node, dict):
        own = len(node["text"]) if isinstance(node.get("text"), str) else 0
        return own + sum(text_length(value) for value in node.values())
    return sum(text_length(one) for one in node) if isinstance(node, list) else 0
