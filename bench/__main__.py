"""
Measure, and write docs/performance.md: all with `python -m bench` or `python -m bench --quick`.

`python -m bench syncs MEMBERS...` measures reconcile alone and replaces its table.
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench import acknowledgements, clicks, reads, report, syncs
from bench.load import NoLoad

CONNECTIONS = 128


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench") as name:
        if sys.argv[1:2] == ["syncs"]:
            report.write_passes(reconciled(Path(name), [int(each) for each in sys.argv[2:]]))
            tell("the table of reconcile in docs/performance.md is written")
        else:
            measure_all(Path(name))


def measure_all(folder: Path) -> None:
    quick = "--quick" in sys.argv
    tell(f"this takes about {4 if quick else 17} minutes")
    try:
        measured = measure(folder, quick=quick)
    except NoLoad as error:
        sys.exit(str(error))
    command = "python -m bench --quick" if quick else "make bench"
    report.write(measured, connections=CONNECTIONS, command=command)
    tell("docs/performance.md is written")


def measure(folder: Path, *, quick: bool) -> report.Measured:
    """Everything in turn, telling what comes and what came."""
    tell("tracked clicks, in turn on a bare server, SQLite and PostgreSQL ...")
    ratios = clicks.measure(folder, rounds=3 if quick else 8, seconds=2 if quick else 4, connections=CONNECTIONS)
    for one in ratios:
        tell(f"{one.name:12} {one.per_second:>9,.0f}/s  {one.of_bare:.2f} of bare  p99 {one.p99_ms:.1f} ms")
    tell("acknowledgements, alone and beside clicks ...")
    acknowledged, clicked = acknowledgements.measure(folder, rounds=2 if quick else 8)
    for row in acknowledged:
        (_, alone), (_, beside) = acknowledgements.percentiles(row.alone), acknowledgements.percentiles(row.beside)
        tell(f"{row.what}, {row.store}: p99 {alone:.1f} ms alone, {beside:.1f} ms beside clicks")
    contacts = 50_000 if quick else 1_000_000
    tell(f"reading, among {contacts:,} contacts ...")
    readings = reads.measure(folder, contacts=contacts)
    for reading in readings:
        tell(f"{reading.name}: {reading.milliseconds:.2f} ms, {reading.ratio:.2f} of its baseline")
    passes = reconciled(folder, (2_000, 10_000) if quick else (20_000, 100_000))
    return report.Measured(ratios, acknowledged, clicked, readings, passes)


def reconciled(folder: Path, members: Sequence[int]) -> list[syncs.Pass]:
    """Passes over lists of so many members, and over one within HubSpot's limits."""
    passes = []
    for number in members:
        tell(f"reconcile of {number:,} contacts ...")
        passes += syncs.measure(folder, members=number)
    tell("reconcile within HubSpot's limits ...")
    passes += syncs.measure_within_limits(folder, members=min(max(members), 100_000))
    for one in passes:
        tell(f"{one.members:,} {one.what}: {one.per_second:,.0f} contacts/s, {one.peak_mb:.0f} MB")
    return passes


def tell(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


if __name__ == "__main__":
    main()
