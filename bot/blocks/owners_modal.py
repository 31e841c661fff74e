"""The modal that says which Slack user a HubSpot owner is, where their addresses differ."""

from collections.abc import Sequence
from typing import Final

from bot.blocks.elements import Block, context, input_block, modal, section
from bot.blocks.reader import Reader
from bot.blocks.text import LONGEST_SECTION, Mrkdwn, bold, fit

OWNER_MATCHED: Final = "owner_matched"
OWNER: Final = "matched_owner"
USER: Final = "matched_user"


def owners_modal(matched: Sequence[tuple[str, str]], reader: Reader, *, metadata: str) -> Block:
    """
    Who is matched by hand already, and who is whom?

    Args:
        matched: names of owners, and their Slack users.
    """
    texts = reader.texts
    searched = {"type": "external_select", "min_query_length": 0}
    lines = [Mrkdwn(f"{bold(name)}: {reader.who(f'slack:{user_id}')}") for name, user_id in matched]
    return modal(
        texts.plain("owners_title"),
        texts.plain("setup_save"),
        texts.plain("cancel"),
        callback_id=OWNER_MATCHED,
        metadata=metadata,
        blocks=[
            *([section([fit(lines, LONGEST_SECTION)])] if lines else []),
            input_block(texts.plain("owners_owner"), OWNER, searched),
            input_block(texts.plain("owners_user"), USER, {"type": "users_select"}, optional=True),
            context([texts("owners_explained")]),
        ],
    )
