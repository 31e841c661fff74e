"""The redirect: who clicks a banner lands at the campaign's target, and the click is kept."""

from functools import lru_cache
from typing import Final

import structlog
from aiohttp import web
from multidict import CIMultiDict

from storage import Busy, StoreDown, tracking
from storage.campaigns import CampaignInForce
from storage.fetch_arrived import Fetched
from storage.tracking import EventKind
from webhooks.edge import EDGE
from webhooks.fetches import FETCHES, as_fetched
from webhooks.pages import not_found
from webhooks.tokens import BadToken, Opened, open_token

log = structlog.get_logger()


async def follow(request: web.Request) -> web.Response:
    """302 to the campaign last seen through this token, else to today's, else to the target of signing time."""
    edge = request.app[EDGE]
    try:
        opened = open_token(edge.keys, request.match_info["token"])
    except BadToken as bad:
        await _keep_mangled(request, bad)
        return not_found(request, "bad_link")
    campaign = await request.app[FETCHES].keep(as_fetched(request, opened, EventKind.CLICK))
    target = _target(campaign, opened)
    if target is None:
        return not_found(request, "no_target")
    return web.Response(status=302, headers=_to(target))


def _target(campaign: CampaignInForce | None, opened: Opened) -> str | None:
    target = campaign.decided.target_url if campaign else opened.target_url
    return target if target and target.startswith(WEB) else None


WEB: Final = ("https://", "http://")


@lru_cache(maxsize=1_024)
def _to(target: str) -> CIMultiDict[str]:
    return CIMultiDict({"Location": target, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})


async def _keep_mangled(request: web.Request, bad: BadToken) -> None:
    """A spoilt link of a mail that we know is a sign for its other links."""
    edge = request.app[EDGE]
    edge.metrics.bad_tokens.inc()
    if bad.mail_id is None:
        return
    try:
        is_known = await edge.store.read(tracking.knows_mail, bad.mail_id)
    except (StoreDown, Busy) as error:
        log.warning("a spoilt link could not be looked up", because=str(error))
        return
    if is_known:
        spoilt = Fetched(EventKind.MANGLED, edge.now(), bad.mail_id, user_agent=request.headers.get("User-Agent"))
        await request.app[FETCHES].keep(spoilt)
