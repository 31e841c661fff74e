"""OAuth: the page to which an invitation leads, and the way back from Slack. Who was not invited is taken out again."""

import hmac
from html import escape
from typing import Any, Final
from urllib.parse import urljoin

import aiohttp
import structlog
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth import AuthorizeUrlGenerator
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.web.async_client import AsyncWebClient

from bot.installations import InstallationStore, StateStore
from bot.slack_errors import error_code
from bot.texts import Texts
from storage.install_invites import STATE_GOOD_FOR

log = structlog.get_logger()

INSTALL_PATH: Final = "/slack/install"
REDIRECT_PATH: Final = "/slack/oauth_redirect"
# Bolt's name for it.
STATE_COOKIE: Final = "slack-app-oauth-state"
_NO_ANSWER: Final = (TimeoutError, aiohttp.ClientError, ConnectionError)
_PAGE: Final = """<!doctype html>
<html lang="{language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>{title}</title>
<body style="font:16px/1.5 system-ui,sans-serif;max-width:32em;margin:4em auto;padding:0 1em">
<h1 style="font-size:1.25em">{title}</h1><p>{text}</p>{link}</body></html>
"""
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",  # the invitation stands in the address
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Refused(Exception):
    """This installation cannot be; `key` and `values` are those of the text that says why."""

    def __init__(self, status: int, key: str, **values: str) -> None:
        super().__init__(key)
        self.status, self.key, self.values = status, key, values


class Install:
    """
    The handlers of two aiohttp routes.

    Args:
        client: without a token; its base URL is Slack's.
        public_url: how the world reaches us, without a slash at its end.
    """

    def __init__(
        self,
        installed: InstallationStore,
        states: StateStore,
        client: AsyncWebClient,
        *,
        client_id: str,
        client_secret: str,
        scopes: list[str],
        public_url: str,
    ) -> None:
        self._installed, self._states, self._client = installed, states, client
        self._client_id, self._client_secret = client_id, client_secret
        self._is_https = public_url.startswith("https://")
        self._redirect_uri = public_url + REDIRECT_PATH
        self._scopes = scopes

    async def offer(self, request: web.Request) -> web.Response:
        """GET /slack/install?invite=...: whoever was invited goes on to Slack, and comes back in the same browser."""
        texts = _texts(request)
        state = await self._states.async_issue(invited=request.query.get("invite", ""))
        if not state:
            return _page(texts, 403, "install_refused_title", texts.plain("install_not_invited"))
        page = _page(texts, 200, "install_title", texts.plain("install_offer"), self._link(state, texts))
        page.set_cookie(
            STATE_COOKIE,
            state,
            max_age=int(STATE_GOOD_FOR.total_seconds()),
            path=REDIRECT_PATH,
            secure=self._is_https,
            httponly=True,
            samesite="Lax",
        )
        return page

    async def come_back(self, request: web.Request) -> web.Response:
        """GET /slack/oauth_redirect?code=...&state=...: Slack let us in, or the person did not want it."""
        texts = _texts(request)
        try:
            installation = await self._come_back(request)
        except Refused as refused:
            log.warning("an installation was refused", because=refused.key)
            return _page(texts, refused.status, "install_refused_title", texts.plain(refused.key, **refused.values))
        log.info("installed in a workspace", team=installation.team_id)
        told = texts.plain("installed", name=str(installation.team_name))
        page = _page(texts, 200, "installed_title", told)
        page.del_cookie(STATE_COOKIE, path=REDIRECT_PATH)
        return page

    async def _come_back(self, request: web.Request) -> Installation:
        """
        Raises:
            Refused, StoreDown, Busy
        """
        if "error" in request.query:
            raise Refused(200, "install_cancelled")
        is_invited = await self._is_invited(request)
        if not (code := request.query.get("code")):
            raise Refused(400, "install_not_invited")
        try:
            installation, whole = await self._exchange(code)
            if not is_invited:
                await self._refuse(installation)
            if whole or not installation.team_id or not installation.bot_token:
                await self._revoke(installation)
                raise Refused(403, "install_whole_organisation")
            installation.bot_id = (await self._client.auth_test(token=installation.bot_token))["bot_id"]
        except SlackApiError as error:
            raise Refused(400, "install_code_refused", code=error_code(error)) from error
        except _NO_ANSWER as error:
            raise Refused(502, "install_no_answer") from error
        await self._installed.async_save(installation)
        return installation

    async def _is_invited(self, request: web.Request) -> bool:
        """Whether the browser comes back in which the installation was begun, by an invitation that is good."""
        state, begun = request.query.get("state", ""), request.cookies.get(STATE_COOKIE, "")
        is_same = hmac.compare_digest(state.encode("utf-8", "replace"), begun.encode("utf-8", "replace"))
        return bool(state) and is_same and await self._states.async_consume(state)

    async def _exchange(self, code: str) -> tuple[Installation, bool]:
        """What Slack gives for the code, and whether it is for a whole organisation."""
        app = {"client_id": self._client_id, "client_secret": self._client_secret}
        sent = app | {"code": code, "redirect_uri": self._redirect_uri}
        # By the SDK's own method these would go by a class of aiohttp's that is on its way out.
        told: Any = await self._client.api_call("oauth.v2.access", data=sent)
        team, by, organisation = (told.get(name) or {} for name in ("team", "authed_user", "enterprise"))
        token = told.get("access_token") if told.get("token_type") == "bot" else None
        installation = Installation(
            app_id=told.get("app_id"),
            enterprise_id=organisation.get("id"),
            team_id=team.get("id"),
            team_name=team.get("name"),
            bot_token=token,
            bot_user_id=told.get("bot_user_id"),
            bot_scopes=told.get("scope") or "",
            user_id=str(by.get("id") or ""),
            user_token=by.get("access_token"),
        )
        return installation, bool(told.get("is_enterprise_install"))

    async def _refuse(self, installation: Installation) -> None:
        """
        Raises:
            Refused
        """
        if installation.team_id and await self._installed.holds(installation.team_id):
            # A workspace has one bot token: revoking this one would end the installation that was invited.
            raise Refused(403, "install_uninvited_again", name=str(installation.team_name))
        await self._revoke(installation)
        raise Refused(403, "install_uninvited")

    async def _revoke(self, installation: Installation) -> None:
        for token in (installation.bot_token, installation.user_token):
            try:
                if token:
                    await self._client.auth_revoke(token=token)
            except (SlackApiError, *_NO_ANSWER) as error:
                log.error("a token could not be revoked", team=installation.team_id, error=type(error).__name__)

    def _link(self, state: str, texts: Texts) -> str:
        url = AuthorizeUrlGenerator(
            client_id=self._client_id,
            redirect_uri=self._redirect_uri,
            scopes=self._scopes,
            authorization_url=urljoin(self._client.base_url, "/oauth/v2/authorize"),
        ).generate(state)
        return f'<p><a href="{escape(url)}">{escape(texts.plain("install_go"))}</a></p>'


def _texts(request: web.Request) -> Texts:
    return Texts(request.headers.get("Accept-Language", "").strip()[:2].lower())


def _page(texts: Texts, status: int, title: str, text: str, link: str = "") -> web.Response:
    page = _PAGE.format(language=texts.language, title=escape(texts.plain(title)), text=escape(text), link=link)
    return web.Response(status=status, text=page, content_type="text/html", headers=_HEADERS)
