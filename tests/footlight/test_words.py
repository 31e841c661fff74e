"""The words: whatever can be set, called, typed or pressed stands in the docs, as it is."""

import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer.main
from prometheus_client import CollectorRegistry

from bot.blocks import elements
from bot.conversations import CONVERSATIONS, WORDS, Kind
from bot.manifest import socket_mode_manifest
from footlight.cli.app import app
from footlight.settings import TABLE
from jobs.deliver import Delivery
from jobs.schedule import Schedule
from webhooks.app import ENDPOINTS
from webhooks.metrics import Metrics

HOUSE = Path(__file__).parents[2]
SETTINGS, REFERENCE, ADDING = (
    (HOUSE / "docs" / f"{name}.md").read_text() for name in ("settings", "reference", "adding")
)
ROW = re.compile(r"^\| `(?P<what>[^`]+)` \| (?P<rest>.*) \|$", re.MULTILINE)
SECTION = re.compile(
    r"^#### `footlight (?P<verb>[a-z ]+?)(?: [\[A-Z][^`]*)?`\n(?P<text>.*?)(?=^#|\Z)", re.MULTILINE | re.DOTALL
)


def rows(text: str) -> dict[str, str]:
    """The rows of all tables, by what stands in their first column."""
    return {row["what"]: row["rest"] for row in ROW.finditer(text)}


def verbs(group: Any, *names: str) -> Iterator[tuple[str, list[str]]]:
    """Each verb of the command line with its long options."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from verbs(command, *names, name)
        else:
            options = [option for one in command.params for option in (*one.opts, *one.secondary_opts)]
            yield " ".join((*names, name)), [option for option in options if option.startswith("--")]


VERBS = dict(verbs(typer.main.get_command(app)))


def test_every_setting_is_told() -> None:
    """Each setting stands in the table of settings with its default, and no other does."""
    told = {name: rest.partition(" | ")[0] for name, rest in rows(SETTINGS).items()}

    assert told == {name: f"`{field.default}`" if field.default else "none" for name, field in TABLE}


def test_every_endpoint_is_told() -> None:
    """Each endpoint stands in the reference's table, and no other does."""
    served = {f"{one.method} {one.path.replace(':.*', '')}" for one in ENDPOINTS}

    assert {what for what in rows(REFERENCE) if re.match("(GET|POST) ", what)} == served


def test_every_verb_is_told() -> None:
    """Each verb of the command line has a section in the reference, and no other does."""
    assert {section["verb"] for section in SECTION.finditer(REFERENCE)} == set(VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_option_is_told(verb: str) -> None:
    """The section of a verb names its options; `--json` with the shape of what it prints."""
    (text,) = (section["text"] for section in SECTION.finditer(REFERENCE) if section["verb"] == verb)
    shaped = "```json" in text or "`--json` prints what" in text or "`--json`: as" in text

    # A switch has two names; the one that changes something is told.
    assert [one for one in VERBS[verb] if one not in ("--json", "--open") and f"`{one}`" not in text] == []
    assert shaped == ("--json" in VERBS[verb])


def test_everything_in_slack_is_told() -> None:
    """Each command, its words, each shortcut, and each button that people press stand in the reference."""
    commands = {one.name for one in CONVERSATIONS if one.kind is Kind.COMMAND}
    shortcuts = {one["name"] for one in socket_mode_manifest()["features"]["shortcuts"]}
    buttons = {
        *(elements.OPT_OUT, elements.CLAIM, elements.ADD_TO_HUBSPOT, elements.DISMISS, elements.OPEN_IN_HUBSPOT),
        *(elements.RELEASE, elements.UNDO),
    }

    assert {what for what in rows(REFERENCE) if re.fullmatch("/[a-z]+", what)} == commands
    assert [word for word in WORDS if f"`{word}`" not in rows(REFERENCE)["/footlight"]] == []
    assert [name for name in shortcuts | buttons if f"| *{name}* |" not in REFERENCE] == []


def test_every_metric_is_told() -> None:
    """Each metric stands in the reference, and no other does."""
    metrics: Any = Metrics()
    unused: Any = None
    Delivery(unused, {}, now=lambda: datetime.now(UTC), registry=metrics.registry)
    Schedule((), unused, metrics.registry)

    assert {what for what in rows(REFERENCE) if what.startswith("footlight_")} == names_in(metrics.registry)


def names_in(registry: CollectorRegistry) -> set[str]:
    suffixes = {"counter": "_total", "histogram": ""}
    return {f"{one.name}{suffixes[one.type]}" for one in registry.collect() if one.name.startswith("footlight_")}


def test_recipes_lead_somewhere() -> None:
    """Each file that a recipe names is there, and holds the names that are said to be in it."""
    files = re.findall(r"`([\w./-]+/[\w.-]*)`", ADDING)
    named = re.findall(r"`(\w+)`(?:,| or| and)? (?:of|in)\s+`([\w./-]+\.py)`", ADDING)

    assert [path for path in files if not (HOUSE / path).exists()] == []
    assert len(named) > 10
    assert [(name, path) for name, path in named if not re.search(rf"\b{name}\b", (HOUSE / path).read_text())] == []


def test_no_file_names_a_folder_of_one_machine() -> None:
    """What is kept works in any folder: nothing names the one in which it was written, or somebody's home."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=HOUSE, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no checkout of git")
    private = re.compile(
        "|".join(rf"{re.escape(str(folder))}\b" for folder in (HOUSE, Path.home()) if len(folder.parts) > 1).encode()
    )
    kept = (HOUSE / name for name in listed.stdout.split("\0") if name)

    assert [path for path in kept if path.is_file() and private.search(path.read_bytes())] == []
