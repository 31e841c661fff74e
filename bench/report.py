"""Writes what was measured to docs/performance.md, with a picture."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt

from bench.clicks import Ratio
from bench.reads import Reading
from bench.syncs import Synced

DOCS = Path("docs")


def write(
    clicks: Sequence[Ratio], readings: Sequence[Reading], synced: Synced, *, connections: int, command: str
) -> None:
    """Replace the page and its picture."""
    _draw(clicks)
    parts = (_head(command), _clicks(clicks, connections), _readings(readings), _synced(synced))
    (DOCS / "performance.md").write_text("\n".join(parts), encoding="utf-8")


def _head(command: str) -> str:
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"
    return (
        f"# Performance\n\nMeasured by `{command}` on {datetime.now(UTC):%d %B %Y} ({machine}). Trust the ratios: each"
        " was taken against its baseline in the same run, in turn. The server had one core, the load another.\n"
    )


def _clicks(clicks: Sequence[Ratio], connections: int) -> str:
    rows = "\n".join(
        f"| {one.name} | {one.per_second:,.0f} | {one.of_bare:.2f} ({one.lowest:.2f}–{one.highest:.2f})"
        f" | {one.p50_ms:.1f} | {one.p99_ms:.1f} | {one.errors} |"
        for one in clicks
    )
    return (
        "## Tracked clicks\n\nA bare aiohttp redirect (uvloop, a router, nothing else) against Footlight with"
        " everything on: token opened, recipient and opt-outs looked up, verdict made, click and counters on disk"
        f" (`synchronous=FULL`, `fsync` on) before the answer. {connections} connections;"
        " 100,000 links of as many mails to 20,000 people, in turn.\n\n"
        "| server | clicks a second | of bare (median, range) | p50 ms | p99 ms | errors |\n|---|---|---|---|---|---|\n"
        f"{rows}\n\n![Tracked clicks a second against a bare redirect](performance.png)\n"
    )


def _readings(readings: Sequence[Reading]) -> str:
    rows = "\n".join(
        f"| {one.name} | {one.milliseconds:.2f} | {one.against:.2f} | {one.ratio:.2f} |" for one in readings
    )
    return f"## Reading (SQLite)\n\n| what | ms | baseline ms | ratio |\n|---|---|---|---|\n{rows}\n"


def _synced(synced: Synced) -> str:
    return (
        f"## Reconcile (SQLite)\n\nA list of {synced.members:,} contacts, read over HTTP from the sandbox HubSpot"
        " without its rate limits (which allow at most 1,900 contacts a second):"
        f" first pass {synced.first_per_second:,.0f} contacts a second, a pass without changes"
        f" {synced.again_per_second:,.0f}; peak memory {synced.peak_mb:.0f} MB, the sandbox's data included.\n"
    )


def _draw(clicks: Sequence[Ratio]) -> None:
    figure, axes = plt.subplots(figsize=(7, 2.6), layout="constrained")
    names = [one.name for one in clicks][::-1]
    bars = axes.barh(names, [one.per_second for one in clicks][::-1], color=["#b4530a", "#b4530a", "#9a9a9a"])
    axes.bar_label(
        bars, labels=[f"{one.per_second:,.0f}/s, {one.of_bare:.2f} of bare" for one in clicks][::-1], padding=4
    )
    axes.set_xlim(right=max(one.per_second for one in clicks) * 1.35)
    axes.set_title("Clicks a second, durable and counted, one core", loc="left", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(DOCS / "performance.png", dpi=130)
