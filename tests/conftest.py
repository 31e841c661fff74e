"""What every room's tests share: both databases, the store, time, and a browser."""

import gc
import itertools
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import sync_playwright

from storage import Store, open_store
from storage.migrate import upgrade
from tests.database_pool import TEMPLATE, DatabasePool
from tests.postgres import Cluster, running_cluster

settings.register_profile("quick", derandomize=True, max_examples=25, deadline=None)
settings.register_profile(
    "soak", max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

DATABASES = ("sqlite", "postgresql")
_numbers = itertools.count()


def pytest_collection_finish() -> None:
    """What was collected stays to the end: to look through it for garbage again and again takes a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """A PostgreSQL server of this test process's own."""
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def database_pool(postgresql: Cluster) -> DatabasePool:
    """Databases of that server at the newest revision."""
    postgresql.run(f"CREATE DATABASE {TEMPLATE}")
    upgrade(postgresql.url(TEMPLATE))
    return DatabasePool(postgresql)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database at the newest revision, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "footlight.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=DATABASES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables, on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/footlight.db"
    else:
        cluster, name = request.getfixturevalue("postgresql"), f"empty{next(_numbers)}"
        cluster.run(f"CREATE DATABASE {name} STRATEGY FILE_COPY")
        yield cluster.url(name)
        cluster.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database at the newest revision, on each kind."""
    with migrated_database(request, tmp_path) as url:
        yield url


@contextmanager
def migrated_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """One of the kind that is the fixture's parameter, for the block."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "footlight.db")
        yield f"sqlite:///{tmp_path}/footlight.db"
    else:
        with request.getfixturevalue("database_pool").lent() as url:
            yield url


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """A store on each kind of database."""
    store = open_store(database_url)
    yield store
    await store.close()


@pytest.fixture
def now() -> datetime:
    """A moment to hand in."""
    return datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """A real browser; a test that finds none is skipped, and says so."""
    for name in (os.environ.get("FOOTLIGHT_CHROMIUM"), "chromium", "google-chrome", "chromium-browser"):
        if name and (found := shutil.which(name)):
            return found
    with sync_playwright() as playwright:
        downloaded = playwright.chromium.executable_path
    if not Path(downloaded).exists():
        pytest.skip("no browser: install chromium, or set FOOTLIGHT_CHROMIUM to one")
    return downloaded
