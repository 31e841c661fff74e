"""Backup and restore of the embedded store: whole while it is written, and nobody's opt-out undone."""

import shutil
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from decisions.sealing import Keys
from storage import Store, api_keys, audit, open_store
from storage.api_keys import Scope
from storage.backup import BackupRefused, back_up, restore
from storage.campaigns import CampaignsInForce
from storage.contact_search import listed_contacts
from storage.fetch_arrived import Fetched, Tracker
from storage.opt_out_asked import of_address, opt_out, opt_out_domain
from storage.opt_outs import Hasher, load_hasher
from storage.person_export import NotKnown, export
from storage.privacy import erase
from storage.tracking import EventKind

KEYS = Keys.parse("a long random text")
AT = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
PEOPLE = ("max@firma.example", "eva@acme.example", "jo@third.example", "ina@fourth.example")


@pytest.fixture
def path(migrated_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(migrated_file, tmp_path / "footlight.db"))


def opened(path: Path) -> tuple[Store, Hasher]:
    store = open_store(f"sqlite:///{path}")
    return store, store.write_now(load_hasher, KEYS)


def click(store: Store, hasher: Hasher, email: str, number: int = 0) -> None:
    tracker = Tracker(CampaignsInForce(), hasher)
    fetched = Fetched(EventKind.CLICK, AT, f"mail-{number}", "anna@ours.example", email, user_agent="Firefox/130.0")
    store.write_now(tracker.keep, [fetched])


def clicks(store: Store, hasher: Hasher, email: str) -> int:
    return len(store.read_now(export, email, hasher)["clicks"])


def test_whole_while_clicks_arrive(path: Path, tmp_path: Path) -> None:
    """A backup that is made while clicks arrive is sound, and holds all that came before it."""
    store, hasher = opened(path)
    for number in range(20):
        click(store, hasher, PEOPLE[0], number)
    stop = threading.Event()

    def go_on() -> None:
        number = 20
        while not stop.is_set():
            click(store, hasher, PEOPLE[0], number)
            number += 1

    writer = threading.Thread(target=go_on)
    writer.start()
    steps: list[tuple[int, int]] = []
    back_up(path, tmp_path / "kept", lambda done, of: steps.append((done, of)))
    stop.set()
    writer.join()
    at_end = clicks(store, hasher, PEOPLE[0])
    store.close_now()

    assert steps[-1][0] == steps[-1][1] > 0
    restore(tmp_path / "kept", path, KEYS, now=AT)
    store, hasher = opened(path)
    assert 20 <= clicks(store, hasher, PEOPLE[0]) <= at_end
    store.close_now()


def test_nobodys_opt_out_is_undone(path: Path, tmp_path: Path) -> None:
    """Who opted out, by address or domain, or was erased since the backup stays so; all others are back."""
    store, hasher = opened(path)
    for email in PEOPLE:
        click(store, hasher, email)
    back_up(path, tmp_path / "kept")
    asked = {"actor": "cli", "hasher": hasher, "now": AT}
    store.write_now(opt_out, PEOPLE[0], **asked)
    store.write_now(opt_out_domain, "acme.example", **asked)
    store.write_now(erase, PEOPLE[2], **asked)
    store.write_now(opt_out, "never@known.example", **asked)
    store.write_now(erase, PEOPLE[3], actor="cli", hasher=hasher, now=AT)
    states = [store.read_now(of_address, email, hasher) for email in (*PEOPLE, "never@known.example")]
    store.close_now()

    restored = restore(tmp_path / "kept", path, KEYS, now=datetime(2026, 12, 1, tzinfo=UTC))

    store, hasher = opened(path)
    assert (restored.opted_out, restored.erased) == (2, 2)
    assert [store.read_now(of_address, email, hasher) for email in (*PEOPLE, "never@known.example")] == states
    assert clicks(store, hasher, PEOPLE[0]) == 1
    for email in PEOPLE[2:]:
        with pytest.raises(NotKnown):
            store.read_now(export, email, Hasher(b"x" * 32))
    assert store.read_now(listed_contacts) == ()
    store.close_now()
    assert not any(email.encode() in path.read_bytes() for email in PEOPLE[2:])


def test_no_revoked_key_is_in_force_again(path: Path, tmp_path: Path) -> None:
    """A key that was revoked since the backup stays revoked since then, though another has its name by now."""
    store, _ = opened(path)
    keys = {
        name: store.write_now(api_keys.create, name, [Scope.READ], actor="cli", now=AT).key
        for name in ("dashboard", "leaked", "old")
    }
    store.write_now(api_keys.revoke, "old", actor="cli", now=AT)
    back_up(path, tmp_path / "kept")
    store.write_now(api_keys.revoke, "leaked", actor="cli", now=AT)
    store.write_now(api_keys.create, "leaked", [Scope.READ], actor="cli", now=AT)
    store.close_now()

    restored = restore(tmp_path / "kept", path, KEYS, now=datetime(2026, 12, 1, tzinfo=UTC))

    store, _ = opened(path)
    assert restored.revoked_keys == 1
    found = {name: store.read_now(api_keys.find, key) is not None for name, key in keys.items()}
    assert found == {"dashboard": True, "leaked": False, "old": False}
    assert [one.revoked_at for one in store.read_now(api_keys.all_keys)] == [None, AT, AT]
    assert [one.detail for one in store.read_now(audit.newest, 1)] == ["key 2"]
    store.close_now()


@pytest.mark.parametrize("what", ["missing", "rubbish", "foreign"])
def test_what_is_no_backup_changes_nothing(what: str, path: Path, tmp_path: Path) -> None:
    """A file that is no backup of this store is refused, and the store stays as it was."""
    store, hasher = opened(path)
    click(store, hasher, PEOPLE[0])
    store.close_now()
    file = tmp_path / "file"
    if what == "rubbish":
        file.write_bytes(b"no database" * 1000)
    if what == "foreign":
        with closing(sqlite3.connect(file)) as made:
            made.execute("CREATE TABLE another (id)")

    with pytest.raises(BackupRefused):
        restore(file, path, KEYS, now=AT)
    store, hasher = opened(path)
    assert clicks(store, hasher, PEOPLE[0]) == 1
    store.close_now()


def test_store_in_use_is_not_replaced(path: Path, tmp_path: Path) -> None:
    """While a process has the store open, a restore is refused."""
    store, hasher = opened(path)
    click(store, hasher, PEOPLE[0])
    back_up(path, tmp_path / "kept")

    with pytest.raises(BackupRefused, match="in use"):
        restore(tmp_path / "kept", path, KEYS, now=AT)
    assert clicks(store, hasher, PEOPLE[0]) == 1
    assert not list(tmp_path.glob("*.restoring*"))
    store.close_now()


def test_backup_overwrites_nothing(path: Path, tmp_path: Path) -> None:
    """A file that is there already is left alone."""
    (tmp_path / "kept").write_text("mine")
    with pytest.raises(BackupRefused, match="there already"):
        back_up(path, tmp_path / "kept")

    assert (tmp_path / "kept").read_text() == "mine"
