"""The secret keys: from the settings, or on SQLite made once and kept beside the database."""

import os
import secrets
from pathlib import Path

from decisions.sealing import Keys
from footlight.settings import BadSettings, Settings, cannot_keep

KEY_OCTETS = 32


def secret_keys(settings: Settings) -> Keys:
    """
    The keys that seal tokens, newest first.

    Raises:
        BadSettings: on PostgreSQL without FOOTLIGHT_SECRET_KEY, as several machines must share it; on SQLite where
            none can be kept beside the database.
    """
    if settings.footlight_secret_key:
        return Keys.parse(settings.footlight_secret_key.get_secret_value())
    if not settings.is_sqlite:
        raise BadSettings(
            "FOOTLIGHT_SECRET_KEY: must be set with PostgreSQL. A fresh one, to be kept safe: " + fresh_key()
        )
    return Keys.parse(_kept_beside(Path(settings.footlight_database_url.removeprefix("sqlite:///"))))


def fresh_key() -> str:
    """A new secret key."""
    return secrets.token_urlsafe(KEY_OCTETS)


def _kept_beside(database: Path) -> str:
    path = database.with_name(database.name + ".key")
    try:
        # Made readable for its owner alone, and by whichever process is first.
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
            made.write(fresh_key())
    except FileExistsError:
        pass
    except OSError as error:
        raise cannot_keep(path.parent, error) from error
    return path.read_text(encoding="ascii").strip()
