"""Leadership: one process over the whole database runs the jobs; when it dies, another one takes over at once."""

import sqlite3
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from storage.database import Store

# Any number, the same in every version: advisory locks have numbers for names.
LOCK: Final = 4_712_030


class Lock(Protocol):
    """A lock that the system lets go of when its holder dies."""

    def hold(self) -> bool:
        """Whether we hold it, taking it if it is free. Blocks this thread for one round trip."""

    def release(self) -> None:
        """Let another process have it."""


def leader_lock(store: Store) -> Lock:
    """The lock on the lead over this database."""
    if store.engine.dialect.name == "sqlite":
        return _FileLock(Path(f"{store.engine.url.database}.leader"))
    return _AdvisoryLock(store.engine)


class _FileLock:
    """
    A SQLite file beside the database, in which the leader keeps a write transaction open.

    SQLite brings file locks to every system, and they end with the process.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: sqlite3.Connection | None = None

    def hold(self) -> bool:
        if self._held is None:
            self._held = self._try()
        return self._held is not None

    def _try(self) -> sqlite3.Connection | None:
        connection = sqlite3.connect(self._path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            connection.close()
            return None
        return connection

    def release(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None


class _AdvisoryLock:
    """
    PostgreSQL's advisory lock, on a connection of its own: it ends with that connection.

    Behind a transaction pooler it would belong to nobody; the database must be reached directly.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = create_engine(engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._held: Connection | None = None

    def hold(self) -> bool:
        try:
            return self._still_held() or self._try()
        except SQLAlchemyError:
            self.release()
            return False

    def _still_held(self) -> bool:
        if self._held is None:
            return False
        held = text(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = :lock AND pid = pg_backend_pid()"
        )
        return bool(self._held.scalar(held, {"lock": LOCK}))

    def _try(self) -> bool:
        self.release()
        connection = self._engine.connect()
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK}):
            connection.close()
            return False
        self._held = connection
        return True

    def release(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None
