"""Brings a database's schema up to what this version of Footlight needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from storage import tables  # noqa: F401 - the models must be known before schemas are compared
from storage.database import named_errors, open_engine
from storage.trouble import StoreDown

MIGRATIONS: Final = Path(__file__).parent / "migrations"


class SchemaTooNew(Exception):
    """The database was brought up by a younger version of Footlight. Run that version, or restore a backup."""


class SchemaOld(Exception):
    """The database's schema is older than this version of Footlight. Run `footlight migrate` first."""


def upgrade(url: str, revision: str = "head") -> None:
    """
    Bring the database at `url` up to `revision`; several processes may try at once.

    Raises:
        SchemaTooNew, StoreDown, Busy
    """
    with _engine(url) as engine:
        if revision == "head" and present_revision(engine) not in (None, *all_revisions()):
            raise SchemaTooNew(SchemaTooNew.__doc__)
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            command.upgrade(_config(connection=connection), revision)


def require_present(url: str) -> None:
    """
    Raises:
        SchemaOld, SchemaTooNew: when the database at `url` is not at the newest revision.
        StoreDown, Busy
    """
    with _engine(url) as engine:
        present = present_revision(engine)
    known = all_revisions()
    if present is not None and present not in known:
        raise SchemaTooNew(SchemaTooNew.__doc__)
    if present != known[-1]:
        raise SchemaOld(SchemaOld.__doc__)


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
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
    """The revision that a database is at; None when it is empty."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def all_revisions() -> list[str]:
    """Every revision, oldest first."""
    script = ScriptDirectory.from_config(_config())
    return [revision.revision for revision in script.walk_revisions()][::-1]


def _config(**attributes: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", str(MIGRATIONS / "versions"))
    config.attributes.update(attributes)
    return config
