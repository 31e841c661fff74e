"""A database that a test used is as new for the next one."""

from typing import Any

import psycopg
import pytest

from tests.database_pool import DatabasePool

ADD = "INSERT INTO address (email, since) VALUES ('a@b.example', 0) RETURNING id"
WHICH = "SELECT oid FROM pg_database WHERE datname = current_database()"
COUNT_UP = "UPDATE campaigns_version SET version = version + 1 RETURNING version"


def answers(url: str, *statements: str) -> list[Any]:
    with psycopg.connect(url) as connection:
        cursors = [connection.execute(statement) for statement in statements]  # type: ignore[arg-type]
        return [cursor.fetchall() for cursor in cursors if cursor.description]


def test_rows_and_numbers_are_as_new(database_pool: DatabasePool) -> None:
    """Rows that a test wrote are gone, those of a new database are back, and ids begin anew."""
    seen = []
    for _ in range(2):
        with database_pool.lent() as url:
            seen.append(answers(url, ADD, COUNT_UP, "SELECT count(*) FROM address"))
    assert seen[0] == seen[1]


def test_whoever_keeps_a_database_finds_none(database_pool: DatabasePool) -> None:
    """A connection that a test left open is cut, and what it left running finds nothing under that name."""
    with database_pool.lent() as url:
        left = psycopg.connect(url)
        left.execute(ADD)
    with database_pool.lent() as another:
        assert answers(another, "SELECT count(*) FROM address") == [[(0,)]]
        with pytest.raises(psycopg.OperationalError):
            left.execute(ADD)
        with pytest.raises(psycopg.OperationalError, match="does not exist"):
            psycopg.connect(url)
    left.close()


@pytest.mark.parametrize(
    "spoil",
    [
        "CREATE TABLE another (id integer)",
        "DROP TABLE last_seen CASCADE",
        "ALTER TABLE address ALTER since DROP NOT NULL",
        "CREATE TRIGGER spoil AFTER DELETE ON address EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    ],
)
def test_changed_schema_is_lent_to_nobody(spoil: str, database_pool: DatabasePool) -> None:
    """A database whose tables were changed is none for the next test."""
    with database_pool.lent() as url:
        spoilt = answers(url, WHICH, spoil)
    with database_pool.lent() as url:
        assert answers(url, WHICH) != spoilt
