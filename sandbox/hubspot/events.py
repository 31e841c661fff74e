"""What HubSpot tells the world about a change: events of app webhooks, and calls of a list's workflow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sandbox.hubspot.records import OBJECT_TYPE_IDS, OBJECT_TYPES, ObjectType, Record

SINGULAR: Mapping[ObjectType, str] = {"contacts": "contact", "companies": "company"}

NEVER_SENT = frozenset(
    {"hs_lastmodifieddate", "lastmodifieddate", "associatedcompanyid", "num_unique_conversion_events"}
)
"""Properties that cannot be subscribed to, or whose changes do not fire."""

Family = Literal["classic", "generic"]


@dataclass(frozen=True, slots=True)
class AppEvent:
    """One event of an app webhook, without what the delivery adds (event, subscription, portal and app id, attempt)."""

    kind: str
    object_type: ObjectType
    object_id: int
    occurred_at: datetime
    fields: Mapping[str, Any]

    def body(self, family: Family) -> dict[str, Any]:
        """The event's own part of the JSON; generic events name their object type in `objectTypeId`."""
        prefix = SINGULAR[self.object_type] if family == "classic" else "object"
        generic = {} if family == "classic" else self._type_ids()
        return {
            "occurredAt": int(self.occurred_at.timestamp() * 1000),
            "subscriptionType": f"{prefix}.{self.kind}",
            "objectId": self.object_id,
            "changeSource": "CRM_UI",
            **generic,
            **self.fields,
        }

    def _type_ids(self) -> dict[str, str]:
        ends = str(self.fields.get("associationType", "")).lower().partition("_to_")
        named = {"fromObjectTypeId": ends[0], "toObjectTypeId": ends[2]} if ends[1] else {}
        return {
            "objectTypeId": OBJECT_TYPE_IDS[self.object_type],
            **{field: OBJECT_TYPE_IDS[OBJECT_TYPES[name]] for field, name in named.items()},
        }


@dataclass(frozen=True, slots=True)
class ListEvent:
    """A record (with its values at that moment) joined or left a list; its workflow calls out, or the journal tells."""

    list_id: int
    record_id: int
    joined: bool
    object_type: ObjectType
    occurred_at: datetime
    properties: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """What an operation on the CRM did: the record as it is now (if it still is), and the events that follow."""

    record: Record | None
    app_events: tuple[AppEvent, ...] = ()
    list_events: tuple[ListEvent, ...] = ()


def event(kind: str, record: Record, now: datetime, **fields: Any) -> AppEvent:
    return AppEvent(kind, record.object_type, record.id, now, fields)


def created(record: Record, now: datetime) -> AppEvent:
    return event("creation", record, now, changeFlag="NEW")


def property_changed(record: Record, name: str, value: str, now: datetime) -> AppEvent:
    return event("propertyChange", record, now, propertyName=name, propertyValue=value)


def merged(record: Record, primary_id: int, loser_id: int, moved: int, now: datetime) -> AppEvent:
    return event(
        "merge",
        record,
        now,
        primaryObjectId=primary_id,
        mergedObjectIds=[loser_id],
        newObjectId=record.id,
        numberOfPropertiesMoved=moved,
    )


def association_changed(
    contact: Record, company: Record, now: datetime, *, primary: bool, removed: bool = False
) -> tuple[AppEvent, ...]:
    """Both ends report it, and a primary association is reported as the plain one, too."""
    return tuple(
        event(
            "associationChange",
            one,
            now,
            associationType=name,
            fromObjectId=one.id,
            toObjectId=other.id,
            associationRemoved=removed,
            isPrimaryAssociation=is_primary,
        )
        for is_primary in ([False, True] if primary else [False])
        for one, other, name in ((contact, company, "CONTACT_TO_COMPANY"), (company, contact, "COMPANY_TO_CONTACT"))
    )


def list_changed(list_id: int, record: Record, now: datetime, *, joined: bool) -> ListEvent:
    return ListEvent(list_id, record.id, joined, record.object_type, now, dict(record.properties))
