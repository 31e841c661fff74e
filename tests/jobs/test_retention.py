"""What is old is thinned out, after as many months as the settings say."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from jobs.retention import months_before
from jobs.schedule import Means, jobs
from storage import Session, Store
from tests.storage.clicking import click
from tests.webhooks.conftest import BROWSER


@pytest.mark.parametrize(
    ("moment", "months", "expected"),
    [
        ("2026-11-25T09:30", 24, "2024-11-25T09:30"),
        ("2026-11-25T09:30", 11, "2025-12-25T09:30"),
        ("2026-03-31T00:00", 1, "2026-02-28T00:00"),
        ("2024-03-31T00:00", 1, "2024-02-29T00:00"),
        ("2026-01-01T00:00", 1, "2025-12-01T00:00"),
        ("2026-01-01T00:00", 1_000_000, "0001-01-01T00:00"),
    ],
)
def test_months_before(moment: str, months: int, expected: str) -> None:
    """Months are counted by the calendar."""
    assert months_before(_utc(moment), months) == _utc(expected)


def _utc(text_: str) -> datetime:
    return datetime.fromisoformat(text_).replace(tzinfo=UTC)


@pytest.mark.parametrize(("months", "left"), [(24, 1), (25, 2), (1_000_000, 2)])
async def test_old_clicks_go(store: Store, now: datetime, months: int, left: int) -> None:
    """The table's own job removes what is older than the months, and what is younger stays."""
    click(store, "max@firma.de", now - timedelta(days=740), now - timedelta(days=700))
    (job,) = (one for one in jobs(Means(store, lambda: now, retention_months=months)) if one.name.startswith("thin"))

    assert await job.run() == 2 - left
    assert await store.read(_events) == left


async def test_agents_go_after_a_month(store: Store, now: datetime) -> None:
    """An agent itself is kept for 30 days, fit for every store; of older events only its family is known."""
    ages = (timedelta(days=31), timedelta(days=30, seconds=1), timedelta(days=30), timedelta(0))
    click(store, "max@firma.de", *(now - age for age in ages), user_agent=f"{BROWSER}\0\ud800")
    (job,) = (one for one in jobs(Means(store, lambda: now)) if one.name.startswith("forget agents"))

    assert [await job.run(), await job.run()] == [2, 0]
    assert await store.read(_agents) == [(None, "Firefox")] * 2 + [(BROWSER, "Firefox")] * 2


def _agents(session: Session) -> list[tuple[str | None, str]]:
    return [(kept, family) for kept, family in session.execute(text("SELECT user_agent, agent FROM event ORDER BY at"))]


def _events(session: Session) -> int:
    return int(session.execute(text("SELECT count(*) FROM event")).scalar_one())
