"""Events of HubSpot's journal: THE table of what becomes of each action, read without I/O."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from jobs.hubspot.records import is_id
from storage.dead_letters import DeadLetterTold
from storage.inbox import HintKind, HintTold

SOURCE: Final = "hubspot journal"
KIND_OF_TYPE_ID: Final = {"0-1": HintKind.CONTACT, "0-2": HintKind.COMPANY}
# More contacts than that of one list cost more requests, one by one, than a pass over most lists.
MOST_ONE_BY_ONE: Final = 20

Event = Mapping[str, Any]


class BadEvent(ValueError):
    """The event lacks what its action needs; the text names the field, without its value."""


@dataclass(frozen=True, slots=True)
class JournalTold:
    """What some events say; `privacy_deletions` are the HubSpot ids of contacts to be hidden at once."""

    hints: tuple[HintTold, ...] = ()
    privacy_deletions: tuple[str, ...] = ()
    dead_letters: tuple[DeadLetterTold, ...] = ()
    unknown: tuple[str, ...] = ()


def the_object(event: Event) -> Iterable[HintTold]:
    """The record, and those that a merge may name beside it; of other objects we keep nothing."""
    kind = KIND_OF_TYPE_ID.get(str(event.get("objectTypeId")))
    merged = event.get("mergedObjectIds")
    others = [event.get("primaryObjectId"), event.get("newObjectId"), *(merged if isinstance(merged, list) else ())]
    ids = [_id(event, "objectId"), *(str(each) for each in others if is_id(str(each)))]
    return [HintTold(kind, each) for each in dict.fromkeys(ids)] if kind else []


def both_ends(event: Event) -> Iterable[HintTold]:
    ends = (("fromObjectId", "fromObjectTypeId"), ("toObjectId", "toObjectTypeId"))
    kinds = ((field, KIND_OF_TYPE_ID.get(str(event.get(type_id)))) for field, type_id in ends)
    return [HintTold(kind, _id(event, field)) for field, kind in kinds if kind]


def the_deleted_person(event: Event) -> Iterable[HintTold]:
    return [HintTold(HintKind.PRIVACY_DELETION, _id(event, "objectId"))]


def nothing(event: Event) -> Iterable[HintTold]:
    return []


HINTS: Final[Mapping[str, Callable[[Event], Iterable[HintTold]]]] = {
    "CREATE": the_object,
    "UPDATE": the_object,
    "DELETE": the_object,
    "RESTORE": the_object,
    "MERGE": the_object,
    "SNAPSHOT": the_object,
    "ASSOCIATION_ADDED": both_ends,
    "ASSOCIATION_REMOVED": both_ends,
    "GDPR_DELETE": the_deleted_person,
    "APP_INSTALL": nothing,
    "APP_UNINSTALL": nothing,
}
LIST_ACTIONS: Final = ("ADDED_TO_LIST", "REMOVED_FROM_LIST")


def read_events(events: Iterable[Any], portal_id: str) -> JournalTold:
    """What the events of this portal say; a bad one among them becomes a dead letter."""
    hints: dict[HintTold, None] = {}
    lists: defaultdict[str, set[HintTold | None]] = defaultdict(set)
    letters: list[DeadLetterTold] = []
    unknown: list[str] = []
    for event in events:
        if not isinstance(event, dict) or str(event.get("portalId", portal_id)) != portal_id:
            continue
        action = str(event.get("action"))
        try:
            if action in LIST_ACTIONS:
                lists[_id(event, "listId")].add(_member(event))
            elif action in HINTS:
                hints.update(dict.fromkeys(HINTS[action](event)))
            else:
                unknown.append(action[:60] if action.isidentifier() else "(no name)")
        except BadEvent as error:
            letters.append(DeadLetterTold(SOURCE, action, str(error), fields=tuple(sorted(map(str, event)))[:40]))
    for list_id, members in lists.items():
        hints.update(dict.fromkeys(_of_list(list_id, members)))
    gone = tuple(hint.object_id for hint in hints if hint.kind is HintKind.PRIVACY_DELETION)
    return JournalTold(tuple(hints), gone, tuple(letters), tuple(unknown))


def _member(event: Event) -> HintTold | None:
    """The contact that joined or left; None: it is no contact, or not said. Its lists are asked with its state."""
    is_contact = str(event.get("objectTypeId", "0-1")) == "0-1"
    member = str(event.get("objectId"))
    return HintTold(HintKind.CONTACT, member) if is_contact and is_id(member) else None


def _of_list(list_id: str, members: set[HintTold | None]) -> list[HintTold]:
    told = [each for each in members if each is not None]
    if None in members or len(told) > MOST_ONE_BY_ONE:
        return [HintTold(HintKind.LIST, list_id)]
    return sorted(told, key=lambda hint: hint.object_id)


def _id(event: Event, field: str) -> str:
    told = str(event.get(field))
    if not is_id(told) or int(told) == 0:
        raise BadEvent(f"{field} is missing or no id")
    return told
