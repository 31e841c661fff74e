"""Messages and modals as Slack would show them: pure functions to safe HTML whose buttons are forms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from sandbox.slack.mrkdwn import Reader, plain_to_html, to_html

Json = dict[str, Any]


@dataclass(frozen=True)
class Screen:
    """
    Where things are shown.

    `action` is the URL that a pressed button posts `action_id`, `value` and `option` to, with the `hidden` fields;
    a button with a confirm first shows its question.
    """

    reader: Reader
    action: str
    hidden: Mapping[str, str] = field(default_factory=dict)
    users: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)


def message_html(blocks: list[Json], text: str, screen: Screen) -> str:
    """A message's inside: its blocks, or its text where there are none."""
    if not blocks:
        return f'<div class="section">{to_html(text, screen.reader)}</div>'
    return "".join(block_html(block, screen) for block in blocks)


def view_html(view: Json, screen: Screen, submit_to: str, close_to: str) -> str:
    """A modal: a dialog with one form; without script it stands open on the page."""
    hidden = _hidden(screen.hidden)
    blocks = "".join(block_html(block, screen) for block in view.get("blocks", []))
    close = escape(view["close"]["text"]) if view.get("close") else "Cancel"
    submit = f'<button class="primary">{plain_to_html(view["submit"]["text"])}</button>' if view.get("submit") else ""
    title = plain_to_html(view["title"]["text"])
    return (
        f'<dialog open class="modal" aria-label="{escape(view["title"]["text"])}"><h3>{title}</h3>'
        f'<form id="modal-form" method="post" action="{escape(submit_to)}">{hidden}</form>{blocks}'
        f'<footer><form method="post" action="{escape(close_to)}">{hidden}<button>{close}</button></form>'
        f"{submit.replace('<button', '<button form=modal-form', 1)}</footer></dialog>"
    )


def block_html(block: Json, screen: Screen) -> str:
    """One block; an unknown kind says so."""
    render = _BLOCKS.get(block.get("type", ""))
    return render(block, screen) if render else f"<p>[{escape(str(block.get('type')))}]</p>"


def _text(text: Json | None, screen: Screen) -> str:
    if not text:
        return ""
    return plain_to_html(text["text"]) if text["type"] == "plain_text" else to_html(text["text"], screen.reader)


def _section(block: Json, screen: Screen) -> str:
    fields = "".join(f"<div>{_text(one, screen)}</div>" for one in block.get("fields", []))
    accessory = element_html(block["accessory"], screen) if block.get("accessory") else ""
    inside = f"<div>{_text(block.get('text'), screen)}{f'<div class=fields>{fields}</div>' if fields else ''}</div>"
    return f'<div class="section">{inside}{accessory}</div>'


def _header(block: Json, screen: Screen) -> str:
    return f"<h4>{_text(block['text'], screen)}</h4>"


def _context(block: Json, screen: Screen) -> str:
    parts = (
        _image(one, screen) if one["type"] == "image" else f"<span>{_text(one, screen)}</span>"
        for one in block["elements"]
    )
    return f'<div class="context">{"".join(parts)}</div>'


def _actions(block: Json, screen: Screen) -> str:
    return f'<div class="actions">{"".join(element_html(one, screen) for one in block["elements"])}</div>'


def _image(block: Json, screen: Screen) -> str:
    return f'<img src="{escape(block.get("image_url", ""))}" alt="{escape(block["alt_text"])}">'


def _input(block: Json, screen: Screen) -> str:
    element = block["element"]
    name = f"{block.get('block_id', '')}/{element.get('action_id', '')}"
    hint = f"<small>{_text(block['hint'], screen)}</small>" if block.get("hint") else ""
    label = _text(block["label"], screen)
    return f'<label class="input"><span>{label}</span>{_field(element, name, screen)}{hint}</label>'


