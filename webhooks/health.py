"""Whether we live, whether we are ready and why not, and what was counted."""

import asyncio
from typing import Final

import msgspec
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from storage import Busy, Store, StoreDown
from storage.database import ping
from webhooks.edge import EDGE, Check, Edge

LONGEST_CHECK_SECONDS: Final = 2.0


async def live(_: web.Request) -> web.Response:
    """200 as long as the process answers at all."""
    return web.Response(text="ok\n")


async def ready(request: web.Request) -> web.Response:
    """200, or 503 with the reason for each check that failed."""
    edge = request.app[EDGE]
    checks = (store_answers(edge.store), *edge.checks)
    reasons = await asyncio.gather(*(_reason(check) for check in checks))
    told = {check.name: reason or "ok" for check, reason in zip(checks, reasons, strict=True)}
    status = 503 if any(reasons) else 200
    body = msgspec.json.encode({"ready": status == 200, "checks": told})
    return web.Response(
        status=status, body=body, content_type="application/json", headers={"Cache-Control": "no-store"}
    )


async def metrics(request: web.Request) -> web.Response:
    """For Prometheus."""
    counted = generate_latest(request.app[EDGE].metrics.registry)
    return web.Response(body=counted, headers={"Content-Type": CONTENT_TYPE_LATEST})


def health_app(edge: Edge) -> web.Application:
    """The application of a process that has no other endpoints."""
    app = web.Application()
    app[EDGE] = edge
    for path, handler in (("/healthz", live), ("/readyz", ready), ("/metrics", metrics)):
        app.router.add_get(path, handler)
    return app


def store_answers(store: Store) -> Check:
    """The check that comes first: without the store nothing can be kept."""

    async def why_not() -> str | None:
        try:
            await store.read(ping)
        except (StoreDown, Busy) as error:
            return str(error)
        return None

    return Check("store", why_not)


async def _reason(check: Check) -> str | None:
    try:
        async with asyncio.timeout(LONGEST_CHECK_SECONDS):
            return await check.why_not()
    except TimeoutError:
        return f"no answer within {LONGEST_CHECK_SECONDS:.0f} s"
