"""How the app comes into workspaces and out of them: Slack's page that asks, the code that it gives, and the tokens."""

import secrets
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from time import monotonic
from urllib.parse import urlencode

from aiohttp import web

from sandbox.slack.call import Json, SlackError, ok
from sandbox.slack.sites import Site
from sandbox.slack.workspace import APP_ID, BOT_USER

CODE_SECONDS = 600.0
_ASKED = ("client_id", "scope", "state", "redirect_uri")


@dataclass
class Code:
    """Good once, within ten minutes, for the address to which it was sent."""

    site: Site
    user: str
    scope: str
    redirect_uri: str
    is_whole_organisation: bool
    made_at: float = field(default_factory=monotonic)


class OAuth:
    """
    The app's side of it is `client_id` and `client_secret`. `sites` are the workspaces that may be chosen.

    The page takes the form's `allow` and `user`; `organisation` set installs for the whole organisation.
    """

    def __init__(self, client_id: str, client_secret: str, sites: Sequence[Site]) -> None:
        self.client_id, self.client_secret = client_id, client_secret
        self._sites = sites
        self._codes: dict[str, Code] = {}

    async def ask(self, request: web.Request) -> web.StreamResponse:
        """GET /oauth/v2/authorize: which workspace, and may the app do this there?"""
        if request.query.get("client_id") != self.client_id:
            return web.Response(status=400, text="Invalid client_id parameter")
        asked = "".join(_hidden(name, request.query.get(name, "")) for name in _ASKED)
        forms = "".join(_form(site, asked) for site in self._sites)
        page = f'<!doctype html><html lang="en"><title>Slack</title><h1>Footlight wants in</h1>{forms}</html>'
        return web.Response(text=page, content_type="text/html")

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The person allowed it, or cancelled: back to the app."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        if form.get("client_id") != self.client_id:
            return web.Response(status=400, text="Invalid client_id parameter")
        redirect_uri, back = form.get("redirect_uri", ""), {"state": form.get("state", "")}
        site = next((one for one in self._sites if one.workspace.team.id == form.get("allow")), None)
        if site is None:
            back["error"] = "access_denied"
        else:
            back["code"] = secrets.token_hex(8)
            whole = bool(form.get("organisation"))
            self._codes[back["code"]] = Code(site, form.get("user", ""), form.get("scope", ""), redirect_uri, whole)
        raise web.HTTPFound(f"{redirect_uri}?{urlencode(back)}")

    def access(self, arguments: Json, authorization: str) -> Json:
        """`oauth.v2.access`: the code for a token. A workspace has one bot token, which a second time tells again."""
        self._require_client(_basic(authorization) | arguments)
        code = self._codes.pop(str(arguments.get("code")), None)
        if code is None or monotonic() - code.made_at > CODE_SECONDS:
            raise SlackError("invalid_code")
        if str(arguments.get("redirect_uri") or "") != code.redirect_uri:
            raise SlackError("bad_redirect_uri")
        site, team = code.site, code.site.workspace.team
        site.bot_token = site.bot_token or f"xoxb-{secrets.token_hex(8)}"
        return ok(
            app_id=APP_ID,
            authed_user={"id": code.user},
            scope=code.scope,
            token_type="bot",  # noqa: S106
            access_token=site.bot_token,
            bot_user_id=BOT_USER,
            team=None if code.is_whole_organisation else {"id": team.id, "name": team.name},
            enterprise={"id": "E0SEED", "name": "Seed"} if code.is_whole_organisation else None,
            is_enterprise_install=code.is_whole_organisation,
        )

    def revoke(self, site: Site, arguments: Json) -> Json:
        """`auth.revoke`: without its last token the app is out, and both events tell so."""
        if str(arguments.get("test") or "").lower() in ("1", "true"):
            return ok(revoked=False)
        leave(site)
        return ok(revoked=True)

    def uninstall(self, site: Site, arguments: Json) -> Json:
        """`apps.uninstall`"""
        self._require_client(arguments)
        leave(site)
        return ok()

    def _require_client(self, arguments: Json) -> None:
        if not self.client_id or arguments.get("client_id") != self.client_id:
            raise SlackError("invalid_client_id")
        if arguments.get("client_secret") != self.client_secret:
            raise SlackError("bad_client_secret")


def leave(site: Site) -> None:
    """The app is out of a workspace, whoever took it out; in no promised order it is told."""
    if site.bot_token:
        site.revoked.add(site.bot_token)
    site.bot_token = None
    site.people.event({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT_USER]}})
    site.people.event({"type": "app_uninstalled"})


def _basic(authorization: str) -> Json:
    """Id and secret of the app, where they come by HTTP Basic."""
    scheme, _, value = authorization.partition(" ")
    try:
        client_id, _, client_secret = b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        return {}
    return {"client_id": client_id, "client_secret": client_secret} if scheme == "Basic" else {}


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def _form(site: Site, asked: str) -> str:
    team = site.workspace.team
    admin = next((one.id for one in site.workspace.users.values() if one.is_admin or one.is_owner), "")
    return (
        f'<form method="post" action="/oauth/v2/authorize">{asked}{_hidden("user", admin)}'
        f'<button name="allow" value="{team.id}">Allow in {escape(team.name)}</button></form>'
    )
