"""HubSpot's workflows: their action "Send a webhook" tells that a list's members changed."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import structlog
from aiohttp import web

from storage import Busy, StoreDown, portal
from storage.inbox import HintKind, HintTold, keep_hints
from webhooks.bodies import Unreadable, read_json
from webhooks.edge import EDGE, Edge
from webhooks.hubspot import proven
from webhooks.hubspot_events import KIND_OF_TYPE_ID, BadEvent, read_id
from webhooks.problems import Problem, malformed, switched_off
from webhooks.verify import check_shared_secret

# As people name them when they customise the body, and as HubSpot's default bodies name the record.
LIST_FIELDS: Final = ("list", "list_id", "listId", "hs_list_id", "segment_id", "segmentId")
RECORD_FIELDS: Final = ("hs_object_id", "vid", "objectId", "id")
COMPANY_FIELDS: Final = ("companyId", "company-id")
PORTAL_FIELDS: Final = ("portalId", "portal-id", "portal_id")

# Where HubSpot's "API key" goes in a workflow that no app signs, as with a service key.
SECRET_HEADER: Final = "X-Workflow-Secret"  # noqa: S105
# Workflows read `Retry-After` in milliseconds. Source: HubSpot, "How to trigger webhooks in contact-based workflows".
TRY_AGAIN_MS: Final = 5_000

log = structlog.get_logger()


async def receive(request: web.Request) -> web.Response:
    """
    204 once the hint is on disk.

    Workflows sign with v2 alone, so that still counts here when v3 came from the app; told twice, a hint does no harm.
    HubSpot drops a workflow's webhook at any 4xx but 429, so those are for what will never be right.
    """
    edge = request.app[EDGE]
    body = await request.read()
    _check(edge, request, body)
    hints, sent_by = read_call(request.query.get("list"), body)
    try:
        became = await _keep(edge, hints, sent_by)
    except (StoreDown, Busy) as error:
        wait = {"Retry-After": str(TRY_AGAIN_MS)}
        raise Problem(503, "store down", "Nothing can be kept at this moment: send it again.", wait) from error
    edge.metrics.hubspot_events.labels(became).inc(len(hints))
    log.info("a HubSpot workflow told", became=became, hints=len(hints))
    return web.Response(status=204)


def _check(edge: Edge, request: web.Request, body: bytes) -> None:
    """Raises: Forged, Stale; Problem: 503 while neither proof could be looked at."""
    if not (edge.workflow_secrets or edge.hubspot_secrets):
        raise switched_off(503, "HUBSPOT_CLIENT_SECRET or HUBSPOT_WORKFLOW_SECRET")
    if edge.workflow_secrets and (SECRET_HEADER in request.headers or not edge.hubspot_secrets):
        check_shared_secret(request.headers, SECRET_HEADER, secrets=edge.workflow_secrets)
    else:
        proven(edge, request, body)


async def _keep(edge: Edge, hints: tuple[HintTold, ...], sent_by: str | None) -> str:
    """What became of them, in the word of the metric."""
    ours = await edge.store.read(portal.present)
    if ours and sent_by not in (None, ours.portal_id):
        return "of another portal"
    await edge.store.write(keep_hints, hints, now=edge.now())
    return "hint"


def read_call(list_id: str | None, body: bytes) -> tuple[tuple[HintTold, ...], str | None]:
    """
    The hints in a workflow's call, and the portal that it names if it does.

    Args:
        list_id: from the URL; without it, the list is looked for in the body.

    Raises:
        Problem: 400 if it names neither list nor record.
    """
    record = _record(body)
    told_list = _first({"list": list_id}, LIST_FIELDS) or _first(record, LIST_FIELDS)
    hints = [HintTold(HintKind.LIST, told_list)] if told_list else []
    if company_id := _first(record, COMPANY_FIELDS):
        hints.append(HintTold(HintKind.COMPANY, company_id))
    elif record_id := _first(record, RECORD_FIELDS):
        hints.append(HintTold(_kind(record), record_id))
    if not hints:
        raise malformed(
            "It names no list: add ?list=ID to the address, or the list's id as listId to the body, in the workflow."
        )
    return tuple(hints), _first(record, PORTAL_FIELDS)


def _kind(record: Mapping[str, Any]) -> HintKind:
    return KIND_OF_TYPE_ID.get(str(record.get("objectTypeId")), HintKind.CONTACT)


def _record(body: bytes) -> Mapping[str, Any]:
    """The fields of the body, those of its `properties` behind them; {} when it is no object."""
    try:
        read = read_json(body)
    except Unreadable:
        return {}
    if not isinstance(read, dict):
        return {}
    properties = read.get("properties")
    inner = properties if isinstance(properties, dict) else {}
    # HubSpot's older default body wraps each property: {"value": ..., "versions": [...]}
    values = {name: value.get("value") if isinstance(value, dict) else value for name, value in inner.items()}
    return {**values, **read}


def _first(record: Mapping[str, Any], fields: Iterable[str]) -> str | None:
    for field in fields:
        try:
            return read_id(record, field)
        except BadEvent:
            continue
    return None
