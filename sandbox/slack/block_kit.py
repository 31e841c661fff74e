"""Block Kit's limits, as documented: what Slack answers `invalid_blocks` or `invalid_arguments` for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Json = dict[str, Any]
Found = Iterator[str]
"""Faults, each `must be ... [json-pointer:/blocks/0/text]`."""

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
ALL_TEXT = 13_200


def message_faults(blocks: Any) -> list[str]:
    """What is wrong with the blocks of a message."""
    if not isinstance(blocks, list):
        return ["must be an array [json-pointer:/blocks]"]
    found = list(_blocks(blocks, "/blocks", MESSAGE_BLOCKS, BLOCKS))
    if not found and _text_length(blocks) > ALL_TEXT:
        return ["msg_blocks_too_long"]
    return found


def view_faults(view: Any) -> list[str]:
    """What is wrong with a modal or a home."""
    if not isinstance(view, dict) or view.get("type") not in ("modal", "home"):
        return ["must be a modal or a home [json-pointer:/view/type]"]
    found = list(_blocks(view.get("blocks") or [], "/view/blocks", VIEW_BLOCKS, BLOCKS))
    found += _capped(view, "/view", private_metadata=3000, callback_id=255)
    if view["type"] == "modal":
        found += _plain(view.get("title"), "/view/title", 24)
        for name in ("submit", "close"):
            if view.get(name) is not None:
                found += _plain(view[name], f"/view/{name}", 24)
        has_input = any(isinstance(block, dict) and block.get("type") == "input" for block in view.get("blocks") or [])
        if has_input and not view.get("submit"):
            found.append("missing required field: submit [json-pointer:/view]")
    return found


def _blocks(blocks: Sequence[Any], where: str, most: int, allowed: Mapping[str, Callable[[Json, str], Found]]) -> Found:
    if len(blocks) > most:
        yield f"no more than {most} items allowed [json-pointer:{where}]"
    ids = [block.get("block_id") for block in blocks if isinstance(block, dict) and block.get("block_id")]
    if len(ids) != len(set(ids)):
        yield f"block_id must be unique [json-pointer:{where}]"
    for place, block in enumerate(blocks):
        here = f"{where}/{place}"
        kind = str(block.get("type")) if isinstance(block, dict) else ""
        if kind not in allowed:
            yield f"unsupported type: {kind} [json-pointer:{here}/type]"
        else:
            yield from _capped(block, here, block_id=255)
            yield from allowed[kind](block, here)


def _section(block: Json, where: str) -> Found:
    fields = block.get("fields")
    if block.get("text") is None and not fields:
        yield f"missing required field: text [json-pointer:{where}]"
    if block.get("text") is not None:
        yield from _text(block["text"], f"{where}/text", 3000)
    if fields is not None:
        if not 1 <= len(fields) <= 10:
            yield f"must have 1 to 10 items [json-pointer:{where}/fields]"
        for place, one in enumerate(fields):
            yield from _text(one, f"{where}/fields/{place}", 2000)
    if block.get("accessory") is not None:
        yield from _element(block["accessory"], f"{where}/accessory", ACCESSORIES)


def _header(block: Json, where: str) -> Found:
    yield from _plain(block.get("text"), f"{where}/text", 150)


def _context(block: Json, where: str) -> Found:
    elements = block.get("elements") or []
    if not 1 <= len(elements) <= 10:
        yield f"must have 1 to 10 items [json-pointer:{where}/elements]"
    for place, element in enumerate(elements):
        here = f"{where}/elements/{place}"
        yield from _image(element, here) if element.get("type") == "image" else _text(element, here, 3000)


def _actions(block: Json, where: str) -> Found:
    elements = block.get("elements") or []
    if not 1 <= len(elements) <= 25:
        yield f"must have 1 to 25 items [json-pointer:{where}/elements]"
    ids = [element.get("action_id") for element in elements]
    if len(ids) != len(set(ids)):
        yield f"action_id must be unique [json-pointer:{where}/elements]"
    for place, element in enumerate(elements):
        yield from _element(element, f"{where}/elements/{place}", INTERACTIVE)


def _image(block: Json, where: str) -> Found:
    if not block.get("alt_text"):
        yield f"missing required field: alt_text [json-pointer:{where}]"
    if not block.get("image_url") and not block.get("slack_file"):
        yield f"missing required field: image_url [json-pointer:{where}]"
    yield from _capped(block, where, alt_text=2000, image_url=3000)


def _input(block: Json, where: str) -> Found:
    yield from _plain(block.get("label"), f"{where}/label", 2000)
    yield from _element(block.get("element") or {}, f"{where}/element", INPUTS)


def _free(block: Json, where: str) -> Found:
    yield from ()


BLOCKS = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "image": _image,
    "input": _input,
    "divider": _free,
    "rich_text": _free,
}


def _element(element: Json, where: str, allowed: set[str]) -> Found:
    kind = element.get("type")
    if kind not in allowed:
        yield f"unsupported type: {kind} [json-pointer:{where}/type]"
        return
    yield from _capped(element, where, action_id=255)
    if kind == "button":
        yield from _plain(element.get("text"), f"{where}/text", 75)
        yield from _capped(element, where, value=2000, url=3000, accessibility_label=75)
        if element.get("style") not in (None, "primary", "danger"):
            yield f"must be primary or danger [json-pointer:{where}/style]"
    if kind == "image":
        yield from _image(element, where)
    if kind == "overflow":
        yield from _options(element.get("options"), f"{where}/options", 5)
    if kind in ("static_select", "multi_static_select", "checkboxes", "radio_buttons"):
        most = 100 if "select" in kind else 10
        yield from _options(element.get("options"), f"{where}/options", most)
    if element.get("placeholder") is not None:
        yield from _plain(element["placeholder"], f"{where}/placeholder", 150)
    if element.get("confirm") is not None:
        yield from _confirm(element["confirm"], f"{where}/confirm")


def _confirm(confirm: Json, where: str) -> Found:
    yield from _plain(confirm.get("title"), f"{where}/title", 100)
    yield from _text(confirm.get("text"), f"{where}/text", 300)
    yield from _plain(confirm.get("confirm"), f"{where}/confirm", 30)
    yield from _plain(confirm.get("deny"), f"{where}/deny", 30)


def _options(options: Any, where: str, most: int) -> Found:
    if not isinstance(options, list) or not 1 <= len(options) <= most:
        yield f"must have 1 to {most} items [json-pointer:{where}]"
        return
    for place, option in enumerate(options):
        yield from _text(option.get("text"), f"{where}/{place}/text", 75)
        yield from _capped(option, f"{where}/{place}", value=150)


def _text(text: Any, where: str, most: int) -> Found:
    if not isinstance(text, dict) or text.get("type") not in ("plain_text", "mrkdwn"):
        yield f"must be a text object [json-pointer:{where}]"
    elif not isinstance(text.get("text"), str) or not 1 <= len(text["text"]) <= most:
        yield f"must be 1 to {most} characters [json-pointer:{where}/text]"


def _plain(text: Any, where: str, most: int) -> Found:
    yield from _text(text, where, most)
    if isinstance(text, dict) and text.get("type") == "mrkdwn":
        yield f"must be plain_text [json-pointer:{where}/type]"


def _capped(holder: Json, where: str, **limits: int) -> Found:
    for name, most in limits.items():
        if isinstance(value := holder.get(name), str) and len(value) > most:
            yield f"must be no more than {most} characters [json-pointer:{where}/{name}]"


def _text_length(node: Any) -> int:
    if isinstance(node, dict):
        own = len(node["text"]) if isinstance(node.get("text"), str) else 0
        return own + sum(_text_length(value) for value in node.values())
    return sum(_text_length(one) for one in node) if isinstance(node, list) else 0


SELECTS = {
    f"{many}{what}_select"
    for many in ("", "multi_")
    for what in ("static", "external", "users", "conversations", "channels")
}
CHOICES = {"checkboxes", "radio_buttons", "datepicker", "timepicker", "datetimepicker"}
INTERACTIVE = {"button", "overflow"} | SELECTS | CHOICES
ACCESSORIES = INTERACTIVE | {"image"}
INPUTS = SELECTS | CHOICES | {"plain_text_input", "email_text_input", "url_text_input", "number_input", "file_input"}
