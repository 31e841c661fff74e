"""Reconcile: contacts a second and peak memory, as the command does it, against the sandbox HubSpot over HTTP."""

import asyncio
import json
import os
import re
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from bench.servers import SERVER_CORE, pinned
from sandbox.hubspot import HubSpotSandbox
from sandbox.hubspot.crm import Crm
from sandbox.hubspot.limits import Limits

TOKEN = "pat-bench"
LIST = "Everyone"
FIRST, AGAIN = ("groups", "import", LIST), ("sync",)
# HubSpot's limit in ten seconds for its larger tiers, of which a tenth is left to others; how long it takes to answer.
LIMIT, ALLOWED_A_SECOND, ANSWERS_AFTER = 190, 190 * 0.9 / 10, 0.2


@dataclass(frozen=True, slots=True)
class Pass:
    """
    One pass over a list: `peak_mb` is the memory of the process that made it, HubSpot's data not included.

    `of_allowed`: how long it took, in times of what its requests take at nine tenths of the limit; None: no limit.
    """

    what: str
    members: int
    per_second: float
    requests: int
    peak_mb: float
    of_allowed: float | None = None


def measure(folder: Path, *, members: int) -> list[Pass]:
    """A first pass over a list, and one in which nothing changed."""
    passes = {"first": FIRST, "nothing changed": AGAIN}
    return asyncio.run(_measure(folder, members, passes, Limits.off(), 0.0))


def measure_within_limits(folder: Path, *, members: int) -> list[Pass]:
    """A first pass over a list of a HubSpot that has its limits and takes its time."""
    (one,) = asyncio.run(_measure(folder, members, {"first, with limits": FIRST}, Limits(LIMIT), ANSWERS_AFTER))
    seconds, limited = members / one.per_second, members / 250 + members / 100
    return [replace(one, of_allowed=seconds / (limited / ALLOWED_A_SECOND))]


async def _measure(
    folder: Path, members: int, passes: Mapping[str, tuple[str, ...]], limits: Limits, answers_after: float
) -> list[Pass]:
    crm = Crm()
    chosen = crm.create_list(LIST)
    crm.add_to_list(chosen.id, [_add(crm, number) for number in range(members)])
    async with HubSpotSandbox(crm, token=TOKEN, client_secret="bench", portal_id=1, limits=limits) as hubspot:
        hubspot.faults.slow = answers_after
        environment = {
            "FOOTLIGHT_DATABASE_URL": f"sqlite:///{folder}/sync-{members}-{limits.per_ten_seconds}.db",
            "HUBSPOT_ACCESS_TOKEN": TOKEN,
            "HUBSPOT_BASE_URL": hubspot.base_url,
        }
        return [
            await asyncio.to_thread(_pass, what, members, arguments, environment, folder)
            for what, arguments in passes.items()
        ]


def _pass(what: str, members: int, arguments: tuple[str, ...], environment: dict[str, str], folder: Path) -> Pass:
    command = [*pinned(SERVER_CORE), str(Path(".venv/bin/footlight").absolute()), *arguments, "--json"]
    process = subprocess.Popen(command, env=os.environ | environment, cwd=folder, stdout=subprocess.PIPE, text=True)
    peak_mb = _watch(process)
    told, _ = process.communicate()
    assert process.returncode == 0, told
    (result,) = json.loads(told)
    assert result["failed"] == 0, result
    return Pass(what, members, members / result["seconds"], result["requests"], peak_mb)


def _watch(process: "subprocess.Popen[str]") -> float:
    """
    The most memory that it ever had, in MB, looked up until it ends; 0.0 where there is no /proc.

    What the system tells at the end (ru_maxrss) counts from the fork on, and so would be the bench's own.
    """
    status, peak = Path(f"/proc/{process.pid}/status"), 0.0
    while process.poll() is None:
        with suppress(OSError):
            found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
            peak = float(found.group(1)) / 1024 if found else peak
        time.sleep(0.1)
    return peak


def _add(crm: Crm, number: int) -> int:
    told = {"email": f"p{number}@firma{number % 997}.example", "firstname": "Pat", "lastname": f"Nr {number}"}
    record = crm.create("contacts", told).record
    assert record is not None
    return record.id
