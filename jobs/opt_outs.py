"""Opt-outs that came from HubSpot, a file or for a domain: decided on, and carried out some at a time."""

from collections.abc import Callable
from datetime import datetime

from storage import Store, opt_outs_waiting
from storage.opt_outs import Hasher


async def carry_out_opt_outs(store: Store, hasher: Hasher, now: Callable[[], datetime]) -> None:
    """The job."""
    await store.write(opt_outs_waiting.settle, now=now())
    while await store.write(opt_outs_waiting.carry_out, hasher=hasher, now=now()):
        pass
