"""The catalogue of HubSpot's lists of people and companies: kept here, so that who searches it asks HubSpot nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete
from sqlmodel import Session, col, select

from decisions.search import plain
from storage import changes
from storage.bulk import write_rows
from storage.changes import Searched
from storage.columns import to_microseconds
from storage.hubspot_lists import COMPANIES, CONTACTS, HubSpotList, HubSpotListState
from storage.target_groups import TargetGroup

# Whoever made a list in HubSpot just now finds it by its exact name or id in any case.
STALE_AFTER: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class ListedList:
    """
    A list that can be imported, as HubSpot told it at `asked_at`.

    `size` lags behind its members, and may be missing. `group`: the target group that mirrors it already.
    """

    list_id: str
    name: str
    holds_companies: bool
    size: int | None
    asked_at: datetime
    group: str | None


def search(session: Session, text: str, limit: int) -> tuple[ListedList, ...]:
    """
    The lists whose name has every word of `text` in it, in any case and accents, or whose id it is; empty: all.

    Those whose name begins with `text` stand first, else by name.
    """
    wanted = plain(text.strip())
    found = [one for one in _importable(session) if _is_meant(one, wanted)]
    found.sort(key=lambda one: (one.list_id != wanted, not plain(one.name).startswith(wanted), plain(one.name)))
    return tuple(found[:limit])


def read_at(session: Session) -> datetime | None:
    """When HubSpot last told all of its lists; None: never yet."""
    return changes.read_up_to(session, Searched.LISTS)


def is_stale(session: Session, *, now: datetime) -> bool:
    """Whether HubSpot should be asked again before somebody chooses."""
    at = read_at(session)
    return at is None or now - at > STALE_AFTER


def replace_all(session: Session, states: Collection[HubSpotListState], *, asked_at: datetime) -> None:
    """These are all the lists that HubSpot has; what a group mirrors stays known, though HubSpot told nothing of it."""
    rows = [tuple(_plain_value(getattr(one, name)) for name in _COLUMNS) for one in states]
    write_rows(session, "hubspot_list", _COLUMNS, sorted(rows), _UNLESS_YOUNGER)
    mirrored = select(TargetGroup.hubspot_list_id).where(col(TargetGroup.hubspot_list_id).is_not(None))
    not_told = col(HubSpotList.asked_at) < asked_at, col(HubSpotList.list_id).not_in(mirrored)
    session.execute(delete(HubSpotList).where(*not_told))
    changes.note_read(session, Searched.LISTS, asked_at)


_COLUMNS: Final = tuple(HubSpotListState.__slots__)
_UNLESS_YOUNGER: Final = f"""
    ON CONFLICT (list_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS)}
    WHERE hubspot_list.asked_at <= excluded.asked_at
"""


def _plain_value(value: Any) -> Any:
    return to_microseconds(value) if isinstance(value, datetime) else value


def _importable(session: Session) -> list[ListedList]:
    query = select(HubSpotList, TargetGroup.name).outerjoin(
        TargetGroup, col(TargetGroup.hubspot_list_id) == col(HubSpotList.list_id)
    )
    are_people = col(HubSpotList.object_type_id).in_((CONTACTS, COMPANIES))
    rows = session.exec(query.where(are_people, col(HubSpotList.deleted_at).is_(None)))
    return [
        ListedList(one.list_id, one.name, one.object_type_id == COMPANIES, one.size, one.asked_at, group)
        for one, group in rows
    ]


def _is_meant(one: ListedList, wanted: str) -> bool:
    return one.list_id == wanted or all(word in plain(one.name) for word in wanted.split())
