"""What the tests of the composition root share: no settings or an installation's, and logs that are undone again."""

import logging
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog

from decisions.sealing import Keys
from footlight.settings import TABLE
from sandbox.hubspot import Crm, HubSpotSandbox
from storage import open_store
from storage.campaigns import CampaignsInForce
from storage.fetch_arrived import Fetched, Tracker
from storage.opt_outs import load_hasher
from storage.tracking import EventKind
from tests.conftest import DATABASES, migrated_database
from tests.footlight.commands import KEY
from tests.jobs.portal import TOKEN, a_crm, a_hubspot
from tests.webhooks.conftest import BROWSER

on_both = pytest.mark.parametrize("database_url", DATABASES, indirect=True)


@pytest.fixture(params=["sqlite"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """One kind, but for tests that are `on_both`: the store's own tests hold its queries on each."""
    with migrated_database(request, tmp_path) as url:
        yield url


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No setting of the machine that runs the tests, in a folder of one's own."""
    for name, _ in TABLE:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def logs_undone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever sets up logging in a test is undone at its end; no logger remembers it."""
    configure = structlog.configure
    monkeypatch.setattr(structlog, "configure", lambda **what: configure(**what | {"cache_logger_on_first_use": False}))
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    root, before, level = logging.getLogger(), logging.getLogger().handlers[:], logging.getLogger().level
    yield
    logging.captureWarnings(False)
    for handler in set(root.handlers) - set(before):
        handler.close()
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def crm() -> Crm:
    return a_crm()


@pytest.fixture
async def hubspot(crm: Crm) -> AsyncIterator[HubSpotSandbox]:
    async with a_hubspot(crm) as running:
        yield running


@pytest.fixture
def installed(
    alone: Path, database_url: str, hubspot: HubSpotSandbox, monkeypatch: pytest.MonkeyPatch, logs_undone: None
) -> Path:
    """Settings for a database and a HubSpot."""
    monkeypatch.setenv("FOOTLIGHT_DATABASE_URL", database_url)
    monkeypatch.setenv("FOOTLIGHT_SECRET_KEY", KEY)
    monkeypatch.setenv("HUBSPOT_ACCESS_TOKEN", TOKEN)
    monkeypatch.setenv("HUBSPOT_BASE_URL", hubspot.base_url)
    return alone


@pytest.fixture
def click(database_url: str) -> Callable[..., None]:
    """Somebody sees and clicks their banner."""

    def fetch(recipient: str) -> None:
        store = open_store(database_url)
        tracker = Tracker(CampaignsInForce(), store.write_now(load_hasher, Keys.parse(KEY)))
        for kind, seconds_ago in ((EventKind.VIEW, 30), (EventKind.CLICK, 0)):
            at = datetime.now(UTC) - timedelta(seconds=seconds_ago)
            fetched = Fetched(kind, at, "mail-of-anna", "anna@ours.example", recipient, user_agent=BROWSER)
            store.write_now(tracker.keep, [fetched])
        store.close_now()

    return fetch
