"""HubSpot's events: THE table of what becomes of each, read without I/O."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import msgspec

from storage.dead_letters import DeadLetterTold
from storage.inbox import HintKind, HintTold
from webhooks.bodies import Unreadable, read_json, split_array

Event = Mapping[str, Any]
Hints = Iterable[HintTold]

LARGEST_ID: Final = 2**63 - 1
SOURCE: Final = "hubspot"

KIND_OF_TYPE_ID: Final = {"0-1": HintKind.CONTACT, "0-2": HintKind.COMPANY}
KIND_OF_NAME: Final = {"CONTACT": HintKind.CONTACT, "COMPANY": HintKind.COMPANY}


class BadEvent(ValueError):
    """The event cannot be used; the text says why, by names of fields, without values."""


def the_contact(event: Event) -> Hints:
    return [HintTold(HintKind.CONTACT, read_id(event, "objectId"))]


def the_company(event: Event) -> Hints:
    return [HintTold(HintKind.COMPANY, read_id(event, "objectId"))]


def the_object(event: Event) -> Hints:
    """Contact or company by `objectTypeId`; of other objects we keep nothing."""
    kind = _kind_of_object(event)
    return [HintTold(kind, read_id(event, "objectId"))] if kind else []


def the_deleted_person(event: Event) -> Hints:
    """The only event that is obeyed before HubSpot was asked."""
    return [HintTold(HintKind.PRIVACY_DELETION, read_id(event, "objectId"))]


def merged_contacts(event: Event) -> Hints:
    return _merged(event, HintKind.CONTACT)


def merged_companies(event: Event) -> Hints:
    return _merged(event, HintKind.COMPANY)


def merged_objects(event: Event) -> Hints:
    kind = _kind_of_object(event)
    return _merged(event, kind) if kind else []


def both_ends(event: Event) -> Hints:
    """The records that were associated or parted, as far as they are contacts or companies."""
    from_name, _, to_name = str(event.get("associationType")).partition("_TO_")
    ends = (("fromObjectId", "fromObjectTypeId", from_name), ("toObjectId", "toObjectTypeId", to_name))
    kinds = (
        (field, KIND_OF_TYPE_ID.get(str(event.get(type_id))) or KIND_OF_NAME.get(name)) for field, type_id, name in ends
    )
    return [HintTold(kind, read_id(event, field)) for field, kind in kinds if kind]


def _kind_of_object(event: Event) -> HintKind | None:
    if "objectTypeId" not in event:
        raise BadEvent("objectTypeId is missing")
    return KIND_OF_TYPE_ID.get(str(event["objectTypeId"]))


def _merged(event: Event, kind: HintKind) -> Hints:
    """Every record that took part: which of them `objectId` names is not documented."""
    others = event.get("mergedObjectIds") or []
    if not isinstance(others, list):
        raise BadEvent("mergedObjectIds is no array")
    ids = {read_id({"mergedObjectIds": other}, "mergedObjectIds") for other in others}
    ids |= {read_id(event, field) for field in ("primaryObjectId", "newObjectId", "objectId") if event.get(field)}
    if not ids:
        raise BadEvent("it names no record")
    return [HintTold(kind, one) for one in sorted(ids)]


HINTS: Final[Mapping[str, Callable[[Event], Hints]]] = {
    "contact.creation": the_contact,
    "contact.deletion": the_contact,
    "contact.propertyChange": the_contact,
    "contact.restore": the_contact,
    "contact.merge": merged_contacts,
    "contact.associationChange": both_ends,
    "contact.privacyDeletion": the_deleted_person,
    "company.creation": the_company,
    "company.deletion": the_company,
    "company.propertyChange": the_company,
    "company.restore": the_company,
    "company.merge": merged_companies,
    "company.associationChange": both_ends,
    "object.creation": the_object,
    "object.deletion": the_object,
    "object.propertyChange": the_object,
    "object.restore": the_object,
    "object.merge": merged_objects,
    "object.associationChange": both_ends,
}

# By what stands before the dot.
IGNORED: Final[Mapping[str, str]] = {
    "conversation": "we keep no conversations; people's privacy deletions come as contact.privacyDeletion too",
    "deal": "we keep no deals",
    "event": "we keep no custom events",
    "line_item": "we keep no line items",
    "product": "we keep no products",
    "ticket": "we keep no tickets",
}


class Unheeded(StrEnum):
    """Why nothing is kept of an event that is neither bad nor unknown."""

    IGNORED = "ignored"
    OTHER_PORTAL = "of another portal"


@dataclass(frozen=True, slots=True)
class Unknown:
    """An event of a type that stands in neither table."""

    kind: str


@dataclass(frozen=True, slots=True)
class Read:
    """
    What a delivery says.

    `privacy_deletions` are the HubSpot ids of contacts to be hidden at once, `unknown` the types that we do not know.
    """

    hints: tuple[HintTold, ...]
    privacy_deletions: tuple[str, ...]
    dead_letters: tuple[DeadLetterTold, ...]
    unheeded: tuple[Unheeded, ...]
    unknown: tuple[str, ...]


def read_events(body: bytes, portal_id: str | None) -> Read:
    """
    What the events of a delivery say; a bad one among them becomes a dead letter.

    Args:
        portal_id: events of another portal do not count; None: ours is not known yet, so all do.

    Raises:
        Unreadable: if the body is no JSON array.
    """
    hints: dict[HintTold, None] = {}
    letters: list[DeadLetterTold] = []
    unheeded: list[Unheeded] = []
    unknown: list[str] = []
    for part in split_array(body):
        match _read_part(part, portal_id):
            case DeadLetterTold() as letter:
                letters.append(letter)
            case Unheeded() as why:
                unheeded.append(why)
            case Unknown(kind):
                unknown.append(kind)
            case told:
                hints.update(dict.fromkeys(told))
    gone = tuple(hint.object_id for hint in hints if hint.kind is HintKind.PRIVACY_DELETION)
    return Read(tuple(hints), gone, tuple(letters), tuple(unheeded), tuple(unknown))


def _read_part(part: msgspec.Raw, portal_id: str | None) -> Hints | Unheeded | Unknown | DeadLetterTold:
    event: Any = None
    try:
        event = read_json(part)
        return _read_event(event, portal_id)
    except (Unreadable, BadEvent) as error:
        return _dead_letter(event if isinstance(event, dict) else {}, str(error))


def _read_event(event: Any, portal_id: str | None) -> Hints | Unheeded | Unknown:
    if not isinstance(event, dict):
        raise BadEvent("it is no JSON object")
    if portal_id is not None and read_id(event, "portalId") != portal_id:
        return Unheeded.OTHER_PORTAL
    kind = _type_of(event)
    if not isinstance(kind, str):
        raise BadEvent("subscriptionType is missing or no text")
    if read := HINTS.get(kind):
        return read(event) or Unheeded.IGNORED
    return Unheeded.IGNORED if kind.partition(".")[0] in IGNORED else Unknown(_name(kind))


def _type_of(event: Event) -> Any:
    """Older examples of HubSpot's call it `eventType`."""
    return event.get("subscriptionType", event.get("eventType"))


