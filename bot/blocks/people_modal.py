"""The modal that chooses who else may decide."""

from collections.abc import Sequence
from typing import Any, Final

from bot.blocks.elements import input_block, modal
from bot.blocks.reader import Reader

PEOPLE_CHOSEN: Final = "people_chosen"
PEOPLE: Final = "people"
MOST_PEOPLE: Final = 100


def people_modal(chosen: Sequence[str], reader: Reader, *, metadata: str) -> dict[str, Any]:
    """Those on the list are chosen already; none may be left."""
    texts = reader.texts
    initial = {"initial_users": list(chosen[:MOST_PEOPLE])} if chosen else {}
    element = {"type": "multi_users_select", "max_selected_items": MOST_PEOPLE, **initial}
    asked = input_block(texts.plain("people_question"), PEOPLE, element, optional=True)
    hint = {"type": "plain_text", "text": texts.plain("people_hint"), "emoji": False}
    return modal(
        texts.plain("people_title"),
        texts.plain("setup_save"),
        texts.plain("cancel"),
        callback_id=PEOPLE_CHOSEN,
        metadata=metadata,
        blocks=[asked | {"hint": hint}],
    )
