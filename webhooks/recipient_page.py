"""The recipient's own page: what is kept of them, in kinds and never in values, and what they can do about it."""

from datetime import datetime
from html import escape
from typing import Final
from urllib.parse import parse_qs

import structlog
from aiohttp import web

from storage import Busy, StoreDown, opt_out_asked, privacy_requests
from storage.opt_outs import Hasher
from storage.person_kept import Kept, kept
from storage.privacy_requests import Request, Wish
from webhooks.edge import EDGE, Edge
from webhooks.texts import Texts, texts_for
from webhooks.tokens import BadToken, open_token

STOP: Final = "stop"
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Vary": "Accept-Language",
}
_STYLE: Final = """
body{font:16px/1.5 system-ui,sans-serif;max-width:36em;margin:3em auto;padding:0 1em;color:#1d1c1d;background:#fff}
h1{font-size:1.4em}h2{font-size:1.1em;margin-top:2em}table{border-collapse:collapse}caption{text-align:left}td{white-space:nowrap}
th,td{text-align:left;font-weight:400;padding:.25em 2em .25em 0;vertical-align:top}
button{font:inherit;padding:.5em 1em;border:1px solid #555;border-radius:6px;background:#fff;color:#1d1c1d}
button:focus-visible{outline:3px solid #0b57d0;outline-offset:2px}form{margin:.4em 0 1.4em}
"""

log = structlog.get_logger()


async def show(request: web.Request) -> web.Response:
    """The page. Looking at it changes nothing, as scanners follow links."""
    edge, texts = request.app[EDGE], texts_for(request)
    try:
        recipient = _recipient(edge, request)
    except BadToken:
        return _page(texts, f"<p>{escape(texts['bad_link'])}</p>", status=404)
    if recipient is None:
        return _page(texts, f"<p>{escape(texts['several'])}</p>")
    if edge.tracker is None:
        return _page(texts, f"<p>{escape(texts['later'])}</p>", status=503)
    try:
        held = await edge.store.read(kept, recipient, edge.tracker.hasher)
    except (StoreDown, Busy) as error:
        return _not_now(texts, error)
    return _page(texts, _told(recipient, held, texts))


async def act(request: web.Request) -> web.Response:
    """A button was pressed: tracking stops at once, the rest becomes a request; then the page is shown again."""
    edge, texts = request.app[EDGE], texts_for(request)
    try:
        recipient = _recipient(edge, request)
    except BadToken:
        return _page(texts, f"<p>{escape(texts['bad_link'])}</p>", status=404)
    wanted = pressed(await request.read())
    if recipient is None or wanted is None or wanted not in BUTTONS:
        return _page(texts, f"<p>{escape(texts['no_button'])}</p>", status=400)
    if edge.tracker is None:
        return _page(texts, f"<p>{escape(texts['later'])}</p>", status=503)
    try:
        await _do(edge, edge.tracker.hasher, recipient, wanted)
    except (StoreDown, Busy) as error:
        return _not_now(texts, error)
    return web.Response(status=303, headers={"Location": request.match_info["token"], **HEADERS})


async def _do(edge: Edge, hasher: Hasher, recipient: str, wanted: str) -> None:
    if wanted == STOP:
        await edge.store.write(opt_out_asked.opt_out, recipient, actor="recipient", hasher=hasher, now=edge.now())
    else:
        await edge.store.write(privacy_requests.ask, recipient, Wish(wanted), now=edge.now())


def _recipient(edge: Edge, request: web.Request) -> str | None:
    return open_token(edge.keys, request.match_info["token"]).recipient


def _not_now(texts: Texts, error: Exception) -> web.Response:
    log.warning("a recipient's page could not be served", because=str(error))
    return _page(texts, f"<p>{escape(texts['later'])}</p>", status=503)


BUTTONS: Final = (STOP, *Wish)


def pressed(form: bytes) -> str | None:
    """The button of a form, as browsers send it; None where there is none in it."""
    try:
        fields = parse_qs(form.decode("ascii", "replace"), max_num_fields=10)
    except ValueError:
        return None
    return fields.get("do", [None])[0]


def _told(recipient: str, held: Kept, texts: Texts) -> str:
    parts = [f"<p>{escape(texts['about'].format(address=masked(recipient)))}</p>", _kinds(held, texts)]
    parts.append(f"<h2>{escape(texts['do'])}</h2>")
    stopped = held.opted_out_since
    if held.only_in_groups and not stopped:
        parts.insert(2, f"<p>{escape(texts['only_in_groups'])}</p>")
    parts.append(_done(STOP, stopped, texts) if stopped else _button(STOP, texts))
    if held.kinds:
        parts += [_requested(wish, held.requests.get(wish), texts) for wish in Wish]
    return "".join(parts)


def _kinds(held: Kept, texts: Texts) -> str:
    if not held.kinds:
        return f"<p>{escape(texts['nothing'])}</p>"
    rows = "".join(
        f'<tr><th scope="row">{escape(texts[f"kind_{kind}"])}</th><td>{_day(since, texts)}</td></tr>'
        for kind, since in held.kinds.items()
    )
    head = f'<tr><th scope="col">{escape(texts["what"])}</th><th scope="col">{escape(texts["since"])}</th></tr>'
    return f"<table><caption>{escape(texts['kept'])}</caption><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _requested(wish: Wish, request: Request | None, texts: Texts) -> str:
    if request is None:
        return _button(wish, texts)
    return _done(wish, request.asked_at, texts, texts["told" if request.is_told else "noted"])


def _done(action: str, since: datetime, texts: Texts, *more: str) -> str:
    told = texts[f"{action}_done"].format(day=_day(since, texts))
    return f'<p role="status">{escape(" ".join((told, *more)))}</p>'


def _button(action: str, texts: Texts) -> str:
    button = f'<button name="do" value="{action}">{escape(texts[action])}</button>'
    return f'<form method="post"><p>{escape(texts[f"{action}_means"])}</p>{button}</form>'


def _day(moment: datetime, texts: Texts) -> str:
    return moment.strftime(texts["day"])


def _page(texts: Texts, body: str, status: int = 200) -> web.Response:
    text = (
        f'<!doctype html><html lang="{texts["language"]}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(texts["title"])}</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{escape(texts['title'])}</h1>{body}</main></body></html>"
    )
    return web.Response(status=status, text=text, content_type="text/html", headers=HEADERS)


def masked(address: str) -> str:
    """An address that its owner knows again, and nobody else: `m•••@f•••.de`."""
    local, _, domain = address.rpartition("@")
    name, _, top = domain.partition(".")
    return f"{local[:1]}•••@{name[:1]}•••.{top.rpartition('.')[2]}"
