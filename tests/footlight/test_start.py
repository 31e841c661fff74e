"""How a command starts: it imports what its verb needs, as each second of it is one that somebody waits."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"aiohttp", "alembic", "apscheduler", "hubspot", "matplotlib", "slack_bolt", "slack_sdk"}
TOLD = "import sys; from footlight.__main__ import main\ntry: main()\nfinally: print(*sys.modules, file=sys.stderr)"


@pytest.mark.parametrize(
    ("verb", "spared"),
    [
        ("--version", {*HEAVY, "cryptography", "pydantic", "sqlalchemy"}),
        ("contacts find nobody", HEAVY),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_imports(installed: Path, verb: str, spared: set[str]) -> None:
    """A verb that asks neither HubSpot nor Slack does not wait for the libraries that do."""
    ran = subprocess.run([sys.executable, "-c", TOLD, *verb.split()], capture_output=True, text=True, check=False)

    assert ran.stdout
    assert set(ran.stderr.split()) & spared == set()
