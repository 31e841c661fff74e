"""Where messages and views are shown: who reads, and where forms post to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final

from sandbox.slack.inputs import Values
from sandbox.slack.mrkdwn import Reader, is_safe, plain_to_html, to_html

Json = dict[str, Any]
MODAL_FORM: Final = "modal-form"
"""The id of the form that a modal's inputs belong to."""


def no_file(file_id: str) -> str | None:
    return None


@dataclass(frozen=True)
class Screen:
    """
    `action` is the URL that each pressed button posts to, with `hidden` and three fields of its own.

    They are `action_id`, `value` (of a button; else empty) and `option` (the value, id, date or text chosen; once
    for each in multi-selects): what `People.press` and `People.press_in_view` take. `users` and `channels` are
    names by id, to be chosen from; `shared` are the channels among them in which another organisation reads.
    `file_url` tells where the picture of an uploaded file is.
    """

    reader: Reader
    action: str
    hidden: Mapping[str, str] = field(default_factory=dict)
    users: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    file_url: Callable[[str], str | None] = no_file
    values: Values = field(default_factory=dict)
    """What inputs hold; those not named are as they opened."""
    errors: Mapping[str, str] = field(default_factory=dict)
    """What the app objected to, by block id."""
    shared: frozenset[str] = frozenset()


def text_html(text: Json | None, screen: Screen) -> str:
    """A text object."""
    if not text:
        return ""
    if text.get("type") == "mrkdwn":
        return to_html(text["text"], screen.reader, verbatim=bool(text.get("verbatim")))
    return plain_to_html(text["text"])


def image_html(image: Json, screen: Screen) -> str:
    """A picture, or its description where it cannot be shown."""
    file = image.get("slack_file")
    url = screen.file_url(file.get("id", "")) if file else image.get("image_url", "")
    alt = escape(str(image.get("alt_text", "")))
    if not url or not (is_safe(url) or url.startswith("/")):
        return f'<span class="picture" role="img" aria-label="{alt}">{alt}</span>'
    return f'<img src="{escape(url)}" alt="{alt}" loading="lazy">'


def press_form(screen: Screen, element: Json, inside: str, **fields: str) -> str:
    """A form of one button; `inside` is HTML."""
    own = {"action_id": element.get("action_id", ""), "value": element.get("value", ""), **fields}
    return f'<form method="post" action="{escape(screen.action)}">{hidden({**screen.hidden, **own})}{inside}</form>'


def hidden(fields: Mapping[str, str]) -> str:
    return "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in fields.items()
    )
