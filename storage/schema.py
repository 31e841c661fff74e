"""Which revision of the schema a database is at, and which this version of Footlight needs."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DatabaseError

from decisions.mendable import Mendable
from storage import tables  # noqa: F401 - foreign keys are looked up by name, so that all tables must be known
from storage.database import named_errors, open_engine
from storage.trouble import StoreDown

MIGRATIONS: Final = Path(__file__).parent / "migrations"
_REVISION: Final = re.compile(r'^revision = "(\w+)"$', re.MULTILINE)
_DOWN_REVISION: Final = re.compile(r'^down_revision = "(\w+)"$', re.MULTILINE)


class SchemaTooNew(Mendable):
    """The database was brought up by a younger version of Footlight. Run that version, or restore a backup."""


class SchemaOld(Mendable):
    """The database's schema is older than this version of Footlight. Run `footlight migrate` first."""


def require_present(url: str) -> None:
    """
    Raises:
        SchemaOld, SchemaTooNew: when the database at `url` is not at the newest revision.
        StoreDown, Busy
    """
    with engine_at(url) as engine:
        present = present_revision(engine)
    known = all_revisions()
    if present is not None and present not in known:
        raise SchemaTooNew(SchemaTooNew.__doc__)
    if present != known[-1]:
        raise SchemaOld(SchemaOld.__doc__)


@contextmanager
def engine_at(url: str) -> Iterator[Engine]:
    """
    An engine for the block.

    Raises:
        StoreDown, Busy
    """
    engine = open_engine(url)
    try:
        with named_errors():
            yield engine
    except DatabaseError as error:
        if type(error) is DatabaseError:  # SQLite's word on a file that is none of its own, or is damaged
            raise StoreDown(f"the database does not work: {error.orig}") from error
        raise
    finally:
        engine.dispose()


def present_revision(engine: Engine) -> str | None:
    """The revision that a database is at, where alembic keeps it; None when it is empty."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return revision


def all_revisions() -> list[str]:
    """Every revision, oldest first; read as text, as alembic and all of them take a third of a second to import."""
    after = {}
    for path in (MIGRATIONS / "versions").glob("*.py"):
        migration = path.read_text(encoding="utf-8")
        revision, before = _REVISION.search(migration), _DOWN_REVISION.search(migration)
        if revision:
            after[before and before[1]] = revision[1]
    revisions = [after[None]]
    while revisions[-1] in after:
        revisions.append(after[revisions[-1]])
    return revisions
