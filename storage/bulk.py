"""Many rows in one statement: the driver's own way, for the hot path and for large passes."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain
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
    into = f"INSERT INTO {table} ({', '.join(columns)})"
    connection = session.connection()
    if is_sqlite(session):
        for some in _portions(rows):
            values = tuple(chain.from_iterable(some))
            connection.exec_driver_sql(f"{into} VALUES {_marks(len(some), len(columns))} {conflict}", values)
    else:
        source = f"SELECT * FROM {_listed_on_postgresql(_kinds(table, tuple(columns)))}"  # noqa: S608
        connection.exec_driver_sql(f"{into} {source} {conflict}", (_as_json(rows),))


def read_rows(session: Session, statement: str, rows: Sequence[tuple[Any, ...]], kinds: Sequence[str]) -> Sequence[Any]:
    """
    What `statement` selects from `{asked}`, a table `asked` of these plain rows with the columns c1, c2, ...

    One execution for thousands of rows; plain values come out as the driver gives them.

    Args:
        kinds: the columns' types on PostgreSQL.
    """
    if not rows:
        return ()
    connection = session.connection()
    if is_sqlite(session):
        found: list[Any] = []
        for start in range(0, len(rows), MOST_IN_A_READ):
            some = rows[start : start + MOST_IN_A_READ]
            # Few texts, so that the driver's cache of prepared statements serves them.
            padded = (*some, *[some[-1]] * (_power_of_two(len(some)) - len(some)))
            text = statement.format(asked=_listed_on_sqlite(len(padded), len(kinds)))
            found += connection.exec_driver_sql(text, tuple(chain.from_iterable(padded))).fetchall()
        return found
    text = statement.format(asked=_listed_on_postgresql(tuple(kinds)))
    return connection.exec_driver_sql(text, (_as_json(rows),)).fetchall()


# SQLite takes 32,766 parameters.
MOST_IN_A_READ: Final = 4_096
# Each step of a statement takes and gives back the interpreter's lock: one for many rows, and not one for each.
MOST_IN_A_STATEMENT: Final = 128


def _portions(rows: Sequence[tuple[Any, ...]]) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Cut into powers of two, so that the driver's cache of prepared statements serves them."""
    start = 0
    while left := len(rows) - start:
        size = min(MOST_IN_A_STATEMENT, 1 << left.bit_length() - 1)
        yield rows[start : start + size]
        start += size


def _power_of_two(number: int) -> int:
    return 1 << (number - 1).bit_length()


@cache
def _marks(rows: int, columns: int) -> str:
    row = f"({', '.join('?' * columns)})"
    return ", ".join([row] * rows)


@cache
def _listed_on_sqlite(rows: int, columns: int) -> str:
    picked = ", ".join(f"column{place} AS c{place}" for place in range(1, columns + 1))
    return f"(SELECT {picked} FROM (VALUES {_marks(rows, columns)})) AS asked"  # noqa: S608


@cache
def _listed_on_postgresql(kinds: tuple[str, ...]) -> str:
    # One parameter for all rows: psycopg would convert every value of an array by itself in Python.
    picked = ", ".join(f"{_out_of_json(place, kind)} AS c{place + 1}" for place, kind in enumerate(kinds))
    return f"(SELECT {picked} FROM json_array_elements(%s::json) AS r) AS asked"  # noqa: S608


def _out_of_json(place: int, kind: str) -> str:
    return f"decode(r->>{place}, 'base64')" if kind == "bytea" else f"(r->>{place})::{kind}"


def _as_json(rows: Sequence[tuple[Any, ...]]) -> str:
    return msgspec.json.encode(rows).decode()


def _table(model: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]


@cache
def _kinds(table: str, columns: tuple[str, ...]) -> tuple[str, ...]:
    known = SQLModel.metadata.tables[table]
    return tuple(str(known.c[name].type.compile(dialect=_POSTGRESQL)) for name in columns)
