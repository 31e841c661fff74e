"""Charts refused: where Slack cannot fetch a picture it refuses all of the message, which is then sent without it."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import structlog
from slack_sdk.errors import SlackApiError

from bot.blocks.chart_block import without_charts
from bot.blocks.elements import Block
from bot.slack_errors import error_code

log = structlog.get_logger()

Answer = TypeVar("Answer")
REFUSED: Final = ("invalid_blocks", "invalid_arguments")


async def with_charts_if_possible(send: Callable[[list[Block]], Awaitable[Answer]], blocks: list[Block]) -> Answer:
    """
    What `send` answers, which is asked once more without charts where Slack refuses the blocks: it did nothing then.

    Raises:
        SlackApiError
    """
    try:
        return await send(blocks)
    except SlackApiError as error:
        fewer = without_charts(blocks)
        if error_code(error) not in REFUSED or len(fewer) == len(blocks):
            raise
        tell_of_refusal()
        return await send(fewer)


def tell_of_refusal() -> None:
    """In the log: whoever runs Footlight can mend it."""
    log.warning("Slack could not fetch a chart: can the internet reach FOOTLIGHT_PUBLIC_URL by https?")
