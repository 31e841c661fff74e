"""Messages, modals and homes as Slack shows them: pure functions to safe HTML that works without script."""

from collections.abc import Callable, Sequence
from html import escape
from typing import Any, Final

from sandbox.slack.mrkdwn import plain_to_html, to_html
from sandbox.slack.render_elements import element_html
from sandbox.slack.render_inputs import input_html
from sandbox.slack.render_text_blocks import alert, data_table, markdown, rich_text, table
from sandbox.slack.screen import MODAL_FORM, Screen, hidden, image_html, text_html

Json = dict[str, Any]

__all__ = ["Screen", "block_html", "home_html", "message_html", "reactions_html", "unfurls_html", "view_html"]


def message_html(blocks: Sequence[Json], text: str, screen: Screen) -> str:
    """A message's inside: its blocks, or its text where there are none."""
    inside = "".join(block_html(block, screen) for block in blocks) or f"<div>{to_html(text, screen.reader)}</div>"
    return f'<div class="blocks">{inside}</div>'


def reactions_html(reactions: dict[str, list[str]]) -> str:
    """User ids by the name of the emoji, as a `Message` holds them."""
    shown = (f"<li>{plain_to_html(f':{name}:')} {len(people)}</li>" for name, people in reactions.items())
    return f'<ul class="reactions" aria-label="Reactions">{"".join(shown)}</ul>' if reactions else ""


def unfurls_html(unfurls: dict[str, list[Json]], screen: Screen) -> str:
    """What the app shows under links, by their URLs."""
    shown = ("".join(block_html(block, screen) for block in blocks) for blocks in unfurls.values())
    return "".join(f'<aside class="blocks unfurl" aria-label="Link preview">{inside}</aside>' for inside in shown)


def view_html(view: Json, screen: Screen, submit_to: str, close_to: str) -> str:
    """
    A modal: a dialog that stands open on the page.

    Its inputs post to `submit_to` with the fields that `inputs.typed_values` reads, its close button to `close_to`;
    both with the screen's `hidden`.
    """
    title = plain_to_html(view["title"]["text"])
    blocks = "".join(block_html(block, screen) for block in view.get("blocks", []))
    fields = hidden(screen.hidden)
    return (
        f'<dialog open class="modal" aria-labelledby="modal-title"><h3 id="modal-title">{title}</h3>'
        f'<form id="{MODAL_FORM}" method="post" enctype="multipart/form-data" action="{escape(submit_to)}">'
        f"{fields}</form>"
        f'<div class="blocks">{blocks}</div>'
        f'<footer><form method="post" action="{escape(close_to)}">{fields}'
        f'<button class="button">{_label(view, "close", "Cancel")}</button></form>{_submit(view)}</footer></dialog>'
    )


def _submit(view: Json) -> str:
    if not view.get("submit"):
        return ""
    return f'<button class="button primary" form="{MODAL_FORM}">{_label(view, "submit", "Submit")}</button>'


def _label(view: Json, name: str, default: str) -> str:
    return plain_to_html(view[name]["text"]) if view.get(name) else default


def home_html(view: Json, screen: Screen) -> str:
    """An App Home."""
    blocks = "".join(block_html(block, screen) for block in view.get("blocks", []))
    return f'<section class="home" aria-label="Home"><div class="blocks">{blocks}</div></section>'


def block_html(block: Json, screen: Screen) -> str:
    """One block; a kind that is not drawn says so."""
    draw = _BLOCKS.get(block.get("type", ""))
    return draw(block, screen) if draw else f'<p class="undrawn">[{escape(str(block.get("type")))}]</p>'


def _section(block: Json, screen: Screen) -> str:
    text = f'<div class="text">{text_html(block["text"], screen)}</div>' if block.get("text") else ""
    fields = "".join(f"<li>{text_html(one, screen)}</li>" for one in block.get("fields") or [])
    columns = f'<ul class="fields">{fields}</ul>' if fields else ""
    accessory = block.get("accessory")
    beside = f'<div class="accessory">{element_html(accessory, screen)}</div>' if accessory else ""
    return f'<div class="section"><div class="body">{text}{columns}</div>{beside}</div>'


def _header(block: Json, screen: Screen) -> str:
    return f'<h4 class="header">{text_html(block["text"], screen)}</h4>'


def _context(block: Json, screen: Screen) -> str:
    parts = (
        image_html(one, screen) if one["type"] == "image" else f"<span>{text_html(one, screen)}</span>"
        for one in block["elements"]
    )
    return f'<div class="context">{"".join(parts)}</div>'


def _actions(block: Json, screen: Screen) -> str:
    elements = "".join(element_html(one, screen) for one in block["elements"])
    return f'<div class="actions" role="group" aria-label="Actions">{elements}</div>'


def _image(block: Json, screen: Screen) -> str:
    title = f"<figcaption>{text_html(block['title'], screen)}</figcaption>" if block.get("title") else ""
    return f'<figure class="image">{title}{image_html(block, screen)}</figure>'


def _divider(block: Json, screen: Screen) -> str:
    return "<hr>"


_BLOCKS: Final[dict[str, Callable[[Json, Screen], str]]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "divider": _divider,
    "image": _image,
    "input": input_html,
    "rich_text": rich_text,
    "markdown": markdown,
    "table": table,
    "data_table": data_table,
    "alert": alert,
}
