"""Measure everything, and write docs/performance.md: `python -m bench`, or `python -m bench --quick`."""

import sys
import tempfile
import time
from pathlib import Path

from bench import acknowledgements, clicks, reads, report, syncs
from bench.load import NoLoad

CONNECTIONS = 128


def main() -> None:
    quick = "--quick" in sys.argv
    tell(f"this takes about {4 if quick else 15} minutes")
    with tempfile.TemporaryDirectory(prefix="bench") as name:
        folder = Path(name)
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
    passes = []
    for members in (2_000, 10_000) if quick else (20_000, 100_000):
        tell(f"reconcile of {members:,} contacts ...")
        passes += syncs.measure(folder, members=members)
        for one_pass in passes[-2:]:
            tell(f"{one_pass.what}: {one_pass.per_second:,.0f} contacts/s, {one_pass.peak_mb:.0f} MB")
    return report.Measured(ratios, acknowledged, clicked, readings, passes)


def tell(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


if __name__ == "__main__":
    main()
