"""What is old is thinned out, after as many months as the settings say."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from jobs.retention import months_before
from jobs.schedule import Means, jobs
from storage import Session, Store
from tests.storage.clicking import click


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


def _events(session: Session) -> int:
    return int(session.execute(text("SELECT count(*) FROM event")).scalar_one())
