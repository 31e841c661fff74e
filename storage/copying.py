"""Copying: a SQLite store moves to PostgreSQL, whole and compared, or not at all."""

import json
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, func, insert, select, text
from sqlmodel import SQLModel

from decisions.mendable import Mendable
from storage import tables  # noqa: F401 - all of them must be known
from storage.database import named_errors, open_engine
from storage.migrate import upgrade

ROWS_A_BATCH: Final = 1_000
# What migrations write into a fresh database.
MADE_BY_MIGRATIONS: Final = frozenset({"campaigns_version"})

Progress = Callable[[int, int], None]


class CopyRefused(Mendable):
    """The store was not copied; the text says why. The target is as it was."""


def copy_store(source_url: str, target_url: str, progress: Progress = lambda done, of: None) -> int:
    """
    Copy all rows of a SQLite store into an empty PostgreSQL database, in one transaction; how many there are.

    Args:
        progress: told the rows that are done, and how many there are.

    Raises:
        CopyRefused, StoreDown, Busy, SchemaTooNew
    """
    upgrade(source_url)
    upgrade(target_url)
    source_engine, target_engine = open_engine(source_url), open_engine(target_url)
    try:
        with named_errors(), source_engine.begin() as source, target_engine.begin() as target:
            return _copy_all(source, target, progress)
    finally:
        source_engine.dispose()
        target_engine.dispose()


def _copy_all(source: Connection, target: Connection, progress: Progress) -> int:
    known = SQLModel.metadata.sorted_tables
    filled = [table.name for table in known if table.name not in MADE_BY_MIGRATIONS and _count(target, table)]
    if filled:
        raise CopyRefused(f"the target is not empty: {', '.join(filled)}. Take a fresh database")
    of, done = sum(_count(source, table) for table in known), 0
    for table in known:
        target.execute(delete(table))
        for rows in _batches(source, table):
            target.execute(insert(table), rows)
            done += len(rows)
            progress(done, of)
    _continue_numbers(target, known)
    differing = [table.name for table in known if _checksum(source, table) != _checksum(target, table)]
    if differing:
        raise CopyRefused(f"what arrived is not what was sent: {', '.join(differing)}")
    return done


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _batches(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    rows = connection.execution_options(yield_per=ROWS_A_BATCH).execute(select(table)).mappings()
    for batch in rows.partitions(ROWS_A_BATCH):
        yield [dict(row) for row in batch]


def _checksum(connection: Connection, table: Table) -> tuple[int, int]:
    """Rows, and the sum of their hashes: the same in whatever order a database gives them."""
    count = total = 0
    for rows in _batches(connection, table):
        count += len(rows)
        total += sum(_hash(row) for row in rows)
    return count, total % 2**128


def _hash(row: dict[str, Any]) -> int:
    spelt = json.dumps(row, sort_keys=True, default=_plain).encode()
    return int.from_bytes(sha256(spelt).digest()[:16])


def _plain(value: Any) -> str:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value)


def _continue_numbers(target: Connection, known: Sequence[Table]) -> None:
    """The next row that PostgreSQL numbers by itself follows the highest that came along."""
    for table in known:
        for column in table.primary_key.columns:
            named = {"table": f'"{table.name}"', "column": column.name}
            sequence = target.execute(text("SELECT pg_get_serial_sequence(:table, :column)"), named).scalar()
            highest = target.execute(select(func.max(column))).scalar() if sequence else None
            if highest is not None:
                target.execute(select(func.setval(sequence, highest)))
