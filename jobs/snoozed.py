"""Leads whose snooze is over come back, a hundred a transaction."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from storage import Store, lead_moves

AT_A_TIME: Final = 100


async def wake_leads(store: Store, now: Callable[[], datetime]) -> int:
    """Bring back the leads that are due; how many."""
    woken = 0
    while some := await store.write(lead_moves.wake, AT_A_TIME, now=now()):
        woken += some
    return woken
