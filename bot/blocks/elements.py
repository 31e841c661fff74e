"""The few Block Kit elements that our messages are made of, within Slack's limits for any data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.blocks.text import Mrkdwn, bold, fit, plain

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """`text` says all that matters, for phones and for those who hear it; `blocks` show it."""

    text: str
    blocks: list[Block]


MOST_FIELDS: Final = 10
# A message is refused when its blocks are too long in sum: seen from 13,200 characters on.
MOST_IN_FIELDS: Final = 5_000
LONGEST_FIELD: Final = 1_800
LONGEST_BUTTON: Final = 70

# These names are fixed, in every language: people and other tools refer to them.
OPT_OUT: Final = "Opt out"
CLAIM: Final = "Claim"
ADD_TO_HUBSPOT: Final = "Add to HubSpot"
DISMISS: Final = "Dismiss"
OPEN_IN_HUBSPOT: Final = "Open in HubSpot"
SEARCH_IN_HUBSPOT: Final = "Search HubSpot"
RELEASE: Final = "Release"
UNDO: Final = "Undo"
LONGEST_LABEL: Final = 200


def section(lines: Iterable[Mrkdwn], *, accessory: Block | None = None) -> Block:
    """As many of `lines` as fit; at least one must have text."""
    block: Block = {"type": "section", "text": _mrkdwn(fit(lines))}
    return block | {"accessory": accessory} if accessory else block


def one_line(told: Mrkdwn) -> Message:
    """A message that says one thing."""
    return Message(told, [section([told])])


def fields(rows: Sequence[tuple[str, Mrkdwn]]) -> list[Block]:
    """Names and values in two columns, as many rows as a message may hold beside the rest."""
    cells: list[Block] = []
    left = MOST_IN_FIELDS
    for name, value in rows:
        cell = _mrkdwn(fit((bold(name), value), LONGEST_FIELD))
        left -= len(cell["text"])
        if left >= 0:
            cells.append(cell)
    pages = [cells[start : start + MOST_FIELDS] for start in range(0, len(cells), MOST_FIELDS)]
    return [{"type": "section", "fields": page} for page in pages]


def context(lines: Iterable[Mrkdwn]) -> Block:
    return {"type": "context", "elements": [_mrkdwn(fit(lines))]}


def divider() -> Block:
    return {"type": "divider"}


def actions(buttons: Sequence[Block]) -> list[Block]:
    """A row of buttons, or nothing where there is none."""
    return [{"type": "actions", "elements": list(buttons)}] if buttons else []


def button(text: str, action_id: str, value: str = "", *, url: str = "", style: str = "", about: str = "") -> Block:
    """
    A button. Its `value` is an opaque id: everybody who sees the button can read and replay it.

    Args:
        about: on what or whom it acts, for those who hear the screen read.
    """
    element: Block = {
        "type": "button",
        "action_id": action_id,
        "text": {"type": "plain_text", "text": plain(text, LONGEST_BUTTON), "emoji": False},
    }
    more = {"value": value, "url": url, "style": style}
    label = {"accessibility_label": plain(f"{text}: {about}", LONGEST_BUTTON)} if about else {}
    return element | {key: given for key, given in more.items() if given} | label


def overflow(action_id: str, options: Sequence[tuple[str, str]]) -> Block:
    """A menu of at most five, each a label and its value."""
    return {"type": "overflow", "action_id": action_id, "options": [option(*one) for one in options]}


def option(text: str, value: str) -> Block:
    """Something to choose; its `value` has at most 150 characters."""
    return {"text": {"type": "plain_text", "text": plain(text, LONGEST_BUTTON), "emoji": False}, "value": value}


def input_block(label: str, block_id: str, element: Block, *, optional: bool = False) -> Block:
    """A question of a modal, whose answer comes under `block_id`."""
    asked = {**element, "action_id": block_id}
    return {
        "type": "input",
        "block_id": block_id,
        "label": _plain_text(label, LONGEST_LABEL),
        "element": asked,
        "optional": optional,
    }


def modal(
    title: str, submit: str | None, close: str, *, callback_id: str, metadata: str, blocks: Sequence[Block]
) -> Block:
    """A modal; `metadata` (at most 3,000 characters) comes back when it is submitted. `submit` None: it cannot be."""
    made: Block = {
        "type": "modal",
        "callback_id": callback_id,
        "private_metadata": metadata,
        "title": _plain_text(title),
        "close": _plain_text(close),
        "blocks": list(blocks),
    }
    return made | ({"submit": _plain_text(submit)} if submit else {})


def _mrkdwn(text: Mrkdwn) -> Block:
    # Not verbatim, Slack would make links of whatever looks like one in a foreign name.
    return {"type": "mrkdwn", "text": text or " ", "verbatim": True}


def _plain_text(text: str, limit: int = 24) -> Block:
    return {"type": "plain_text", "text": plain(text, limit), "emoji": False}
