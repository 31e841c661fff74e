"""Opting out by address or domain: the offer, and the two questions before it is done."""

from typing import Any, Final

from bot.blocks.elements import Message, actions, button, input_block, modal, section
from bot.blocks.reader import Reader
from bot.blocks.text import bold

OPT_OUT_ANYONE: Final = "opt_out_anyone"
ANYONE_NAMED: Final = "anyone_named"
DOMAIN_CONFIRMED: Final = "domain_opt_out_confirmed"
ANYONE: Final = "anyone"


def opt_out_offer(reader: Reader) -> Message:
    """What `/footlight optout` offers."""
    texts = reader.texts
    told = texts("anyone_offer")
    return Message(told, [section([told]), *actions([button(texts.plain("anyone_button"), OPT_OUT_ANYONE)])])


def ask_whom(reader: Reader, *, metadata: str) -> dict[str, Any]:
    """Which address, or which domain?"""
    texts = reader.texts
    element = {"type": "plain_text_input", "max_length": 320}
    return _question(
        reader,
        ANYONE_NAMED,
        metadata,
        [input_block(texts.plain("anyone_question"), ANYONE, element), section([texts("opt_out_means")])],
    )


def ask_domain(domain: str, known: int, reader: Reader, *, metadata: str) -> dict[str, Any]:
    """Everyone at this domain, so many of whom are known?"""
    texts = reader.texts
    asked = texts("opt_outs_domain", domain=bold(domain), n=known)
    return _question(reader, DOMAIN_CONFIRMED, metadata, [section([asked]), section([texts("opt_out_means")])])


def _question(reader: Reader, callback_id: str, metadata: str, blocks: list[dict[str, Any]]) -> dict[str, Any]:
    texts = reader.texts
    return modal(
        texts.plain("opt_out_title"),
        texts.plain("opt_out_submit"),
        texts.plain("cancel"),
        callback_id=callback_id,
        metadata=metadata,
        blocks=[*blocks, section([texts("opt_out_for_good")])],
    )
