"""What the command line shows: tables with whole addresses, the version; and looking where there is nothing yet."""

import importlib.metadata
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from footlight.cli import printing
from tests.footlight.commands import run_here

ADDRESS = "a.rather.long.name@a-very-long-domain-of-somebody.example"
LOOKS = (
    ("contacts", "list"),
    ("contacts", "find", "max"),
    ("contacts", "show", "max@firma.example"),
    ("leads", "list"),
    ("groups", "list"),
    ("groups", "show", "Customers"),
    ("sync",),
    ("campaigns", "list"),
    ("campaigns", "who", "max@firma.example"),
    ("properties", "list"),
    ("export", "max@firma.example"),
)


@pytest.mark.usefixtures("logs_undone")
@pytest.mark.parametrize("verb", LOOKS, ids=" ".join)
def test_nothing_there_yet(alone: Path, verb: tuple[str, ...]) -> None:
    """A verb that only looks says that there is no store, where it would be and how to begin, and makes nothing."""
    ran = run_here(*verb)

    assert (ran.status, ran.out) == (1, "")
    assert f"there is no store at {alone / 'footlight.db'} yet" in ran.err
    assert "footlight run" in ran.err
    assert list(alone.iterdir()) == []


@pytest.mark.parametrize("is_terminal", [True, False])
def test_addresses_are_whole(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], is_terminal: bool
) -> None:
    """However narrow the terminal: no address is cut; others read each row as one line."""
    monkeypatch.setattr(printing, "console", Console(width=80, force_terminal=is_terminal, color_system=None))
    company = "A company with a name of many words and some more"

    printing.print_table(("Name", "Address", "Company"), [("Max Mustermann", ADDRESS, company)] * 2, "")

    told = capsys.readouterr().out
    assert told.count(ADDRESS) == 2
    assert told.count(company) == (0 if is_terminal else 2)
    assert all(word in told for word in ("Mustermann", *company.split()))


def test_version() -> None:
    """`footlight --version` prints the version of the package."""
    ran = run_here("--version")

    assert (ran.status, ran.out) == (0, f"footlight {importlib.metadata.version('footlight')}\n")


CTRL_C_AT_AN_IMPORT = """
import os, signal, sys

class Interrupting:
    def find_spec(self, name, path, target=None):
        if name == os.environ["AT"]:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
from footlight.__main__ import main
main()
"""


@pytest.mark.parametrize("imported", ["typer", "storage"])
def test_ctrl_c_while_python_imports(imported: str) -> None:
    """Ctrl-C in the first second, while Python still imports, ends the command without a word."""
    program = [sys.executable, "-c", CTRL_C_AT_AN_IMPORT, "groups", "list"]
    ran = subprocess.run(program, env={"AT": imported}, capture_output=True, text=True, timeout=60, check=False)

    assert (ran.returncode, ran.stdout, ran.stderr) == (-signal.SIGINT, "", "")
