"""Channels that could not be reached are tried again: what they are owed goes out, or they are paused anew."""

from collections.abc import Callable
from datetime import datetime

from storage import Store, subscriptions


async def try_paused_channels(store: Store, now: Callable[[], datetime]) -> int:
    """The job; how many subscriptions are tried."""
    return await store.write(subscriptions.try_again, now=now())
