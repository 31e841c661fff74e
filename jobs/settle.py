"""Settle: the last word on clicks that only probable signs spoke against, so that people's are told of."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog

from storage import Store
from storage.clicks_settled import settle

log = structlog.get_logger()

AT_ONCE: Final = 100


async def settle_doubted_clicks(store: Store, now: Callable[[], datetime]) -> None:
    """All that have waited long enough, a hundred mails a transaction."""
    while (settled := await store.write(settle, now=now(), limit=AT_ONCE)) > 0:
        log.info("doubted clicks settled", mails=settled)
