"""Measure everything, and write docs/performance.md: `python -m bench`, or `python -m bench --quick`."""

import sys
import tempfile
from pathlib import Path

from bench import clicks, reads, report, syncs
from bench.load import NoLoad

CONNECTIONS = 128


def main() -> None:
    quick = "--quick" in sys.argv
    with tempfile.TemporaryDirectory(prefix="bench") as name:
        folder = Path(name)
        try:
            ratios = clicks.measure(
                folder, rounds=3 if quick else 8, seconds=2 if quick else 4, connections=CONNECTIONS
            )
        except NoLoad as error:
            sys.exit(str(error))
        for one in ratios:
            print(f"{one.name:12} {one.per_second:>9,.0f}/s  {one.of_bare:.2f} of bare  p99 {one.p99_ms:.1f} ms")
        readings = reads.measure(folder, contacts=50_000 if quick else 1_000_000)
        for reading in readings:
            print(f"{reading.name}: {reading.milliseconds:.2f} ms, {reading.ratio:.2f} of its baseline")
        synced = syncs.measure(folder, members=2_000 if quick else 20_000)
        print(f"reconcile: {synced.first_per_second:,.0f} contacts/s, {synced.again_per_second:,.0f} unchanged")
    command = "python -m bench --quick" if quick else "make bench"
    report.write(ratios, readings, synced, connections=CONNECTIONS, command=command)


if __name__ == "__main__":
    main()
