"""Whether a HubSpot list must be paged again, and how often that may be, so that half of the day's requests suffice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

MEMBERS_A_REQUEST: Final = 250
# A pass over the smallest list asks for a page, and for contacts that are new.
LEAST_REQUESTS: Final = 2
A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ListTold:
    """What HubSpot tells of a list without its members; each may be missing."""

    size: int | None = None
    last_added_at: datetime | None = None
    last_removed_at: datetime | None = None

    @property
    def tells_moves(self) -> bool:
        """Whether every change shows: a swap leaves the size as it was, an empty list was never added to."""
        return self.size == 0 or (self.size is not None and self.last_added_at is not None)


def why_page(told: ListTold, paged: ListTold | None) -> str | None:
    """Why the list is paged again; None: it is as it was when it was `paged` last (None: it never was)."""
    if paged is None:
        return "never read whole before"
    if not told.tells_moves:
        return "HubSpot does not tell whether it moved"
    if told.size != paged.size:
        return "its size moved"
    if told.last_added_at != paged.last_added_at:
        return "members were added"
    return "members were removed" if told.last_removed_at != paged.last_removed_at else None


def intervals(sizes: Mapping[str, int], every: timedelta, calls_a_day: int) -> dict[str, timedelta]:
    """
    How often each list of so many members may be paged: not more than `every`, and all within half of `calls_a_day`.

    Each has an equal share; what small lists leave of theirs goes to the larger ones.
    """
    left, found = calls_a_day / 2, dict[str, timedelta]()
    by_size = sorted(sizes, key=lambda each: (sizes[each], each))
    for place, list_id in enumerate(by_size):
        requests = max(LEAST_REQUESTS, -(-sizes[list_id] // MEMBERS_A_REQUEST))
        share = max(left / (len(by_size) - place), 1.0)
        found[list_id] = max(every, A_DAY * (requests / share))
        left -= requests * (A_DAY / found[list_id])
    return found
