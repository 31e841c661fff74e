"""What the filters of a channel can name: campaigns, target groups and owners, by id and by a part of the name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlmodel import Session, col, select

from decisions.channel_filters import Filters
from decisions.search import plain
from storage.campaigns import Campaign
from storage.owners import Owner
from storage.target_groups import TargetGroup


class Filtered(StrEnum):
    """What a filter is made of."""

    CAMPAIGNS = "campaigns"
    GROUPS = "groups"
    OWNERS = "owners"


@dataclass(frozen=True, slots=True)
class FilterValue:
    """Something that a filter can name; ids as text."""

    id: str
    name: str


_TABLES: Final[Mapping[Filtered, tuple[Any, Any]]] = {
    Filtered.CAMPAIGNS: (col(Campaign.id), col(Campaign.name)),
    Filtered.GROUPS: (col(TargetGroup.id), col(TargetGroup.name)),
    Filtered.OWNERS: (col(Owner.hubspot_id), col(Owner.name)),
}


def search(session: Session, kind: Filtered, text: str, limit: int) -> tuple[FilterValue, ...]:
    """Those whose name has every word of `text` in it, in any case and accents, by name; empty: all."""
    words = plain(text.strip()).split()
    found = [one for one in _all(session, kind) if all(word in plain(one.name) for word in words)]
    return tuple(sorted(found, key=lambda one: plain(one.name))[:limit])


def named(session: Session, filters: Filters) -> dict[Filtered, tuple[FilterValue, ...]]:
    """What these filters name, as far as it is still there, in their order."""
    asked: dict[Filtered, Iterable[object]] = {
        Filtered.CAMPAIGNS: filters.campaigns,
        Filtered.GROUPS: filters.groups,
        Filtered.OWNERS: filters.owners,
    }
    return {kind: _of_ids(session, kind, [str(id_) for id_ in ids]) for kind, ids in asked.items()}


def _of_ids(session: Session, kind: Filtered, ids: list[str]) -> tuple[FilterValue, ...]:
    if not ids:
        return ()
    known = {one.id: one for one in _all(session, kind)}
    return tuple(known[id_] for id_ in ids if id_ in known)


def _all(session: Session, kind: Filtered) -> list[FilterValue]:
    id_, name = _TABLES[kind]
    query = select(id_, name).where(name != "")
    if kind is Filtered.GROUPS:
        query = query.where(col(TargetGroup.deleted_at).is_(None))
    return [FilterValue(str(one), called) for one, called in session.execute(query)]
