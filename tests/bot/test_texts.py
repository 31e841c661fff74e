"""Both languages say everything, with the same values."""

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

from bot.blocks.group_trouble import TROUBLES
from bot.blocks.text import Mrkdwn
from bot.permissions import Refusal
from bot.texts import CATALOGUES, Texts
from storage.group_trouble import TroubleKind

BOT = Path(__file__).parents[2] / "bot"


def values_of(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", CATALOGUES)
def test_catalogue_is_complete(language: str) -> None:
    """Each language has the keys of the others, and each text takes the same values."""
    english = {key: values_of(text) for key, text in CATALOGUES["en"].items()}

    assert {key: values_of(text) for key, text in CATALOGUES[language].items()} == english


def test_no_text_is_unused_and_none_is_missing() -> None:
    """Every key is asked for somewhere in the code."""
    source = " ".join(
        path.read_text() for path in BOT.rglob("*.py") if path.parent.name != "texts" or "init" in path.name
    )
    asked = set(re.findall(r"""["']([a-z_]+)["']""", source)) | set(Refusal)
    keys = {re.sub("_(one|other)$", "", key) for key in CATALOGUES["en"]}

    assert {key for key in keys - asked if not key.startswith("actor_") and not key.endswith("_hint")} == set()


def test_catalogues_are_plain_dictionaries_without_doubles() -> None:
    """A key that stands twice would silently lose its first text."""
    for language in CATALOGUES:
        tree = ast.parse((BOT / "texts" / f"{language}.py").read_text())
        (table,) = (node for node in ast.walk(tree) if isinstance(node, ast.Dict))
        keys = [ast.literal_eval(key) for key in table.keys if key is not None]
        assert len(keys) == len(set(keys))


def test_every_trouble_of_a_group_has_words() -> None:
    """Whatever keeps a target group from being equal to its list is told in the reader's language."""
    assert {*TROUBLES, TroubleKind.OTHER} == set(TroubleKind)


def test_values_are_escaped_and_numbers_spelt() -> None:
    """Foreign text cannot become markup; what is markup already stays."""
    texts = Texts("de")

    assert texts("show") == "Zeigen"
    assert texts("new_lead", email="<!channel>") == "Neuer Lead: &lt;!channel&gt;"
    assert texts("new_lead", email=Mrkdwn("<@U1>")) == "Neuer Lead: <@U1>"
    assert texts.count("clicks", 12_345) == "12.345 Klicks"
    assert Texts("en").count("clicks", 1) == "1 click"
    assert (Texts("en").percent(0.07), texts.percent(0.07)) == ("7%", "7 %")
    assert [texts.percent(share) for share in (0, 0.004, 0.01, 1)] == ["0 %", "<1 %", "1 %", "100 %"]


def test_unknown_language_is_english() -> None:
    """Whoever reads another language is answered in English."""
    assert Texts("pt").language == "en"
