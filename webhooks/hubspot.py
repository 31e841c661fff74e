"""HubSpot's app webhooks: receives deliveries, and keeps what their events say."""

from collections import Counter
from datetime import datetime

import structlog
from aiohttp import web

from storage import Session, contacts, dead_letters, portal
from storage.inbox import keep_hints
from webhooks.bodies import Unreadable
from webhooks.edge import EDGE, Edge
from webhooks.hubspot_events import SOURCE, Read, read_events
from webhooks.problems import malformed, switched_off
from webhooks.verify import Forged, HubSpotVersion, check_hubspot

log = structlog.get_logger()


async def receive(request: web.Request) -> web.Response:
    """204 once what the events say is on disk."""
    edge = request.app[EDGE]
    body = await request.read()
    version = proven(edge, request, body)
    ours = await edge.store.read(portal.present)
    if version is not HubSpotVersion.V3 and ours and ours.v3_since:
        raise Forged(f"it is signed with {version} only, but this app has sent v3 before")
    try:
        read = read_events(body, ours.portal_id if ours else None)
    except Unreadable as error:
        raise malformed(f"The body cannot be read: {error}.") from error
    await edge.store.write(keep, read, version, edge.now())
    _count(edge, read)
    return web.Response(status=204)


def proven(edge: Edge, request: web.Request, body: bytes) -> HubSpotVersion:
    """
    The version of the signature that proves the request.

    Raises:
        Forged, Stale; Problem: 503 without a client secret, as HubSpot then sends it again later.
    """
    if not edge.hubspot_secrets:
        raise switched_off(503, "HUBSPOT_CLIENT_SECRET")
    return check_hubspot(
        body,
        request.headers,
        method=request.method,
        url=edge.called(request),
        secrets=edge.hubspot_secrets,
        now=edge.now(),
        allow_old=True,
    )


def keep(session: Session, read: Read, version: HubSpotVersion, now: datetime) -> None:
    """Hide who was deleted for privacy at once; the rest is asked of HubSpot by the worker."""
    if version is HubSpotVersion.V3:
        portal.note_v3(session, now=now)
    for hubspot_id in read.privacy_deletions:
        contacts.hide(session, hubspot_id, now)
    keep_hints(session, read.hints, read.dead_letters, now=now)
    dead_letters.count_unknown(session, SOURCE, read.unknown, now=now)


def _count(edge: Edge, read: Read) -> None:
    became = Counter({"hint": len(read.hints), "dead letter": len(read.dead_letters), "unknown": len(read.unknown)})
    became.update(str(why) for why in read.unheeded)
    for name, number in became.items():
        edge.metrics.hubspot_events.labels(name).inc(number)
    log.info("HubSpot told", became={name: number for name, number in became.items() if number})
