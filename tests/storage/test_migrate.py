"""The schema: up from nothing and from every earlier revision, and equal to the models."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

from storage.database import open_engine
from storage.migrate import upgrade
from storage.schema import SchemaOld, SchemaTooNew, all_revisions, present_revision, require_present

SEARCH_INDEXES = ("contact_search", "lead_search")


def test_up_from_every_revision(empty_database_url: str) -> None:
    """A database at any revision is brought to the next, and one at the newest stays as it is."""
    engine = open_engine(empty_database_url)
    for revision in all_revisions():
        upgrade(empty_database_url, revision)
        assert present_revision(engine) == revision

    upgrade(empty_database_url)
    assert present_revision(engine) == all_revisions()[-1]
    require_present(empty_database_url)
    engine.dispose()


def test_up_at_once(empty_database_url: str) -> None:
    """From the first revision `upgrade` leads to the newest at once, and a second time changes nothing."""
    upgrade(empty_database_url, all_revisions()[0])
    upgrade(empty_database_url)
    upgrade(empty_database_url)

    require_present(empty_database_url)


def test_models_equal_the_migrated_schema(database_url: str) -> None:
    """The tables as the migrations leave them are those that the models describe."""
    engine = open_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "include_name": lambda name, *_: not (name or "").startswith(SEARCH_INDEXES)},
        )
        difference = compare_metadata(context, SQLModel.metadata)
    engine.dispose()

    assert difference == []


def test_schema_of_a_younger_version_is_refused(database_url: str) -> None:
    """A database that a younger Footlight brought up is left alone, with a word on what to do."""
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '2999_01_01_future'")
    engine.dispose()

    with pytest.raises(SchemaTooNew, match="younger version"):
        upgrade(database_url)
    with pytest.raises(SchemaTooNew):
        require_present(database_url)


def test_old_schema_is_named(empty_database_url: str) -> None:
    """A process that needs a newer schema says which command brings it."""
    with pytest.raises(SchemaOld, match="footlight migrate"):
        require_present(empty_database_url)
