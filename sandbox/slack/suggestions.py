"""Selects that search: what the app offers for what somebody typed, as strictly as Slack takes it."""

from collections.abc import Sequence
from typing import Any

from sandbox.slack.block_kit import suggestion_faults
from sandbox.slack.inputs import stateful
from sandbox.slack.workspace import Modal

Json = dict[str, Any]
LEAST_TYPED = 3
"""Characters from which Slack asks the app, where the select says nothing else."""


class Unsuitable(ValueError):
    """The app's answer to a search is none that Slack takes: it shows an error in the select."""


def least_typed(element: Json) -> int:
    return int(element.get("min_query_length", LEAST_TYPED))


def offered(answer: Any) -> list[Json]:
    """
    The options of an answer, those in groups too.

    Raises:
        Unsuitable
    """
    if faults := suggestion_faults(answer):
        raise Unsuitable("; ".join(map(str, faults)))
    groups = answer.get("option_groups") or []
    return [*(answer.get("options") or []), *(option for group in groups for option in group["options"])]


def searching(blocks: Sequence[Json]) -> list[Json]:
    """The elements that ask the app what can be chosen."""
    return [element for _, element in stateful(blocks) if "external_select" in element["type"]]


def with_offers(modal: Modal) -> list[Json]:
    """A view's blocks, their searching selects with what was offered and what is chosen, as a client shows them."""
    return [_with_offers(block, modal) for block in modal.view["blocks"]]


def _with_offers(block: Json, modal: Modal) -> Json:
    element = block.get("element") or {}
    if "external_select" not in element.get("type", ""):
        return block
    held = modal.values.get(block["block_id"], {}).get(element["action_id"], {})
    one = held.get("selected_option")
    chosen = [*(held.get("selected_options") or ()), *([one] if one else ())]
    found = [*chosen, *modal.offers.get(element["action_id"], ())]
    options = {option["value"]: option for option in found}
    return {**block, "element": {**element, "options": list(options.values())}}
