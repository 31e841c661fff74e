"""The plain pages that a person sees where a banner or a link cannot be had."""

from typing import Final

from aiohttp import web

_PAGE: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>{title}</title>
<body style="font:16px/1.5 system-ui,sans-serif;max-width:32em;margin:4em auto;padding:0 1em">
<h1 style="font-size:1.25em">{title}</h1><p>{text}</p></body></html>
"""
_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def not_found(text: str) -> web.Response:
    """404 with one sentence for a person."""
    page = _PAGE.format(title="Nothing to be found here", text=text)
    return web.Response(status=404, text=page, content_type="text/html", headers=_HEADERS)
