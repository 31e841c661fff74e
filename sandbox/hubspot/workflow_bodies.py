"""What a workflow's "send a webhook" posts: the whole record, or what its maker chose."""

from typing import Any, Literal

from sandbox.hubspot.events import ListEvent

WorkflowBody = Literal["customised", "default"]


def body_of(event: ListEvent, kind: WorkflowBody, portal_id: int) -> dict[str, Any]:
    if kind == "customised":
        return {"hs_object_id": str(event.record_id), "list_id": str(event.list_id)}
    at = int(event.occurred_at.timestamp() * 1000)
    return _contact(event, portal_id, at) if event.object_type == "contacts" else _company(event, portal_id)


def _contact(event: ListEvent, portal_id: int, at: int) -> dict[str, Any]:
    """The profile of the oldest contacts API, which workflows still send, every value with its history."""
    return {
        "vid": event.record_id,
        "canonical-vid": event.record_id,
        "merged-vids": [],
        "portal-id": portal_id,
        "is-contact": True,
        "properties": {
            name: {"value": value, "versions": [{"value": value, "source-type": "CRM_UI", "timestamp": at}]}
            for name, value in event.properties.items()
        },
    }


def _company(event: ListEvent, portal_id: int) -> dict[str, Any]:
    values = {name: {"value": value} for name, value in event.properties.items()}
    return {"portalId": portal_id, "companyId": event.record_id, "isDeleted": False, "properties": values}
