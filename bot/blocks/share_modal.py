"""*Share to channel*: the question to which, and the card as it stands there, for many readers."""

from typing import Any, Final

from bot.blocks.elements import OPEN_IN_HUBSPOT, Block, Message, context, input_block, modal
from bot.blocks.reader import Reader
from bot.blocks.text import Mrkdwn

CARD_SHARED: Final = "card_shared"
CHANNEL: Final = "channel"


def share_modal(reader: Reader, *, metadata: str) -> dict[str, Any]:
    """To which channel? Slack offers those that its reader sees, and none that another organisation shares."""
    texts = reader.texts
    element = {
        "type": "conversations_select",
        "default_to_current_conversation": True,
        "filter": {
            "include": ["public", "private"],
            "exclude_external_shared_channels": True,
            "exclude_bot_users": True,
        },
    }
    asked = input_block(texts.plain("share_question"), CHANNEL, element)
    return modal(
        texts.plain("share_title"),
        texts.plain("share_submit"),
        texts.plain("cancel"),
        callback_id=CARD_SHARED,
        metadata=metadata,
        blocks=[asked, context([texts("share_means")])],
    )


def shared_card(card: Message, by: Mrkdwn, reader: Reader) -> Message:
    """A card without the buttons that act, and who shared it."""
    told = reader.texts("shared_by", who=by)
    return Message(f"{told}: {card.text}", [*for_many(card), context([told])])


def for_many(card: Message) -> list[Block]:
    """A card's blocks without what only its reader may press."""
    return list(filter(None, map(_without_buttons, card.blocks)))


def _without_buttons(block: Block) -> Block | None:
    if block["type"] != "actions":
        return block
    links = [one for one in block["elements"] if (one.get("text") or {}).get("text") == OPEN_IN_HUBSPOT]
    return {**block, "elements": links} if links else None
