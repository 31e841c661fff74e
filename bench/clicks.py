"""Tracked clicks a second, durable and counted, against a bare aiohttp redirect: paired rounds, interleaved."""

import random
import statistics
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.load import Load, run
from bench.servers import bare, server
from decisions.sealing import Keys
from footlight.opening import open_all
from footlight.settings import Settings
from storage.campaign_changes import NewCampaign, create_campaign
from tests.postgres import running_cluster
from webhooks.tokens import Opened, new_mail_id, seal

SECRET_KEY = "bench" * 8
MAILS, PEOPLE, DAYS = 100_000, 20_000, 30
WARM_UP_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Ratio:
    """What one kind of store reached, as the median of its rounds over the bare server's in the same round."""

    name: str
    per_second: float
    of_bare: float
    lowest: float
    highest: float
    p50_ms: float
    p99_ms: float
    errors: int


def measure(folder: Path, *, rounds: int, seconds: float, connections: int) -> list[Ratio]:
    """Bare, SQLite and PostgreSQL in turn, `rounds` times."""
    with ExitStack() as stack:
        servers = {"bare": (stack.enter_context(bare(folder)), folder / "bare.paths")}
        (folder / "bare.paths").write_text("\n".join(f"/c/token{number}" for number in range(1_000)))
        for name, url in (("SQLite", f"sqlite:///{folder}/bench.db"), ("PostgreSQL", None)):
            servers[name] = stack.enter_context(_footlight(folder, name, url))
        for base, paths in servers.values():
            run(base, paths, connections=connections, seconds=WARM_UP_SECONDS)
        loads: dict[str, list[Load]] = {name: [] for name in servers}
        for _ in range(rounds):
            for name, (base, paths) in servers.items():
                loads[name].append(run(base, paths, connections=connections, seconds=seconds))
    return [_ratio(name, loads[name], loads["bare"]) for name in servers]


@contextmanager
def _footlight(folder: Path, name: str, url: str | None) -> Iterator[tuple[str, Path]]:
    with ExitStack() as stack:
        if url is None:
            cluster = stack.enter_context(running_cluster(durable=True))
            cluster.run("CREATE DATABASE bench")
            url = cluster.url("bench")
        settings = Settings.model_validate({"footlight_database_url": url, "footlight_secret_key": SECRET_KEY})
        _prepare(settings)
        environment = {"FOOTLIGHT_DATABASE_URL": url, "FOOTLIGHT_SECRET_KEY": SECRET_KEY}
        command = [str(Path(".venv/bin/footlight").absolute()), "web"]
        base = stack.enter_context(server(command, environment, "/healthz", folder))
        paths = folder / f"{name}.paths"
        paths.write_text("\n".join(_followed_within_a_day(list(_paths()))))
        yield base, paths


def _prepare(settings: Settings) -> None:
    from storage.migrate import upgrade

    upgrade(settings.footlight_database_url)
    opened = open_all(settings)
    new = NewCampaign(
        name="Bench", target_url="https://target.example/", image_url="https://target.example/b.png", is_default=True
    )
    opened.store.write_now(create_campaign, new, now=datetime.now(UTC))
    opened.store.close_now()


def _paths() -> Iterator[str]:
    """100,000 links, a mail each, of 20,000 people, in the order of sending; none of them is a contact."""
    keys, began = Keys.parse(SECRET_KEY), datetime.now(UTC) - timedelta(days=DAYS)
    for mail in range(MAILS):
        person, sent_at = mail % PEOPLE, began + timedelta(days=DAYS) * (mail / MAILS)
        recipient = f"p{person}@firma{person % 60}.example"
        content = Opened(new_mail_id(sent_at), "anna@ours.example", recipient, None, "https://target.example/")
        yield f"/c/{seal(keys, content)}"


def _followed_within_a_day(links: list[str]) -> list[str]:
    """In the order in which people follow them, each within a day of the mail."""
    a_day, luck = MAILS / DAYS, random.Random(1)
    due = sorted((sent + luck.random() * a_day, link) for sent, link in enumerate(links))
    return [link for _, link in due]


def _ratio(name: str, loads: list[Load], against: list[Load]) -> Ratio:
    ratios = [one.per_second / bare_.per_second for one, bare_ in zip(loads, against, strict=True)]
    return Ratio(
        name,
        statistics.median(one.per_second for one in loads),
        statistics.median(ratios),
        min(ratios),
        max(ratios),
        statistics.median(one.p50_ms for one in loads),
        statistics.median(one.p99_ms for one in loads),
        sum(one.errors for one in loads),
    )
