"""The plain pages that a person sees where a banner or a link cannot be had."""

from html import escape
from typing import Final

from aiohttp import web

from webhooks.texts import texts_for

_PAGE: Final = """<!doctype html>
<html lang="{language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>{title}</title>
<body style="font:16px/1.5 system-ui,sans-serif;max-width:32em;margin:4em auto;padding:0 1em">
<h1 style="font-size:1.25em">{title}</h1><p>{text}</p></body></html>
"""
_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Vary": "Accept-Language"}


def not_found(request: web.Request, why: str) -> web.Response:
    """404 with one sentence for a person; `why` is its key in the texts."""
    texts = texts_for(request)
    page = _PAGE.format(language=texts["language"], title=escape(texts["not_found"]), text=escape(texts[why]))
    return web.Response(status=404, text=page, content_type="text/html", headers=_HEADERS)
