"""Backup of the embedded store while it is used, and its restore, which undoes no opt-out and no revoked key."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

from sqlmodel import Session, col, select

from decisions.mendable import Mendable
from decisions.sealing import Keys
from storage import api_keys, privacy
from storage.addresses import Address
from storage.contacts import Contact
from storage.database import BUSY_TIMEOUT_MS, Store, forget_bytes, open_store
from storage.migrate import upgrade
from storage.opt_out_asked import keys_of_contacts, opt_out, opt_out_contact
from storage.opt_outs import Hasher, OptOut, PersonKeys, load_hasher

PAGES_A_STEP: Final = 2_000
PEOPLE_A_STEP: Final = 500
ACTOR: Final = "restore"

Progress = Callable[[int, int], None]
T = TypeVar("T")


class BackupRefused(Mendable):
    """No backup can be made, or this one not be restored. The text says why; the store is as it was."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What has come about since the backup, and is so again: people that it knows opted out or erased, keys revoked."""

    opted_out: int
    erased: int
    revoked_keys: int


def back_up(database: Path, file: Path, progress: Progress = lambda done, of: None) -> None:
    """
    Copy the store as it is at one moment into `file`, which appears when it is whole; writers are not held up.

    Args:
        progress: told the pages that are done, and how many there are.

    Raises:
        BackupRefused
    """
    if file.exists() or not database.is_file():
        raise BackupRefused(f"{file} is there already" if file.exists() else f"there is no store at {database}")
    growing = file.with_name(file.name + ".part")
    try:
        growing.unlink(missing_ok=True)
        growing.touch(mode=0o600)
        _copy(database, growing, progress)
        growing.rename(file)
    except (sqlite3.Error, OSError) as error:
        growing.unlink(missing_ok=True)
        raise BackupRefused(f"{file} could not be written: {error}") from error


def _copy(database: Path, growing: Path, progress: Progress) -> None:
    with closing(_connect(database)) as source, closing(_connect(growing)) as target:
        # Within one reading transaction a page that is written meanwhile does not make the copy begin anew.
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        source.backup(target, pages=PAGES_A_STEP, progress=lambda _, left, of: progress(of - left, of), sleep=0)
        target.execute("PRAGMA journal_mode=DELETE")


def restore(file: Path, database: Path, keys: Keys, *, now: datetime) -> Restored:
    """
    Put the backup in `file` in the place of the store at `database`, which no process may use meanwhile.

    All is made ready in a file beside it and then renamed: what fails leaves the store as it was.

    Raises:
        BackupRefused, CannotOpenKey, SchemaTooNew
    """
    ready = database.with_name(database.name + ".restoring")
    try:
        restored = _make_ready(file, ready, database, keys, now)
        # SQLite removes the log when the last connection closes.
        if database.with_name(database.name + "-wal").exists():
            raise BackupRefused(f"{database} is in use: stop all of Footlight first")
        ready.replace(database)
    finally:
        _remove(ready)
    return restored


def _make_ready(file: Path, ready: Path, database: Path, keys: Keys, now: datetime) -> Restored:
    _remove(ready)
    _copy_sound(file, ready)
    upgrade(f"sqlite:///{ready}")
    present = _present(database, keys)
    store = open_store(f"sqlite:///{ready}")
    try:
        hasher = store.write_now(load_hasher, keys)
        if present is not None and present.hasher != hasher:
            raise BackupRefused(f"{file} is of another database: its opt-outs are kept under another key")
        restored = _carry_over(store, present or _Present(hasher), now)
        forget_bytes(store.engine)
    finally:
        store.close_now()
    return restored


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None)


def _copy_sound(file: Path, ready: Path) -> None:
    if not file.is_file():
        raise BackupRefused(f"{file} is not there")
    try:
        with closing(_connect(file)) as source, closing(_connect(ready)) as target:
            if source.execute("PRAGMA quick_check").fetchone() != ("ok",):
                raise BackupRefused(f"{file} is damaged")
            if source.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'opt_out'").fetchone() != (1,):
                raise BackupRefused(f"{file} is a database, but not Footlight's")
            source.backup(target)
    except sqlite3.DatabaseError as error:
        raise BackupRefused(f"{file} is damaged, or no database") from error


