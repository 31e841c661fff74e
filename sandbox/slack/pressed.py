"""Which element of a message or a view was pressed: several may share one action id."""

from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]


def find_element(
    blocks: Sequence[Json], action_id: str, value: str | None, option: str | Sequence[str] | None
) -> tuple[str, Json] | None:
    """The block id and the first element with this action id; of several, the one with this value or menu option."""
    for block in blocks:
        for element in (*block.get("elements", []), block.get("accessory"), block.get("element")):
            if element and element.get("action_id") == action_id and _is_it(element, value, option):
                return block["block_id"], element
    return None


def _is_it(element: Json, value: str | None, option: str | Sequence[str] | None) -> bool:
    if element["type"] == "overflow" and option is not None:
        chosen = [option] if isinstance(option, str) else option
        return all(one in {each["value"] for each in element["options"]} for one in chosen)
    return value in (None, "", element.get("value"))
