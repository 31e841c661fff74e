"""HubSpot lists are chosen: each becomes a target group, and its members are read at once."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

from storage import audit, inbox, target_groups
from storage.hubspot_lists import HubSpotList, HubSpotListState
from storage.inbox import HintKind, HintTold


class ListGone(Exception):
    """HubSpot has no list with this id any more: look at the lists again."""


def import_list(session: Session, state: HubSpotListState, *, actor: str, now: datetime) -> None:
    """
    Make a target group of a list as HubSpot tells it, for somebody who wants that.

    Raises:
        NameTaken, NotForPeople: as with `target_groups.import_list`.
    """
    target_groups.import_list(session, state, now=now)
    audit.note(session, now=now, actor=actor, action="imported a list", detail=state.list_id)


def import_lists(session: Session, list_ids: Collection[str], *, actor: str, now: datetime) -> None:
    """
    Make target groups of lists that the catalogue names.

    Raises:
        ListGone
        NameTaken, NotForPeople: as with `target_groups.import_list`; then none is imported.
    """
    for list_id in list_ids:
        row = session.get(HubSpotList, list_id)
        if row is None or row.deleted_at is not None:
            raise ListGone(ListGone.__doc__)
        state = HubSpotListState(**{name: getattr(row, name) for name in HubSpotListState.__slots__})
        import_list(session, state, actor=actor, now=now)
    inbox.keep_hints(session, [HintTold(HintKind.LIST, list_id) for list_id in list_ids], now=now)
