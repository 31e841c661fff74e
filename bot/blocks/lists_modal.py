"""The modal that makes target groups of HubSpot lists, found by a part of their names."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from bot.blocks.elements import Block, context, input_block, modal, option, section
from bot.blocks.reader import Reader
from bot.blocks.text import LONGEST_SECTION, Mrkdwn, escape, fit, plain
from storage.list_catalogue import ListedList

LISTS_CHOSEN: Final = "lists_chosen"
LISTS: Final = "hubspot_lists"
MOST_AT_ONCE: Final = 20
LONGEST_LIST_NAME: Final = 50


def lists_modal(groups: Sequence[str], asked_at: datetime | None, reader: Reader, *, metadata: str) -> dict[str, Any]:
    """
    Which lists are imported already, and which else?

    Args:
        groups: the target groups that mirror lists.
        asked_at: when HubSpot told its lists last; None: never, so none can be found.
    """
    texts = reader.texts
    told = [texts("lists_none")] if not groups else [texts("lists_are", names=_names(groups))]
    placeholder = {"type": "plain_text", "text": texts.plain("channel_search"), "emoji": False}
    searched = {"min_query_length": 0, "placeholder": placeholder, "max_selected_items": MOST_AT_ONCE}
    which = input_block(texts.plain("lists_question"), LISTS, {"type": "multi_external_select", **searched})
    as_of = texts("lists_as_of", when=reader.when(asked_at)) if asked_at else texts("lists_never")
    return modal(
        texts.plain("lists_title"),
        texts.plain("lists_submit"),
        texts.plain("cancel"),
        callback_id=LISTS_CHOSEN,
        metadata=metadata,
        blocks=[section(told), which, context([as_of])],
    )


def list_suggestions(found: Sequence[ListedList], reader: Reader) -> list[Block]:
    """Lists with their sizes."""
    return [option(_label(one, reader), one.list_id) for one in found]


def _label(one: ListedList, reader: Reader) -> str:
    name = plain(one.name, LONGEST_LIST_NAME) or f"#{one.list_id}"
    if one.size is None:
        return name
    key = "companies" if one.holds_companies else "contacts"
    return f"{name} ({reader.texts.count(key, one.size)})"


def _names(groups: Sequence[str]) -> Mrkdwn:
    return fit((escape(name) for name in groups), LONGEST_SECTION // 2, ", ")
