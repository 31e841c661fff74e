"""The banner: the picture of the campaign that this recipient sees now. Never an error image: mail proxies keep it."""

import re
from base64 import b64decode
from collections import OrderedDict
from typing import Final

import structlog
from aiohttp import web

from storage import Busy, Store, StoreDown
from storage.banner_files import BannerPicture, find_file
from storage.campaigns import Banner
from storage.tracking import EventKind
from webhooks.edge import EDGE
from webhooks.fetches import FETCHES, as_fetched
from webhooks.pages import not_found
from webhooks.tokens import BadToken, open_token

# A GIF, as every mail client shows one: 1 × 1, transparent.
PIXEL: Final = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
PICTURES_IN_MEMORY: Final = 64
# SHA-256 in hex: no token looks like it, and nobody guesses one.
_DIGEST: Final = re.compile("[0-9a-f]{64}")

_NO_STORE: Final = {"Cache-Control": "no-store"}

log = structlog.get_logger()


async def show(request: web.Request) -> web.Response:
    """
    The campaign's own picture, a 302 to one kept elsewhere, or a transparent pixel. A GET counts a view.

    With a banner file's digest in the token's place it is that file, for whoever edits campaigns, and counts nothing.
    """
    edge = request.app[EDGE]
    try:
        opened = open_token(edge.keys, request.match_info["token"])
    except BadToken:
        if picture := await _by_digest(request):
            return _picture(request, picture)
        edge.metrics.bad_tokens.inc()
        return not_found(request, "bad_picture")
    campaign = await request.app[FETCHES].keep(as_fetched(request, opened, EventKind.VIEW))
    return await _answer(request, campaign.banner) if campaign else _pixel()


async def _by_digest(request: web.Request) -> BannerPicture | None:
    digest = request.match_info["token"]
    return await request.app[PICTURES].get(digest) if _DIGEST.fullmatch(digest) else None


async def _answer(request: web.Request, banner: Banner) -> web.Response:
    if banner.image_url:
        return web.Response(status=302, headers={"Location": banner.image_url, **_NO_STORE})
    picture = await request.app[PICTURES].get(banner.digest) if banner.digest else None
    return _picture(request, picture) if picture else _pixel()


def _pixel() -> web.Response:
    return web.Response(body=PIXEL, content_type="image/gif", headers=_NO_STORE)


def _picture(request: web.Request, picture: BannerPicture) -> web.Response:
    """Always asked for again, so that each view counts; what did not change is not sent again."""
    headers = {
        "ETag": f'"{picture.digest}"',
        "Cache-Control": "no-cache",
        "X-Content-Type-Options": "nosniff",
    }
    asked = request.if_none_match or ()
    if any(tag.value in (picture.digest, "*") for tag in asked):
        return web.Response(status=304, headers=headers)
    return web.Response(body=picture.octets, content_type=picture.content_type, headers=headers)


class Pictures:
    """Banner files in memory, the last used ones; a file never changes under its digest."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: OrderedDict[str, BannerPicture] = OrderedDict()

    async def get(self, digest: str) -> BannerPicture | None:
        """The picture; None if the store cannot give it now."""
        if digest not in self._kept:
            try:
                found = await self._store.read(find_file, digest)
            except (StoreDown, Busy) as error:
                log.warning("a banner file could not be read", because=str(error))
                return None
            if found is None:
                return None
            self._kept[digest] = found
            if len(self._kept) > PICTURES_IN_MEMORY:
                self._kept.popitem(last=False)
        self._kept.move_to_end(digest)
        return self._kept[digest]


PICTURES: Final = web.AppKey("pictures", Pictures)
