"""Buttons, overflow menus, selects and pickers in messages and views: each is a form of its own."""

from html import escape
from typing import Any

from sandbox.slack.inputs import MANY
from sandbox.slack.mrkdwn import is_safe, plain_to_html
from sandbox.slack.render_inputs import control_html
from sandbox.slack.screen import Screen, image_html, press_form, text_html

Json = dict[str, Any]


def element_html(element: Json, screen: Screen) -> str:
    """An element of a section or actions block."""
    kind = element["type"]
    if kind == "image":
        return image_html(element, screen)
    if kind in ("button", "workflow_button"):
        return _button(element, screen)
    if kind == "overflow":
        return _overflow(element, screen)
    return _choice(element, screen)


def _button(element: Json, screen: Screen) -> str:
    label, classes = plain_to_html(element["text"]["text"]), _classes(element)
    name = f' aria-label="{escape(element["accessibility_label"])}"' if element.get("accessibility_label") else ""
    if element.get("confirm"):
        sure = press_form(screen, element, _sure(element, screen))
        summary = f'<summary class="{classes}" role="button"{name}>{label}</summary>'
        return f'<details class="confirm">{summary}{_question(element["confirm"], sure, screen)}</details>'
    if (url := element.get("url")) and is_safe(url):
        # Slack also tells the app of a link that was followed; a page without script has to choose.
        return f'<a class="{classes}"{name} href="{escape(url)}" rel="noreferrer" target="_blank">{label}</a>'
    return press_form(screen, element, f'<button class="{classes}"{name}>{label}</button>')


def _classes(element: Json) -> str:
    style = element.get("style")
    return f"button {style}" if style in ("primary", "danger") else "button"


def _sure(element: Json, screen: Screen) -> str:
    confirm = element["confirm"]
    style = "danger" if confirm.get("style") == "danger" else "primary"
    return f'<button class="button {style}">{text_html(confirm["confirm"], screen)}</button>'


def _question(confirm: Json, sure: str, screen: Screen) -> str:
    """The way back reloads the page, which closes the question."""
    title, text = text_html(confirm["title"], screen), text_html(confirm["text"], screen)
    deny = f'<a class="button" href="">{text_html(confirm["deny"], screen)}</a>'
    label = escape(confirm["title"]["text"])
    return (
        f'<div class="question" role="alertdialog" aria-label="{label}"><strong>{title}</strong><p>{text}</p>'
        f'<div class="answers">{deny}{sure}</div></div>'
    )


def _overflow(element: Json, screen: Screen) -> str:
    entries = "".join(f"<li>{_entry(element, option, screen)}</li>" for option in element["options"])
    return f'<details class="overflow"><summary aria-label="More actions">⋯</summary><ul>{entries}</ul></details>'


def _entry(element: Json, option: Json, screen: Screen) -> str:
    label = text_html(option["text"], screen)
    if option.get("description"):
        label += f"<small>{text_html(option['description'], screen)}</small>"
    button = f"<button>{label}</button>"
    if not element.get("confirm"):
        return press_form(screen, element, button, option=option["value"])
    sure = press_form(screen, element, _sure(element, screen), option=option["value"])
    return f'<details class="confirm"><summary>{label}</summary>{_question(element["confirm"], sure, screen)}</details>'


def _choice(element: Json, screen: Screen) -> str:
    """A select or picker: without script it needs a button that sends the choice."""
    label = element.get("placeholder", {}).get("text") or "Choose"
    control = control_html(element, "option", screen, label=label)
    many = " many" if element["type"] in MANY else ""
    return f'<div class="choice{many}">{press_form(screen, element, f"{control}<button>Choose</button>")}</div>'
