"""The rules that give the house its shape: who may import whom, what the README begins with, what is pinned."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HOUSE = Path(__file__).parent.parent
PROJECT = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]
PINNED = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^ ;\\]+)", re.MULTILINE)
EXTRAS = PROJECT["optional-dependencies"]


def test_imports_run_one_way() -> None:
    """Rooms import only what stands below them, and each library stays in its room."""
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_readme_begins_with_the_two_commands() -> None:
    """Who reads the README meets the demo first and the tests second, each one command."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", (HOUSE / "README.md").read_text(), re.MULTILINE | re.DOTALL)

    assert [block.strip() for block in blocks[:2]] == ["make demo", "make test"]


@pytest.mark.parametrize(
    ("lock", "needed"),
    [
        ("requirements.lock", PROJECT["dependencies"]),
        ("requirements-dev.lock", [*PROJECT["dependencies"], *EXTRAS["dev"]]),
    ],
)
def test_every_dependency_is_pinned(lock: str, needed: list[str]) -> None:
    """Each dependency stands in the lock, at a version that the project asks for. If not: `make lock`."""
    pinned = {canonicalize_name(name): version for name, version in PINNED.findall((HOUSE / lock).read_text())}
    wanted = [Requirement(line) for line in needed]

    assert [
        str(one) for one in wanted if not one.specifier.contains(pinned.get(canonicalize_name(one.name), "0"))
    ] == []


def test_both_locks_agree() -> None:
    """The tests run on the very versions that the service runs on."""
    service, tests = (
        set(PINNED.findall((HOUSE / lock).read_text())) for lock in ("requirements.lock", "requirements-dev.lock")
    )

    assert service - tests == set()
