"""The store's gates, and what SQLite and PostgreSQL need differently to behave alike."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

import msgspec
from sqlalchemy import (
    ColumnElement,
    Engine,
    cast,
    column,
    create_engine,
    event,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.types import TypeEngine
from sqlmodel import Session

from storage.group_commit import Batch, Gathering, GroupCommit, One, Retry
from storage.trouble import Busy, StoreDown

P = ParamSpec("P")
In = TypeVar("In")
Out = TypeVar("Out")

BUSY_TIMEOUT_MS: Final = 5_000
READERS: Final = 8
CONNECT_TIMEOUT_S: Final = 5


class Store:
    """
    The only gates to the database. Functions handed in are plain: session first, no commit.

    `read` sees one consistent state; `write` and `gather` return when the change is on disk, and share commits.
    All raise StoreDown or Busy when the database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="footlight-reader")
        self._writer = GroupCommit(self._transaction)

    async def read(self, fn: Callable[Concatenate[Session, P], Out], *args: P.args, **kwargs: P.kwargs) -> Out:
        """`fn(session, ...)` in a thread of its own, in a transaction that changes nothing."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, partial(self.read_now, fn, *args, **kwargs))

    async def write(self, fn: Callable[Concatenate[Session, P], Out], *args: P.args, **kwargs: P.kwargs) -> Out:
        """`fn(session, ...)` in a savepoint of the next shared transaction; returns when that is on disk."""
        # Who stops waiting does not take the write back: it was promised to the queue.
        return await asyncio.shield(asyncio.wrap_future(self._put(fn, *args, **kwargs).future))

    def gather(self, batch: Batch[In, Out]) -> Gathering[In, Out]:
        """A gate for the hot path: `batch(session, items)` gets all that arrived while the last commit ran."""
        return Gathering(batch, self._writer)

    def read_now(self, fn: Callable[Concatenate[Session, P], Out], *args: P.args, **kwargs: P.kwargs) -> Out:
        """`read` for a command line: blocks this thread."""
        with named_errors(), Session(self.engine) as session:
            return fn(session, *args, **kwargs)

    def write_now(self, fn: Callable[Concatenate[Session, P], Out], *args: P.args, **kwargs: P.kwargs) -> Out:
        """`write` for a command line: blocks this thread."""
        return self._put(fn, *args, **kwargs).future.result()

    async def close(self) -> None:
        """Finish the writes that wait, then let go of the database."""
        await asyncio.to_thread(self.close_now)

    def close_now(self) -> None:
        """`close` for a command line."""
        self._writer.close()
        self._readers.shutdown()
        self.engine.dispose()

    def _put(self, fn: Callable[Concatenate[Session, P], Out], *args: P.args, **kwargs: P.kwargs) -> One[Out]:
        work = One(lambda session: fn(session, *args, **kwargs))
        self._writer.put(work)
        return work

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        with named_errors():
            connection = self.engine.connect().execution_options(writes=True)
        try:
            with connection, Session(connection, expire_on_commit=False) as session, _worth_a_retry():
                with named_errors():
                    session.connection()  # takes the write lock at once
                yield session
                session.commit()
        finally:
            connection.close()


def open_store(url: str) -> Store:
    """
    The store at `url`: `sqlite:///path` or `postgresql://user:password@host/name`. Its schema must be up to date.

    Raises:
        ValueError: for any other kind of URL.
    """
    return Store(open_engine(url))


def open_engine(url: str) -> Engine:
    """An engine with our ways on either database; the driver is not part of the URL."""
    kind, _, rest = url.partition("://")
    if kind == "sqlite":
        return _sqlite(url)
    if kind in ("postgresql", "postgres"):
        return _postgresql(f"postgresql+psycopg://{rest}")
    raise ValueError(f"{kind}:// is no database that Footlight knows: use sqlite:///path or postgresql://...")


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, pool_size=READERS + 2, connect_args={"check_same_thread": False}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
        for pragma in SQLITE_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # A transaction that reads first and writes later cannot be upgraded once another one wrote.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


SQLITE_PRAGMAS: Final = (
    f"busy_timeout={BUSY_TIMEOUT_MS}",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",  # who is erased leaves no bytes in free pages
    "cache_size=-65536",  # 64 MiB
    f"soft_heap_limit={96 * 2**20}",  # for the caches of all connections of a process together
    # Clicks touch pages all over the file: written back seldom, each page is written once for many commits.
    "wal_autocheckpoint=16384",  # 64 MiB
)


def _postgresql(url: str) -> Engine:
    # Session-wide settings would not survive a transaction pooler; UTC matters for what we print while debugging only.
    return create_engine(
        url,
        pool_size=READERS + 2,
        pool_pre_ping=True,
        hide_parameters=True,  # an error that is logged must not carry addresses
        pool_timeout=CONNECT_TIMEOUT_S,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "footlight"},
    )


@contextmanager
def named_errors() -> Iterator[None]:
    """The drivers' errors by our names."""
    try:
        yield
    except OperationalError as error:
        raise named(error) from error
    except PoolExhausted as error:
        raise Busy("every connection to the database is in use; try again in a moment") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise StoreDown("the database closed the connection") from error
        raise


