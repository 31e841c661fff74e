"""Blocks that only say something: rich text, markdown, tables, alerts."""

import re
from collections.abc import Callable
from html import escape
from typing import Any, Final

from sandbox.slack.emoji import emoji_html, with_emoji
from sandbox.slack.mrkdwn import date_html, is_safe, mention
from sandbox.slack.screen import Screen, text_html

Json = dict[str, Any]

_STYLE_TAGS: Final = (("bold", "strong"), ("italic", "em"), ("strike", "s"), ("underline", "u"), ("code", "code"))


def rich_text(block: Json, screen: Screen) -> str:
    return f'<div class="rich-text">{"".join(_part(one, screen) for one in block["elements"])}</div>'


def _part(part: Json, screen: Screen) -> str:
    if part["type"] == "rich_text_list":
        tag = "ol" if part.get("style") == "ordered" else "ul"
        items = "".join(f"<li>{_inlines(one, screen)}</li>" for one in part["elements"])
        return f'<{tag} class="indent-{int(part.get("indent") or 0)}">{items}</{tag}>'
    tag = {"rich_text_quote": "blockquote", "rich_text_preformatted": "pre"}.get(part["type"], "div")
    return f"<{tag}>{_inlines(part, screen)}</{tag}>"


def _inlines(part: Json, screen: Screen) -> str:
    return "".join(_inline(one, screen) for one in part["elements"])


def _inline(element: Json, screen: Screen) -> str:
    draw = _INLINES.get(element["type"])
    html = draw(element, screen) if draw else escape(str(element.get("text", "")))
    style = element.get("style") or {}
    for name, tag in _STYLE_TAGS:
        if style.get(name):
            html = f"<{tag}>{html}</{tag}>"
    return html


def _text(element: Json, screen: Screen) -> str:
    return escape(element["text"], quote=False).replace("\n", "<br>")


def _link(element: Json, screen: Screen) -> str:
    url, label = element["url"], escape(element.get("text") or element["url"])
    return f'<a href="{escape(url)}" rel="noreferrer" target="_blank">{label}</a>' if is_safe(url) else label


def _user(element: Json, screen: Screen) -> str:
    return mention(f"@{screen.reader.users.get(element['user_id'], element['user_id'])}")


def _channel(element: Json, screen: Screen) -> str:
    return mention(f"#{screen.reader.channels.get(element['channel_id'], element['channel_id'])}")


def _broadcast(element: Json, screen: Screen) -> str:
    return mention(f"@{element['range']}", everyone=True)


def _emoji(element: Json, screen: Screen) -> str:
    return emoji_html(element["name"]) or escape(f":{element['name']}:")


def _date(element: Json, screen: Screen) -> str:
    link, fallback = element.get("url", ""), element.get("fallback", "")
    return date_html(str(element["timestamp"]), element["format"], link, fallback, screen.reader)


_INLINES: Final[dict[str, Callable[[Json, Screen], str]]] = {
    "text": _text,
    "link": _link,
    "user": _user,
    "channel": _channel,
    "broadcast": _broadcast,
    "emoji": _emoji,
    "date": _date,
}

_BOLD, _ITALIC, _CODE = re.compile(r"\*\*([^*\n]+)\*\*"), re.compile(r"\*([^*\n]+)\*"), re.compile(r"`([^`\n]+)`")


def markdown(block: Json, screen: Screen) -> str:
    """Standard Markdown's headings, bullets, bold, italic and code; the rest as text."""
    return f'<div class="markdown">{"".join(map(_markdown_line, block["text"].split(chr(10))))}</div>'


def _markdown_line(line: str) -> str:
    html = with_emoji(escape(line, quote=False))
    html = _CODE.sub(r"<code>\1</code>", _ITALIC.sub(r"<em>\1</em>", _BOLD.sub(r"<strong>\1</strong>", html)))
    if html.startswith("#"):
        return f"<h5>{html.lstrip('# ')}</h5>"
    if html.startswith(("- ", "* ")):
        return f"<div>• {html[2:]}</div>"
    return f"<div>{html or '<br>'}</div>"


def table(block: Json, screen: Screen) -> str:
    return f'<table class="table">{_rows(block["rows"], screen)}</table>'


def data_table(block: Json, screen: Screen) -> str:
    caption = f"<caption>{escape(block['caption'])}</caption>"
    head = "".join(f'<th scope="col">{_cell(one, screen)}</th>' for one in block["rows"][0])
    return f'<table class="table">{caption}<tr>{head}</tr>{_rows(block["rows"][1:], screen)}</table>'


def _rows(rows: list[list[Json]], screen: Screen) -> str:
    return "".join(f"<tr>{''.join(f'<td>{_cell(one, screen)}</td>' for one in row)}</tr>" for row in rows)


def _cell(cell: Json, screen: Screen) -> str:
    if cell["type"] == "rich_text":
        return rich_text(cell, screen)
    return escape(str(cell.get("text") or cell.get("value", "")))


def alert(block: Json, screen: Screen) -> str:
    level = block.get("level") or "default"
    known = level if level in ("info", "warning", "error", "success") else "default"
    return f'<p class="alert {known}" role="status">{text_html(block["text"], screen)}</p>'
