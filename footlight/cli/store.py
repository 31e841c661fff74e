"""`footlight migrate`, `backup`, `restore`, `copy`: a store brought up, kept safe, put back, moved to PostgreSQL."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from footlight.cli.command import log_errors_only, utc_now
from footlight.cli.printing import AsJson, complaints, console, print_json
from footlight.embedded import only_one
from footlight.secret_key import secret_keys
from footlight.settings import Settings, read_settings
from storage.backup import BackupRefused, back_up
from storage.backup import restore as put_back
from storage.copying import CopyRefused, copy_store
from storage.migrate import upgrade
from storage.opt_outs import CannotOpenKey
from storage.schema import all_revisions

File = Annotated[Path, typer.Argument(help="The backup's file.")]


def migrate() -> None:
    """Bring the database up to what this version needs."""
    settings = read_settings()
    upgrade(settings.footlight_database_url)
    console.print(f"The database is at {all_revisions()[-1]}.")


def backup(file: File) -> None:
    """Copy the store into FILE while everything runs. On PostgreSQL use pg_dump."""
    settings = _of_sqlite("pg_dump --format=custom --file=FILE")
    with Progress(console=complaints, transient=True) as bar:
        task = bar.add_task("Backup")
        back_up(_path(settings), file, lambda done, of: bar.update(task, completed=done, total=of))
    console.print(f"The store is in {file}, as it was at one moment.", markup=False, soft_wrap=True)
    if not settings.footlight_secret_key:
        console.print(f"Keep {_key_file(settings)} with it: without the key it cannot be used.", markup=False)


def restore(
    file: File,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put the store back as it is in FILE. Who opted out or was erased since then stays so, as do revoked API keys."""
    settings = _of_sqlite("pg_restore --clean")
    _require_key(settings, file)
    if not yes and sys.stdin.isatty():
        typer.confirm("Replace the present store by the backup? What came since is lost.", abort=True)
    with only_one(settings.footlight_database_url, "restoring a backup"):
        try:
            restored = put_back(file, _path(settings), secret_keys(settings), now=utc_now())
        except CannotOpenKey as error:
            raise BackupRefused(f"{file} was used with another key: {_which_key(settings, file)}") from error
    if as_json:
        print_json(restored)
    else:
        again = f"opted out: {restored.opted_out}; again erased: {restored.erased}"
        console.print(f"Restored. Again {again}; API keys again revoked: {restored.revoked_keys}.")


def copy(
    url: Annotated[str, typer.Argument(help="An empty PostgreSQL database: postgresql://user:password@host/name.")],
) -> None:
    """Copy the embedded store into PostgreSQL. Stop all of Footlight before."""
    settings = _of_sqlite("pg_dump")
    if not url.startswith(("postgresql://", "postgres://")):
        raise CopyRefused("the target must be postgresql://user:password@host/name")
    with only_one(settings.footlight_database_url, "copy"), Progress(console=complaints, transient=True) as bar:
        task = bar.add_task("Copy")
        rows = copy_store(
            settings.footlight_database_url, url, lambda done, of: bar.update(task, completed=done, total=of)
        )
    console.print(f"{rows:,} rows copied and compared. Now set FOOTLIGHT_DATABASE_URL to it, and start Footlight.")
    if not settings.footlight_secret_key:
        console.print(f"Set FOOTLIGHT_SECRET_KEY to what stands in {_key_file(settings)}.", markup=False)


def _require_key(settings: Settings, file: Path) -> None:
    """
    Raises:
        BackupRefused: where no key is at hand; one made now would open no backup.
    """
    if not settings.footlight_secret_key and not _key_file(settings).exists():
        raise BackupRefused(f"a backup is of no use without its key: {_which_key(settings, file)}")


def _which_key(settings: Settings, file: Path) -> str:
    """What to do for a backup's key; one that lies beside the backup is named."""
    ours = _key_file(settings)
    beside = [one for one in sorted(file.parent.glob("*.key")) if one.absolute() != ours.absolute()]
    found = f"{beside[0]}, which lies beside the backup," if beside else "the .key file that was kept with it"
    if settings.footlight_secret_key:
        return f"put what stands in {found} into FOOTLIGHT_SECRET_KEY"
    return f"copy {found} to {ours}"


def _key_file(settings: Settings) -> Path:
    return Path(f"{_path(settings)}.key")


def _of_sqlite(instead: str) -> Settings:
    settings = read_settings()
    log_errors_only(settings.secrets)
    if not settings.is_sqlite:
        raise BackupRefused(f"this store is on PostgreSQL: use {instead} (see docs/operations.md)")
    return settings


def _path(settings: Settings) -> Path:
    return Path(settings.footlight_database_url.removeprefix("sqlite:///"))