def read_id(event: Event, field: str) -> str:
    """
    A HubSpot id as text: they come as numbers here, and as text elsewhere.

    Raises:
        BadEvent: if there is none, or it has more than 64 bits.
    """
    value = event.get(field)
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,40}", value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadEvent(f"{field} is missing or no id")
    if not 0 < value <= LARGEST_ID:
        raise BadEvent(f"{field} is no id of 64 bits")
    return str(value)


_IDS: Final = ("portalId", "objectId", "primaryObjectId", "newObjectId", "fromObjectId", "toObjectId", "subscriptionId")
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,60}")


def _dead_letter(event: Event, reason: str) -> DeadLetterTold:
    """What may be kept of a bad event: its type, its ids, the names of its fields; what is no name is left out."""
    kind = _type_of(event)
    return DeadLetterTold(
        source=SOURCE,
        kind=_name(kind),
        reason=reason,
        ids=tuple(f"{field} {found}" for field in _IDS if (found := _id_or_none(event, field))),
        fields=tuple(sorted(name for name in event if _NAME.fullmatch(name)))[:40],
    )


def _name(text: Any) -> str:
    return text if isinstance(text, str) and _NAME.fullmatch(text) else "(no name)"


def _id_or_none(event: Event, field: str) -> str | None:
    try:
        return read_id(event, field)
    except BadEvent:
        return None
