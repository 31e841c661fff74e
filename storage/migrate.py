"""Brings a database's schema up to what this version of Footlight needs."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from storage.schema import MIGRATIONS, SchemaTooNew, all_revisions, engine_at, present_revision


def upgrade(url: str, revision: str = "head") -> None:
    """
    Bring the database at `url` up to `revision`; several processes may try at once.

    Raises:
        SchemaTooNew, StoreDown, Busy
    """
    with engine_at(url) as engine:
        if revision == "head" and present_revision(engine) not in (None, *all_revisions()):
            raise SchemaTooNew(SchemaTooNew.__doc__)
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            command.upgrade(_config(connection), revision)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", str(MIGRATIONS / "versions"))
    config.attributes["connection"] = connection
    return config