def _field(element: Json, name: str, screen: Screen) -> str:
    kind, form = element["type"], f'form="modal-form" name="{escape(name)}"'
    if kind == "plain_text_input" and element.get("multiline"):
        return f"<textarea {form}>{escape(element.get('initial_value') or '')}</textarea>"
    if kind.endswith("_input") or kind == "datepicker":
        value = escape(str(element.get("initial_value") or element.get("initial_date") or ""))
        return f'<input {form} value="{value}" type="{"date" if kind == "datepicker" else "text"}">'
    many = " multiple" if kind.startswith("multi_") or kind == "checkboxes" else ""
    return f"<select {form}{many}><option value=''></option>{_choices(element, screen)}</select>"


def _choices(element: Json, screen: Screen) -> str:
    kind = element["type"]
    known = screen.users if "users" in kind else screen.channels if "channel" in kind or "convers" in kind else None
    pairs = (
        list(known.items())
        if known is not None
        else [(one["value"], one["text"]["text"]) for one in element.get("options", [])]
    )
    chosen = {element.get(f"initial_{what}") for what in ("user", "channel", "conversation")}
    chosen |= {(element.get("initial_option") or {}).get("value")}
    chosen |= {one["value"] for one in element.get("initial_options", [])}
    return "".join(
        f'<option value="{escape(value)}"{" selected" if value in chosen else ""}>{escape(label)}</option>'
        for value, label in pairs
    )


def _rich_text(block: Json, screen: Screen) -> str:
    return f'<div class="section">{escape(_flat(block))}</div>'


def _flat(node: Any) -> str:
    if isinstance(node, dict):
        return str(node.get("text", "")) if node.get("type") == "text" else _flat(node.get("elements", []))
    return "".join(_flat(one) for one in node)


_BLOCKS: dict[str, Callable[[Json, Screen], str]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "image": _image,
    "input": _input,
    "divider": lambda block, screen: "<hr>",
    "rich_text": _rich_text,
}


def element_html(element: Json, screen: Screen) -> str:
    """A button, image, overflow or select."""
    kind = element["type"]
    if kind == "image":
        return _image(element, screen)
    if kind == "button":
        return _button(element, screen)
    if kind == "overflow":
        options = "".join(_option_button(element, one, screen) for one in element["options"])
        return f'<details class="overflow"><summary aria-label="More actions">⋯</summary>{options}</details>'
    return (
        f'<form method="post" action="{escape(screen.action)}">{_hidden(screen.hidden, element)}'
        f'<select name="option" aria-label="Choose">{_choices(element, screen)}</select><button>Choose</button></form>'
    )


def _button(element: Json, screen: Screen) -> str:
    label = plain_to_html(element["text"]["text"])
    aria = f' aria-label="{escape(element["accessibility_label"])}"' if element.get("accessibility_label") else ""
    style = f' class="{escape(element.get("style", ""))}"'
    if confirm := element.get("confirm"):
        question = f"<b>{_text(confirm['title'], screen)}</b><p>{_text(confirm['text'], screen)}</p>"
        sure = _press(element, screen, _text(confirm["confirm"], screen), ' class="danger"')
        return f'<details class="confirm"><summary{aria}{style}>{label}</summary><div>{question}{sure}</div></details>'
    if url := element.get("url"):
        return f'<a role="button"{style}{aria} href="{escape(url)}" rel="noreferrer" target="_blank">{label}</a>'
    return _press(element, screen, label, style + aria)


def _press(element: Json, screen: Screen, label: str, attributes: str) -> str:
    fields = _hidden(screen.hidden, element)
    return f'<form method="post" action="{escape(screen.action)}">{fields}<button{attributes}>{label}</button></form>'


def _option_button(element: Json, option: Json, screen: Screen) -> str:
    label = plain_to_html(option["text"]["text"])
    fields = _hidden({**screen.hidden, "option": option["value"]}, element)
    return f'<form method="post" action="{escape(screen.action)}">{fields}<button>{label}</button></form>'


def _hidden(fields: Mapping[str, str], element: Json | None = None) -> str:
    own = {"action_id": element.get("action_id", ""), "value": element.get("value", "")} if element else {}
    return "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in {**fields, **own}.items()
    )
