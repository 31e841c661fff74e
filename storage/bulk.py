"""Many rows in one statement: the driver's own way, for the hot path and for large passes."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Insert, Table, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from storage.database import is_sqlite

_POSTGRESQL: Final = postgresql.dialect()  # type: ignore[no-untyped-call]


def insert_rows(session: Session, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert plain rows (no Python types are converted: moments are microseconds)."""
    if rows:
        write_rows(session, table, columns, rows, "")


def insert_missing(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """Insert those rows (Python values by column, the same columns in each) whose key is not taken yet."""
    if rows:
        session.connection().execute(_insert_missing(session, table), rows)


def insert_if_missing(session: Session, table: type[SQLModel], row: dict[str, Any]) -> bool:
    """Insert one row unless one of its keys is taken; whether it was inserted."""
    inserted = _insert_missing(session, table).returning(literal(1))
    return session.connection().execute(inserted, row).first() is not None


def _insert_missing(session: Session, table: type[SQLModel]) -> Insert:
    if is_sqlite(session):
        return sqlite.insert(_table(table)).on_conflict_do_nothing()
    return postgresql.insert(_table(table)).on_conflict_do_nothing()


def add_counts(
    session: Session,
    table: str,
    keys: Sequence[str],
    counts: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    *,
    latest: Sequence[str] = (),
    earliest: Sequence[str] = (),
) -> None:
    """
    Add to counters, making those that are new.

    Rows hold keys, counts, `latest`, `earliest` in this order, one row a key. They are sorted by key, so that
    batches of several processes cannot deadlock. `latest` and `earliest` keep the greater and the smaller value.
    """
    if not rows:
        return
    greater, lesser = ("max", "min") if is_sqlite(session) else ("greatest", "least")
    grown = [f"{name} = {table}.{name} + excluded.{name}" for name in counts]
    grown += [_extreme(greater, table, name) for name in latest] + [_extreme(lesser, table, name) for name in earliest]
    conflict = f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {', '.join(grown)}"
    in_order = sorted(rows, key=lambda row: row[: len(keys)])
    write_rows(session, table, (*keys, *counts, *latest, *earliest), in_order, conflict)


def _extreme(function: str, table: str, name: str) -> str:
    # SQLite's max() of NULL is NULL, PostgreSQL's greatest() passes over it.
    return f"{name} = coalesce({function}({table}.{name}, excluded.{name}), {table}.{name}, excluded.{name})"


def write_rows(
    session: Session, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]], conflict: str
) -> None:
    """Insert plain rows; `conflict` is the statement's `ON CONFLICT` clause. JSON columns take its text."""
    names = ", ".join(columns)
    cursor = session.connection().connection.cursor()
    if is_sqlite(session):
        marks = ", ".join("?" * len(columns))
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks}) {conflict}", rows)  # noqa: S608
    else:
        # One parameter for all rows: psycopg would convert every value of an array by itself in Python.
        picked = ", ".join(f"(r->>{place})::{kind}" for place, kind in enumerate(_kinds(table, columns)))
        source = f"SELECT {picked} FROM json_array_elements(%s::json) AS r"  # noqa: S608
        cursor.execute(f"INSERT INTO {table} ({names}) {source} {conflict}", (msgspec.json.encode(rows).decode(),))
    cursor.close()


def _table(model: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]


def _kinds(table: str, columns: Sequence[str]) -> list[str]:
    known = SQLModel.metadata.tables[table]
    return [str(known.c[name].type.compile(dialect=_POSTGRESQL)) for name in columns]