@contextmanager
def _worth_a_retry() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise Retry from named(error)


def named(error: OperationalError) -> StoreDown | Busy:
    """Our name for a driver's operational error."""
    told = str(error.orig)
    if "locked" in told or "deadlock" in told or "could not serialize" in told:
        return Busy(f"the database's lock is taken ({told.splitlines()[0]})")
    return StoreDown(f"the database does not work: {told.splitlines()[0]}")


def is_sqlite(session: Session) -> bool:
    """Whether this store is the embedded one."""
    return session.get_bind().dialect.name == "sqlite"


def listed(session: Session, rows: Sequence[tuple[Any, ...]], **columns: TypeEngine[Any]) -> Any:
    """`rows` as a table with these columns, for joins and correlated subqueries; one parameter, any length."""
    return _listed(is_sqlite(session), literal(msgspec.json.encode(rows).decode()), columns)


def _listed(on_sqlite: bool, rows: ColumnElement[str], columns: Mapping[str, TypeEngine[Any]]) -> Any:
    if on_sqlite:
        each = func.json_each(rows).table_valued("value")
        picked = [func.json_extract(each.c.value, f"$[{place}]").label(name) for place, name in enumerate(columns)]
    else:
        each = func.jsonb_array_elements(cast(rows, JSONB)).table_valued(column("value", JSONB()))
        picked = [
            cast(each.c.value[place].astext, kind).label(name) for place, (name, kind) in enumerate(columns.items())
        ]
    return select(*picked).subquery()


def ping(session: Session) -> None:
    """Raises StoreDown or Busy when the database does not answer."""
    session.execute(text("SELECT 1"))


PAGES_A_STEP: Final = 500
SEARCH_INDEXES: Final = ("contact_search", "lead_search")


def forget_bytes(engine: Engine) -> bool:
    """
    Remove from SQLite's files what was deleted: from the search index step by step, from the write-ahead log at once.

    False while a reader holds the log: call it again. PostgreSQL does this by itself (autovacuum).
    """
    if engine.dialect.name != "sqlite":
        return True
    with named_errors():
        borrowed = engine.raw_connection()
    try:
        connection = borrowed.driver_connection
        assert isinstance(connection, sqlite3.Connection)
        for index in SEARCH_INDEXES:
            _merge_search_index(connection, index)
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy
    finally:
        borrowed.close()


def _merge_search_index(connection: sqlite3.Connection, index: str) -> None:
    # One 'optimize' would hold the write lock for seconds; -n begins the same work, n goes on (FTS5 documentation 6.8).
    pages = -PAGES_A_STEP
    while True:
        before = connection.total_changes
        connection.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('merge', ?)", (pages,))  # noqa: S608
        if connection.total_changes - before < 2:
            return
        pages = PAGES_A_STEP
