"""The bytes of erased people go from the database's files, however often that takes."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event

from jobs.erased_bytes import forget_erased_bytes
from storage import Store, erased_bytes, privacy
from storage.contacts import ContactState
from storage.contacts_arrived import store_states
from tests.jobs.portal import HASHER

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
MAIL = "zebulon@qqzenfurt.example"


async def keep_and_erase(store: Store) -> None:
    state = ContactState("501", NOW, MAIL, properties={"firstname": "Zebulon", "lastname": "Qqzenfurt"})
    await store.write(store_states, [state], hasher=HASHER, now=NOW)
    await store.write(privacy.erase, MAIL, actor="cli", hasher=HASHER, now=NOW)


def files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir()).lower()


async def test_nothing_owed(store: Store) -> None:
    """Before anybody is erased there is nothing to do."""
    assert await store.read(erased_bytes.owed_up_to) is None
    assert await forget_erased_bytes(store)


async def test_owed_until_done(store: Store) -> None:
    """An erase owes it in its own transaction, by address or id, and it is owed until it was done."""
    await keep_and_erase(store)
    await store.write(privacy.erase_contact, "777", actor="hubspot", hasher=HASHER, now=NOW)
    assert await store.read(erased_bytes.owed_up_to) is not None

    assert await forget_erased_bytes(store)
    assert await store.read(erased_bytes.owed_up_to) is None


async def test_again_while_somebody_reads(store: Store, tmp_path: Path) -> None:
    """While a reader holds SQLite's log the bytes remain and stay owed; once it is done the next run removes them."""
    if store.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL cleans up by itself")
    event.listen(store.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 100"))
    await keep_and_erase(store)
    with closing(sqlite3.connect(store.engine.url.database or "", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM contact").fetchall()
        await store.write(erased_bytes.owe, now=NOW)
        assert not await forget_erased_bytes(store)
        assert await store.read(erased_bytes.owed_up_to) is not None

    assert await forget_erased_bytes(store)
    assert b"qqzenfurt" not in files(tmp_path)
