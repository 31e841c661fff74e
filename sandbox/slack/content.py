"""What a message may hold: text, blocks, attachments and metadata, as strictly as Slack takes them."""

import re
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sandbox.slack.block_kit import ALL_TEXT, Fault, elements_of, message_faults, text_length
from sandbox.slack.call import Call, Json, SlackError
from sandbox.slack.workspace import Workspace

LONGEST_TEXT, LONGEST_POST = 4_000, 40_000
LONGEST_MARKDOWN = 12_000
MOST_ATTACHMENTS = 100
LARGEST_METADATA = 8_000
"""Characters of JSON; Slack publishes no figure."""
_EVENT_TYPE = re.compile(r"[A-Za-z0-9_-]{1,255}")
_FILE_ID = re.compile(r"\bF[A-Z0-9]{8,}\b")
_PICTURE = re.compile(r"\.(png|jpe?g|gif)$", re.IGNORECASE)


@dataclass
class Content:
    """Checked. None: the argument was not given."""

    text: str | None
    blocks: list[Json] | None
    attachments: list[Json] | None
    metadata: Json | None
    clears_metadata: bool = False
    warnings: list[str] = field(default_factory=list)


def content_of(call: Call) -> Content:
    """
    What `chat.*` was asked to show.

    Raises:
        SlackError: also when there is nothing to show.
    """
    text = _text(call)
    blocks, attachments = _list(call, "blocks"), _list(call, "attachments")
    if not text and not blocks and not attachments:
        raise SlackError("no_text")
    if len(attachments or []) > MOST_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    for shown in (blocks, *(one.get("blocks") for one in attachments or [] if isinstance(one, dict))):
        check_blocks(call.workspace, shown or [])
    metadata, warnings = _metadata(call)
    clears = call.has("metadata") and metadata is None and not warnings
    return Content(text, settled(blocks), attachments, metadata, clears, warnings)


def check_blocks(workspace: Workspace, blocks: Any) -> None:
    """Raises: SlackError."""
    faults = message_faults(blocks)
    if not faults:
        faults = picture_faults(workspace, blocks)
    if faults:
        raise SlackError("invalid_blocks", faults=faults)
    if text_length(blocks) > ALL_TEXT:
        raise SlackError("msg_blocks_too_long")


def picture_faults(workspace: Workspace, blocks: list[Json]) -> list[Fault]:
    """Files that blocks show must be pictures, completed, and processed by now; others' pictures can be fetched."""
    found = []
    for place, block in enumerate(blocks):
        for picture in (block, *elements_of([block])):
            told, url = picture.get("slack_file"), picture.get("image_url")
            if told is not None and not _is_ready(workspace, told):
                found.append(Fault("invalid_file", "invalid slack file", f"/blocks/{place}/slack_file"))
            if url and workspace.cannot_fetch is not None and url.startswith(workspace.cannot_fetch):
                found.append(Fault("invalid_blocks", "downloading image failed", f"/blocks/{place}/image_url"))
    return found


def _is_ready(workspace: Workspace, told: Json) -> bool:
    named = _FILE_ID.search(told.get("id") or told["url"])
    file = workspace.files.get(named[0]) if named else None
    return file is not None and file.ready_at <= workspace.now() and bool(_PICTURE.search(file.name))


def settled(blocks: list[Json] | None) -> list[Json] | None:
    """Blocks as Slack keeps them: with the ids that it adds where there are none."""
    if blocks is None:
        return None
    kept = deepcopy(blocks)
    given = {block.get("block_id") for block in kept}
    names = (name for number in count(1) if (name := f"b{number}") not in given)
    for block in kept:
        block["block_id"] = block.get("block_id") or next(names)
        for place, element in enumerate(elements_of([block])):
            if element.get("type") not in (None, "image", "plain_text", "mrkdwn") and "rich_text" not in block["type"]:
                element.setdefault("action_id", f"a{place}")
    return kept


def _text(call: Call) -> str | None:
    if not call.has("markdown_text"):
        return call.text("text") if call.has("text") else None
    if call.has("text") or call.has("blocks"):
        raise SlackError("markdown_text_conflict")
    if len(markdown := call.text("markdown_text")) > LONGEST_MARKDOWN:
        raise SlackError("msg_too_long")
    return markdown


def _list(call: Call, name: str) -> list[Json] | None:
    try:
        value = call.json(name)
    except SlackError:
        raise SlackError(f"invalid_{name}_format" if name == "blocks" else f"invalid_{name}") from None
    if value is not None and not isinstance(value, list):
        raise SlackError(f"invalid_{name}_format" if name == "blocks" else f"invalid_{name}")
    return value


def _metadata(call: Call) -> tuple[Json | None, list[str]]:
    try:
        metadata = call.json("metadata")
    except SlackError:
        raise SlackError("invalid_metadata_format") from None
    if not metadata:
        return None, []
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_format")
    if len(str(metadata)) > LARGEST_METADATA:
        raise SlackError("metadata_too_large")
    payload = metadata["event_payload"].values()
    if not _EVENT_TYPE.fullmatch(str(metadata.get("event_type", ""))) or not all(map(_is_simple, payload)):
        # Ill-formed metadata is no error: the message goes out without it.
        return None, ["invalid_metadata_schema"]
    return metadata, []


def _is_simple(value: Any) -> bool:
    """Strings, numbers, booleans, objects and arrays of objects."""
    if isinstance(value, list):
        return all(isinstance(one, dict) for one in value)
    return isinstance(value, str | int | float | bool | dict)
