"""HubSpot's search of objects: the body of a question."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

# The description asks for a cursor with every question, the first one's too, and for sorts as names.
FIRST: Final = "0"


def search_body(filters: Sequence[Mapping[str, str]], properties: Sequence[str], limit: int) -> dict[str, Any]:
    """
    For objects that pass all `filters`, by rising id, the first `limit` (at most 200) of them.

    Source: HubSpot's descriptions of `/crm/v3/objects/contacts/search` and `/crm/v3/objects/companies/search`.
    """
    return {
        "filterGroups": [{"filters": list(filters)}],
        "sorts": ["hs_object_id"],
        "properties": list(properties),
        "limit": limit,
        "after": FIRST,
    }
