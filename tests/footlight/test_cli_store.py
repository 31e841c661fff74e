"""`footlight backup` and `restore` as one types them."""

import stat
from pathlib import Path

import pytest

from tests.footlight.commands import documented, run_here, shape
from tests.postgres import Cluster


@pytest.fixture
def sqlite(alone: Path, logs_undone: None) -> Path:
    """A store beside its key, with somebody opted out."""
    assert run_here("optout", "max@firma.example").status == 0
    return alone


def test_backup_and_restore(sqlite: Path) -> None:
    """What `backup` wrote, for its owner's eyes alone, `restore` puts back; who opted out in between stays so."""
    made = run_here("backup", "kept")
    assert (made.status, stat.S_IMODE((sqlite / "kept").stat().st_mode)) == (0, 0o600)
    assert "footlight.db.key" in made.out
    run_here("optout", "eva@firma.example")

    restored = run_here("restore", "kept", "--yes", "--json")

    assert shape(restored.json) == shape(documented("restore"))
    for email in ("max@firma.example", "eva@firma.example"):
        assert run_here("optout", email, "--json").json["was_new"] is False


def test_refusals_say_what_to_do(sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is there or missing, and PostgreSQL, end in one sentence and status 1."""
    (sqlite / "there").write_text("mine")
    assert "there already" in run_here("backup", "there").err
    assert "is not there" in run_here("restore", "missing", "--yes").err
    monkeypatch.setenv("FOOTLIGHT_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    refused = run_here("backup", "kept")
    assert (refused.status, "pg_dump" in refused.err) == (1, True)


def test_the_key_beside_the_backup(sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Without its key a backup is not restored: the key that lies beside it is named, and where it belongs."""
    kept = tmp_path_factory.mktemp("kept")
    run_here("backup", str(kept / "night.db"))
    key, ours = sqlite / "footlight.db.key", (sqlite / "footlight.db.key").read_text()
    for one in sqlite.iterdir():
        one.unlink()
    (kept / "footlight.db.key").write_text(ours)
    told = f"copy {kept / 'footlight.db.key'}, which lies beside the backup, to footlight.db.key"

    refused = run_here("restore", str(kept / "night.db"), "--yes")
    assert (refused.status, told in refused.err, list(sqlite.iterdir())) == (1, True, [])
    key.write_text("another key that is long enough for it")
    refused = run_here("restore", str(kept / "night.db"), "--yes")
    assert (refused.status, told in refused.err) == (1, True)
    key.write_text(ours)
    assert run_here("restore", str(kept / "night.db"), "--yes").status == 0


def test_copy(sqlite: Path, postgresql: Cluster) -> None:
    """`copy` moves the store to PostgreSQL, and says which key goes with it; only to PostgreSQL, and only once."""
    postgresql.run("CREATE DATABASE moved")
    moved = run_here("copy", postgresql.url("moved"))
    assert (moved.status, "footlight.db.key" in moved.out) == (0, True)
    assert "not empty" in run_here("copy", postgresql.url("moved")).err
    assert "postgresql://" in run_here("copy", "sqlite:///other.db").err
