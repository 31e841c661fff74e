"""The modals of a lead: to whom it is handed, until when it is snoozed, why it was dismissed."""

from datetime import date
from typing import Any, Final

from bot.blocks.elements import Block, input_block, modal
from bot.blocks.reader import Reader

LEAD_HANDED_OVER: Final = "lead_handed_over"
LEAD_SNOOZED: Final = "lead_snoozed"
REASON_GIVEN: Final = "reason_given"
# The one question of each modal.
ANSWER: Final = "answer"


def hand_over_modal(reader: Reader, *, metadata: str) -> dict[str, Any]:
    """To whom?"""
    words = ("hand_over_title", "hand_over_question", "hand_over_submit")
    return _modal(words, LEAD_HANDED_OVER, {"type": "users_select"}, reader, metadata)


def snooze_modal(reader: Reader, *, until: date, metadata: str) -> dict[str, Any]:
    """Until which day? Submitted as it opens: `until`."""
    words = ("snooze_title", "snooze_question", "snooze_submit")
    return _modal(words, LEAD_SNOOZED, {"type": "datepicker", "initial_date": until.isoformat()}, reader, metadata)


def reason_modal(reader: Reader, *, longest: int, metadata: str) -> dict[str, Any]:
    """Why? It may be left empty."""
    element = {"type": "plain_text_input", "max_length": longest}
    words = ("reason_title", "reason_question", "reason_submit")
    return _modal(words, REASON_GIVEN, element, reader, metadata, optional=True)


def _modal(
    words: tuple[str, str, str],
    callback_id: str,
    element: Block,
    reader: Reader,
    metadata: str,
    *,
    optional: bool = False,
) -> dict[str, Any]:
    title, question, submit = map(reader.texts.plain, words)
    asked = input_block(question, ANSWER, element, optional=optional)
    return modal(
        title,
        submit,
        reader.texts.plain("cancel"),
        callback_id=callback_id,
        metadata=metadata,
        blocks=[asked],
    )
