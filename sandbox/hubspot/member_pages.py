"""A list's members in the order of their ids, page after page."""

from collections.abc import Sequence

from sandbox.hubspot.records import HubSpotList
from sandbox.hubspot.refusals import Json


class MemberPages:
    """Sorted members of lists, sorted anew only after a change; and the page each list answered last."""

    def __init__(self) -> None:
        self._sorted: dict[int, tuple[int, Sequence[int]]] = {}
        self.last_page: dict[int, Json] = {}

    def members(self, of: HubSpotList) -> Sequence[int]:
        edition, ids = self._sorted.get(of.id, (-1, ()))
        if edition != of.edition or len(ids) != len(of.members):
            ids = sorted(of.members)
            self._sorted[of.id] = (of.edition, ids)
        return ids
