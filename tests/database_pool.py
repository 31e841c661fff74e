"""
PostgreSQL databases at the newest revision, lent to one test after the other.

A new database costs a test a hundred times what emptying a used one does.
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from tests.postgres import Cluster

TEMPLATE = "migrated"
LARGE_BYTES = 1_000_000

KEEP_WHAT_IS_NEW = """
DO $$ DECLARE name text; holds boolean; BEGIN
    CREATE SCHEMA as_new;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', name) INTO holds;
        IF holds THEN EXECUTE format('CREATE TABLE as_new.%I AS TABLE public.%I', name, name); END IF;
    END LOOP;
END $$
"""

MAKE_AS_NEW = """
DO $$ DECLARE name text; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('DELETE FROM public.%I', name);
    END LOOP;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'as_new' LOOP
        EXECUTE format('INSERT INTO public.%I SELECT * FROM as_new.%I', name, name);
    END LOOP;
    PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
        FROM pg_sequences WHERE last_value IS NOT NULL;
END $$
"""

SCHEMA = """
SELECT (SELECT md5(string_agg(concat_ws(' ', attrelid, attname, atttypid, attnotnull), ',' ORDER BY attrelid, attnum))
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = 'public'::regnamespace),
    (SELECT array_agg(oid ORDER BY oid) FROM pg_trigger), (SELECT array_agg(oid ORDER BY oid) FROM pg_constraint),
    (SELECT array_agg(oid ORDER BY oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace)
"""

LARGEST = "SELECT max(pg_relation_size(oid)) FROM pg_class WHERE relnamespace = 'public'::regnamespace"

# A backend whose client has gone needs a moment; five seconds on a machine that is very busy.
CUT_OFF = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class DatabasePool:
    """Databases of one server that nobody has at the moment."""

    def __init__(self, cluster: Cluster) -> None:
        """The cluster holds the template."""
        self.cluster = cluster
        self._numbers = itertools.count()
        self._free: list[str] = []
        with psycopg.connect(cluster.url(TEMPLATE)) as connection:
            connection.execute(KEEP_WHAT_IS_NEW)
            self._schema = _schema(connection)

    @contextmanager
    def lent(self) -> Iterator[str]:
        """The URL of a database as new, for as long as the test takes; whoever keeps it finds no database there."""
        name = f"test{next(self._numbers)}"
        if not self._renamed(name):
            self.cluster.run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY WAL_LOG")
        try:
            yield self.cluster.url(name)
        finally:
            if self._made_as_new(name):
                self._free.append(name)
            else:
                self._drop(name)

    def _renamed(self, name: str) -> bool:
        """Whether one that is free has this name now; not one that somebody still comes back to."""
        while self._free:
            used = self._free.pop()
            try:
                self.cluster.run(f"ALTER DATABASE {used} RENAME TO {name}")
            except psycopg.errors.ObjectInUse:
                self._drop(used)
            else:
                return True
        return False

    def _made_as_new(self, name: str) -> bool:
        """Whether it could be; not one whose schema was changed, that grew, or that somebody holds."""
        try:
            with psycopg.connect(self.cluster.url(name), options="-c lock_timeout=5s") as connection:
                connection.execute(CUT_OFF)
                largest = connection.execute(LARGEST).fetchone()
                if _schema(connection) != self._schema or not largest or largest[0] > LARGE_BYTES:
                    return False
                connection.execute(MAKE_AS_NEW)
        except psycopg.OperationalError:
            return False
        return True

    def _drop(self, name: str) -> None:
        self.cluster.run(f"DROP DATABASE {name} WITH (FORCE)")


def _schema(connection: psycopg.Connection[Any]) -> tuple[Any, ...] | None:
    return connection.execute(SCHEMA).fetchone()
