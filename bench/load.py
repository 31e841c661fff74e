"""Load by wrk, from the second core: requests a second, and how long they took."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.servers import LOAD_CORE, pinned

SCRIPT = """
local paths = {}
for line in io.lines("%(paths)s") do paths[#paths + 1] = line end
local at = 0
request = function()
  at = at + 1
  if at > #paths then at = 1 end
  return wrk.format("GET", paths[at], {["Host"] = "bench.example", ["User-Agent"] = "%(agent)s"})
end
"""
AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
)
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


class NoLoad(Exception):
    """wrk is missing, or could not measure. On Debian or Ubuntu: sudo apt-get install -y wrk"""


@dataclass(frozen=True, slots=True)
class Load:
    """`errors` are answers other than 2xx and 3xx, and sockets that failed."""

    per_second: float
    p50_ms: float
    p99_ms: float
    errors: int


def run(url: str, paths: Path, *, connections: int, seconds: float, per_second: float | None = None) -> Load:
    """
    Follow the paths in the file in turn, as fast as it goes, or at most so many a second.

    Raises:
        NoLoad
    """
    if not shutil.which("wrk"):
        raise NoLoad(NoLoad.__doc__)
    script = paths.with_suffix(".lua")
    script.write_text(SCRIPT % {"paths": paths, "agent": AGENT})
    if per_second:
        with script.open("a") as more:
            more.write(f"delay = function() return {connections / per_second * 1000:.0f} end\n")
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--latency", "-s", str(script), url]
    told = subprocess.run([*pinned(LOAD_CORE), *command], capture_output=True, text=True, check=True).stdout
    return _read(told)


def _read(told: str) -> Load:
    found = re.search(r"Requests/sec:\s+([\d.]+)", told)
    if not found:
        raise NoLoad(told)
    wrong = sum(int(number) for number in re.findall(r"Non-2xx or 3xx responses: (\d+)", told))
    sockets = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", told)
    wrong += sum(map(int, sockets.groups())) if sockets else 0
    return Load(float(found.group(1)), _percentile(told, "50"), _percentile(told, "99"), wrong)


def _percentile(told: str, which: str) -> float:
    found = re.search(rf"^\s+{which}%\s+([\d.]+)(us|ms|s)\s*$", told, re.MULTILINE)
    return float(found.group(1)) * _UNITS[found.group(2)] if found else float("nan")
