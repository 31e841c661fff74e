"""Keys of the API on the command line."""

from pathlib import Path

import pytest

from storage import open_store
from storage.api_keys import Scope, find
from tests.footlight.commands import documented, footlight, printed, shape

pytestmark = pytest.mark.usefixtures("logs_undone")


async def test_keys(alone: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key is shown once, listed without itself, and revoked; a name is taken until then."""
    monkeypatch.setenv("FOOTLIGHT_DATABASE_URL", database_url)
    monkeypatch.setenv("FOOTLIGHT_SECRET_KEY", "a secret key that is long enough")
    made = await printed("keys", "create", "dashboard")
    assert shape(made) == shape(documented("keys create NAME"))
    assert made["scopes"] == ["read"]
    both = ("--scope", "signatures", "--scope", "read:addresses")
    assert "read:addresses, signatures" in (await footlight("keys", "create", "crm", *both)).out

    store = open_store(database_url)
    found = store.read_now(find, made["key"])
    store.close_now()
    assert found is not None
    assert (found.name, found.scopes) == ("dashboard", (Scope.READ,))

    taken = await footlight("keys", "create", "Dashboard")
    assert (taken.status, taken.out) == (1, "")
    assert (await footlight("keys", "revoke", "Dashboard")).status == 0
    assert (await footlight("keys", "revoke", "dashboard")).status == 1
    listed = await printed("keys", "list")
    assert shape(listed) == shape(documented("keys list"))
    assert [(one["name"], one["revoked_at"] is None) for one in listed] == [("dashboard", False), ("crm", True)]
    assert made["key"] not in (await footlight("keys", "list")).out
