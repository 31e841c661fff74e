"""Writes what was measured to docs/performance.md, with a picture."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt

from bench.acknowledgements import CLICKS_A_SECOND, Acknowledged, percentiles
from bench.clicks import Ratio
from bench.load import Load
from bench.reads import Reading
from bench.syncs import ANSWERS_AFTER, LIMIT, Pass

DOCS = Path("docs")
RECONCILE = "## Reconcile (SQLite)"


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything that stands on the page; `clicked` is the load beside the acknowledgements, by store."""

    clicks: Sequence[Ratio]
    acknowledged: Sequence[Acknowledged]
    clicked: Mapping[str, Load]
    readings: Sequence[Reading]
    passes: Sequence[Pass]


def write(measured: Measured, *, connections: int, command: str) -> None:
    """Replace the page and its picture."""
    _draw(measured.clicks)
    parts = (
        _head(command),
        _clicks(measured.clicks, connections),
        _acknowledged(measured.acknowledged, measured.clicked),
        _readings(measured.readings),
        _passes(measured.passes),
    )
    (DOCS / "performance.md").write_text("\n".join(parts), encoding="utf-8")


def write_passes(passes: Sequence[Pass]) -> None:
    """Replace the page's last part, and leave the rest as it was measured."""
    page = DOCS / "performance.md"
    before, _, _ = page.read_text(encoding="utf-8").partition(RECONCILE)
    page.write_text(before + _passes(passes), encoding="utf-8")


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
        " 100,000 links of as many mails of a month to 20,000 people, each followed within a day. The goal is 0.5 of"
        " bare.\n\n"
        "| server | clicks a second | of bare (median, range) | p50 ms | p99 ms | errors |\n|---|---|---|---|---|---|\n"
        f"{rows}\n\n![Tracked clicks a second against a bare redirect](performance.png)\n"
    )


def _acknowledged(rows: Sequence[Acknowledged], clicked: Mapping[str, Load]) -> str:
    lines = []
    for row in rows:
        (alone_50, alone_99), (beside_50, beside_99) = percentiles(row.alone), percentiles(row.beside)
        lines.append(
            f"| {row.what} | {row.store} | {alone_50:.1f} | {alone_99:.1f} | {beside_50:.1f} | {beside_99:.1f}"
            f" | {row.errors} |"
        )
    for store, load in clicked.items():
        lines.append(f"| the clicks themselves | {store} | | | {load.p50_ms:.1f} | {load.p99_ms:.1f} | {load.errors} |")
    rate = ", ".join(f"{load.per_second:,.0f} on {store}" for store, load in clicked.items())
    return (
        "## Acknowledgements\n\nUntil HubSpot and Slack are answered, which is when what they sent is on disk: alone,"
        f" and in turn beside about {CLICKS_A_SECOND} clicks a second ({rate}) on the same process.\n\n"
        "| what | store | p50 ms alone | p99 ms alone | p50 ms beside | p99 ms beside | errors |\n"
        "|---|---|---|---|---|---|---|\n" + "\n".join(lines) + "\n"
    )


def _readings(readings: Sequence[Reading]) -> str:
    rows = "\n".join(
        f"| {one.name} | {one.milliseconds:.2f} | {one.against:.2f} | {one.ratio:.2f} |" for one in readings
    )
    return f"## Reading (SQLite)\n\n| what | ms | baseline ms | ratio |\n|---|---|---|---|\n{rows}\n"


def _passes(passes: Sequence[Pass]) -> str:
    rows = "\n".join(
        f"| {one.members:,} | {one.what} | {one.per_second:,.0f} | {one.requests:,} | {one.peak_mb:.0f}"
        f" | {'' if one.of_allowed is None else f'{one.of_allowed:.2f}'} |"
        for one in passes
    )
    return (
        f"{RECONCILE}\n\nThe command's own process, against the sandbox HubSpot over HTTP without its rate limits;"
        f" with limits it allows {LIMIT} requests in ten seconds and answers after {ANSWERS_AFTER:.1f} s. The time"
        " allowed is that of the requests at nine tenths of the limit; peak memory is the process's resident set, some"
        " 140 MB of it the program itself. A million members: `python -m bench syncs 1000000`.\n\n"
        "| members | pass | contacts a second | requests | peak MB | of the time allowed |\n|---|---|---|---|---|---|\n"
        f"{rows}\n"
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
