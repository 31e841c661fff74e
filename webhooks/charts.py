"""Charts: pictures for messages in Slack, which fetches them here. They name no person."""

from typing import Final

from aiohttp import web

from webhooks.edge import EDGE
from webhooks.pages import not_found

# What stands under an address never changes.
_HEADERS: Final = {"Cache-Control": "public, max-age=86400, immutable", "X-Content-Type-Options": "nosniff"}


async def show(request: web.Request) -> web.Response:
    """The chart that the token holds, as a PNG."""
    draw = request.app[EDGE].draw_chart
    picture = await draw(request.match_info["token"]) if draw else None
    if picture is None:
        return not_found(request, "bad_chart")
    return web.Response(body=picture, content_type="image/png", headers=_HEADERS)
