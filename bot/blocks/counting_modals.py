"""The modals that choose whose members are counted only in groups, and ask before anything is folded."""

from collections.abc import Sequence
from typing import Any, Final

from bot.blocks.elements import Block, context, input_block, modal, option, section
from bot.blocks.reader import Reader
from bot.blocks.text import LONGEST_SECTION, Mrkdwn, bold, fit, plain
from storage.target_groups import GroupView

COUNTING_CHOSEN: Final = "counting_chosen"
COUNTING_CONFIRMED: Final = "counting_confirmed"
COUNTED_GROUPS: Final = "counted_groups"
MOST_GROUPS: Final = 50
LONGEST_GROUP_NAME: Final = 50


def counting_modal(chosen: Sequence[GroupView], reader: Reader, *, metadata: str) -> dict[str, Any]:
    """Of which target groups are members counted only in groups? Those that are stand there."""
    texts = reader.texts
    placeholder = {"type": "plain_text", "text": texts.plain("counting_search"), "emoji": False}
    element: Block = {"type": "multi_external_select", "min_query_length": 0, "placeholder": placeholder}
    element |= {"max_selected_items": MOST_GROUPS}
    if chosen:
        element["initial_options"] = group_options(chosen[:MOST_GROUPS], reader)
    which = input_block(texts.plain("counting_question"), COUNTED_GROUPS, element, optional=True)
    return modal(
        texts.plain("counting_title"),
        texts.plain("setup_save"),
        texts.plain("cancel"),
        callback_id=COUNTING_CHOSEN,
        metadata=metadata,
        blocks=[section([texts("counting_means")]), which, context([texts("counting_few")])],
    )


def confirm_modal(groups: Sequence[GroupView], reader: Reader, *, metadata: str) -> dict[str, Any]:
    """What of the members of these groups is folded for good?"""
    texts = reader.texts
    named = (Mrkdwn(f"{bold(group.name, LONGEST_GROUP_NAME)} ({group.size:,})") for group in groups)
    asked = texts("counting_ask", names=fit(named, LONGEST_SECTION // 2, ", "))
    return modal(
        texts.plain("counting_title"),
        texts.plain("counting_submit"),
        texts.plain("cancel"),
        callback_id=COUNTING_CONFIRMED,
        metadata=metadata,
        blocks=[section([asked]), section([texts("counting_folds")]), section([texts("opt_out_for_good")])],
    )


def group_options(groups: Sequence[GroupView], reader: Reader) -> list[Block]:
    """Target groups to choose from, with their sizes."""
    return [option(_label(group, reader), str(group.id)) for group in groups]


def _label(group: GroupView, reader: Reader) -> str:
    name = plain(group.name, LONGEST_GROUP_NAME) or f"#{group.id}"
    return f"{name} ({reader.texts.count('companies' if group.holds_companies else 'contacts', group.size)})"