def _remove(database: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class _Present:
    """What of the present store outlives its restore; revoked keys by their hashes, since when."""

    hasher: Hasher
    opt_outs: Sequence[OptOut] = ()
    revoked_keys: Mapping[bytes, datetime] = field(default_factory=dict)


def _present(database: Path, keys: Keys) -> _Present | None:
    if not database.exists():
        return None
    upgrade(f"sqlite:///{database}")
    store = open_store(f"sqlite:///{database}")
    try:
        hasher = store.write_now(load_hasher, keys)
        return _Present(hasher, store.read_now(_all_opt_outs), store.read_now(api_keys.revocations))
    finally:
        store.close_now()


def _carry_over(store: Store, present: _Present, now: datetime) -> Restored:
    hasher = present.hasher
    known = {(row.hash, row.erased_at is None) for row in store.read_now(_all_opt_outs)}
    since = [row for row in present.opt_outs if (row.hash, row.erased_at is None) not in known]
    gone = frozenset(row.hash for row in since if row.erased_at is not None)
    out = frozenset(row.hash for row in since if row.erased_at is None)
    counts = {True: 0, False: 0}
    for hashes, erase in ((gone, True), (out, False)):
        for contact_ids in _batched(store.read_now(_contact_ids), PEOPLE_A_STEP):
            counts[erase] += store.write_now(_end_contacts, contact_ids, hashes, hasher, now, erase=erase)
        for emails in _batched(store.read_now(_emails_of_nobody), PEOPLE_A_STEP):
            counts[erase] += store.write_now(_end_addresses, emails, hashes, hasher, now, erase=erase)
    store.write_now(_keep, since)
    revoked = store.write_now(api_keys.revoke_again, present.revoked_keys, actor=ACTOR, now=now)
    return Restored(opted_out=counts[False], erased=counts[True], revoked_keys=revoked)


def _batched(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """`values` in order, at most `size` at a time."""
    return (values[place : place + size] for place in range(0, len(values), size))


def _all_opt_outs(session: Session) -> list[OptOut]:
    return [OptOut(**row.model_dump()) for row in session.exec(select(OptOut))]


def _keep(session: Session, rows: Sequence[OptOut]) -> None:
    """With the day and the hand of then, not of the restore."""
    for row in rows:
        session.merge(row)


def _contact_ids(session: Session) -> list[int]:
    return [id_ for id_ in session.exec(select(Contact.id)) if id_ is not None]


def _emails_of_nobody(session: Session) -> list[str]:
    return list(session.exec(select(Address.email).where(col(Address.contact_id).is_(None))))


def _end_contacts(
    session: Session, ids: Sequence[int], hashes: frozenset[bytes], hasher: Hasher, now: datetime, *, erase: bool
) -> int:
    people = keys_of_contacts(session, ids, hasher)
    meant = [id_ for id_, keys in people.items() if not hashes.isdisjoint(keys.own if erase else keys.all)]
    end = privacy.erase_held if erase else opt_out_contact
    for id_ in meant:
        end(session, id_, actor=ACTOR, hasher=hasher, now=now)
    return len(meant)


def _end_addresses(
    session: Session, emails: Sequence[str], hashes: frozenset[bytes], hasher: Hasher, now: datetime, *, erase: bool
) -> int:
    keys = {email: PersonKeys.of(hasher, emails=[email]) for email in emails}
    meant = [email for email, one in keys.items() if not hashes.isdisjoint(one.own if erase else one.all)]
    end = privacy.erase if erase else opt_out
    for email in meant:
        end(session, email, actor=ACTOR, hasher=hasher, now=now)
    return len(meant)
