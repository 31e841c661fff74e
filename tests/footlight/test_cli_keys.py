"""Keys of the API on the command line."""

import asyncio
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from footlight.processes import WEB, serve
from footlight.settings import read_settings
from storage import open_store
from storage.api_keys import Scope, find
from tests.footlight.commands import KEY, documented, footlight, printed, shape
from tests.footlight.conftest import on_both

pytestmark = pytest.mark.usefixtures("logs_undone")


@on_both
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


async def test_the_api_is_told_on(alone: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as a key is in force, neither `check` nor the log of a start calls the API off; without any both do."""
    monkeypatch.setenv("FOOTLIGHT_DATABASE_URL", database_url)
    monkeypatch.setenv("FOOTLIGHT_SECRET_KEY", KEY)
    off = ("off", "make a key: footlight keys create NAME; or set FOOTLIGHT_API_KEY")
    assert (await api_checked(), await is_logged_off()) == (off, True)

    await printed("keys", "create", "dashboard")
    assert (await api_checked(), await is_logged_off()) == (
        ("well", "keys in force: 1 made with footlight keys"),
        False,
    )

    assert (await footlight("keys", "revoke", "dashboard")).status == 0
    assert (await api_checked(), await is_logged_off()) == (off, True)


async def api_checked() -> tuple[str, str]:
    """How `check` finds the API."""
    ran = await footlight("check", "--json")
    return next((one["state"], one["told"]) for one in ran.json if one["about"] == "API")


async def is_logged_off() -> bool:
    """Whether a process that starts logs that the API is off."""
    stop = asyncio.Event()
    structlog.reset_defaults()
    with capture_logs() as logged:
        await serve(read_settings(port=0), WEB, stop=stop, started=lambda _: stop.set())
    assert any(one["event"] == "listening" for one in logged)
    return any(one["event"] == "off" and one["what"].startswith("the API") for one in logged)
