"""Reconcile: contacts a second and peak memory, against the sandbox HubSpot over HTTP."""

import asyncio
import resource
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from footlight.hubspot import hubspot_context
from footlight.opening import open_all
from footlight.settings import Settings
from jobs.hubspot.lists import find_list
from jobs.reconcile import sync_groups
from sandbox.hubspot import HubSpotSandbox
from sandbox.hubspot.crm import Crm
from sandbox.hubspot.limits import Limits
from storage import target_groups

TOKEN = "pat-bench"


@dataclass(frozen=True, slots=True)
class Synced:
    """`peak_mb` is this process's, the sandbox and its data included."""

    members: int
    first_per_second: float
    again_per_second: float
    peak_mb: float


def measure(folder: Path, *, members: int) -> Synced:
    """A first pass over a list, and one in which nothing changed."""
    return asyncio.run(_measure(folder, members))


async def _measure(folder: Path, members: int) -> Synced:
    crm = Crm()
    chosen = crm.create_list("Everyone")
    ids = [_add(crm, number) for number in range(members)]
    crm.add_to_list(chosen.id, ids)
    async with HubSpotSandbox(crm, token=TOKEN, client_secret="bench", portal_id=1, limits=Limits.off()) as hubspot:
        settings = Settings.model_validate(
            {
                "footlight_database_url": f"sqlite:///{folder}/sync.db",
                "hubspot_access_token": TOKEN,
                "hubspot_base_url": hubspot.base_url,
            }
        )
        opened = open_all(settings)
        context = hubspot_context(settings, opened)
        found = await context.ask(lambda: find_list(context.hubspot, "Everyone", now=datetime.now(UTC)))
        assert found is not None
        await opened.store.write(target_groups.import_list, found, now=datetime.now(UTC))
        first, again = [await _timed(context) for _ in range(2)]
        await opened.store.close()
    unit = 1024 if sys.platform == "linux" else 1024 * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return Synced(members, members / first, members / again, peak)


async def _timed(context: object) -> float:
    begun = time.perf_counter()
    (result,) = await sync_groups(context)  # type: ignore[arg-type]
    assert result.trouble is None, result.trouble
    return time.perf_counter() - begun


def _add(crm: Crm, number: int) -> int:
    told = {"email": f"p{number}@firma{number % 997}.example", "firstname": "Pat", "lastname": f"Nr {number}"}
    record = crm.create("contacts", told).record
    assert record is not None
    return record.id
