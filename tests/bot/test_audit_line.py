"""The audit is told in the reader's language."""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.blocks.audit_line import ACTIONS, audit_line
from bot.blocks.reader import Reader
from bot.texts import Texts
from storage.audit import Noted
from storage.privacy_requests import Wish

ROOT = Path(__file__).parents[2]
# Functions of the store that are handed the action in its place.
HAND_ON = ("_Move", "_change", "_note", "_set_status")
AT = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


def strings(part: ast.AST) -> Iterator[str]:
    for node in ast.walk(part):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def sources() -> list[ast.Module]:
    """What notes something, and its audit."""
    paths = (path for room in ("storage", "bot") for path in (ROOT / room).rglob("*.py"))
    return [ast.parse(path.read_text()) for path in paths if path.name != "audit_line.py"]


def test_every_action_has_words() -> None:
    """Whatever the code notes in the audit can be told in each language, and nothing else is listed."""
    trees = sources()
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named = [each.value for call in calls for each in call.keywords if each.arg == "action"]
    handed_on = [part for call in calls if ast.unparse(call.func) in HAND_ON for part in call.args]
    noted = {part.value for part in named + handed_on if isinstance(part, ast.Constant)}
    known = {text for tree in trees for text in strings(tree)} | {f"asked to {wish}" for wish in Wish}

    assert len(noted) > 20
    assert noted - set(ACTIONS) == set()
    assert set(ACTIONS) - known == set()


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "UTC>: person opted out: max@firma.de, by a program"),
        ("de", "UTC>: Person abgemeldet: max@firma.de, von einem Programm"),
    ],
)
def test_an_entry(language: str, told: str) -> None:
    """Who did what to whom; an action without words of its own is told as it was noted, and is no markup."""
    reader = Reader(Texts(language))

    assert audit_line(Noted(AT, "api:crm", "opted out", "max@firma.de", ""), reader).endswith(told)
    campaign = Noted(AT, "cli", "paused a campaign", None, "campaign 7", "*Fair*")
    assert "Fair" in audit_line(campaign, reader)
    assert "<#C0LEADS>" in audit_line(Noted(AT, "cli", "chose a channel", None, "leads T2/C0LEADS"), reader)
    assert "&lt;!channel&gt;" in audit_line(Noted(AT, "cli", "<!channel>", None, ""), reader)
