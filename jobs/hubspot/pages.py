"""The cursor by which HubSpot's answers lead to their next page."""

import msgspec

from jobs.hubspot.trouble import BadAnswer


class Next(msgspec.Struct):
    after: str | int


class Paging(msgspec.Struct):
    next: Next | None = None


class Cursors:
    """Remembers the cursors of one walk, so that it ends even if HubSpot repeats itself."""

    def __init__(self, what: str, start: str | None = None) -> None:
        self._what = what
        self._seen = {start}

    def after(self, paging: Paging | None) -> str | None:
        """Where the next page begins; None: this was the last. Raises: BadAnswer, for a cursor that was there."""
        if paging is None or paging.next is None:
            return None
        cursor = str(paging.next.after)
        if cursor in self._seen:
            raise BadAnswer(f"a page of {self._what} leads back to an earlier one")
        self._seen.add(cursor)
        return cursor
