"""The question before an opt-out: what it means, and that it cannot be undone."""

from typing import Any, Final

from bot.blocks.elements import modal, section
from bot.blocks.reader import Reader
from bot.blocks.text import LONGEST_ADDRESS, bold

OPT_OUT_CONFIRMED: Final = "opt_out_confirmed"


def opt_out_modal(who: str, reader: Reader, *, metadata: str) -> dict[str, Any]:
    """Submitted, it opts out; closed, nothing happens."""
    texts = reader.texts
    lines = [
        texts("opt_out_ask", who=bold(who, LONGEST_ADDRESS)),
        texts("opt_out_means"),
        texts("opt_out_for_good"),
    ]
    return modal(
        texts.plain("opt_out_title"),
        texts.plain("opt_out_submit"),
        texts.plain("cancel"),
        callback_id=OPT_OUT_CONFIRMED,
        metadata=metadata,
        blocks=[section([line]) for line in lines],
    )
