"""Several workspaces: slack_sdk's stores of installations and of OAuth states, on ours; and each one's own client."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from logging import Logger, getLogger
from typing import Any, Final

import aiohttp
import structlog
from slack_bolt.async_app import AsyncBoltContext
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack_errors import error_code
from bot.web_client import ClientOf, NotInstalled, slack_client, why_no_answer
from decisions.sealing import Keys
from storage import Store, install_invites, installations, workspace_gone, workspace_installed, workspaces
from storage.installations import CannotOpenInstallation, Installed

log = structlog.get_logger()

Now = Callable[[], datetime]
Authorize = Callable[..., Awaitable[AuthorizeResult]]
NOT_INSTALLED: Final = "not_installed"
"""Stands in the context of a request from a workspace in which we are not installed."""


class InstallationStore(AsyncInstallationStore):
    """
    One installation a workspace: the bot's. Those for a whole organisation and people's own tokens are not kept.

    Methods raise StoreDown and Busy, those that find CannotOpenInstallation.
    """

    def __init__(self, store: Store, keys: Keys, *, now: Now) -> None:
        self._store, self._keys, self._now = store, keys, now

    @property
    def logger(self) -> Logger:
        return getLogger(__name__)

    async def async_save(self, installation: Installation) -> None:
        await self._store.write(workspace_installed.install, _told(installation), self._keys, now=self._now())

    async def holds(self, team_id: str) -> bool:
        """Whether there is an installation in a workspace, be it one that cannot be opened."""
        return await self._store.read(installations.since, team_id) is not None

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        if team_id is None or is_enterprise_install:
            return None
        told = await self._store.read(installations.of_team, team_id, self._keys)
        return _installation(told) if told else None

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        found = await self.async_find_installation(
            enterprise_id=enterprise_id, team_id=team_id, is_enterprise_install=is_enterprise_install
        )
        return found.to_bot() if found else None

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        if team_id is not None and user_id is None:
            await self._store.write(workspace_gone.end, team_id, actor="slack", now=self._now())

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        await self.async_delete_installation(enterprise_id=enterprise_id, team_id=team_id)


class StateStore(AsyncOAuthStateStore):
    """States that an invitation begins, and uses up."""

    def __init__(self, store: Store, *, now: Now) -> None:
        self._store, self._now = store, now

    @property
    def logger(self) -> Logger:
        return getLogger(__name__)

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        """The state of an installation that `invited` begins; empty: the invitation is not good."""
        return await self._store.write(install_invites.begin, str(kwargs["invited"]), now=self._now()) or ""

    async def async_consume(self, state: str) -> bool:
        return await self._store.write(install_invites.use, state, now=self._now())


def client_of_each(store: Store, keys: Keys, base_url: str) -> ClientOf:
    """Each workspace's client, with the token that is kept for it now."""

    async def client_of(workspace: str) -> AsyncWebClient:
        try:
            told = await store.read(installations.of_workspace, workspace, keys)
        except CannotOpenInstallation as error:
            log.error("an installation cannot be opened", workspace=workspace, because=str(error))
            raise NotInstalled(ended=False) from error
        if told is None:
            found = await store.read(workspaces.find, workspace)
            raise NotInstalled(ended=found is not None and found.ended_at is not None)
        return slack_client(told.bot_token, base_url)

    return client_of


async def why_not_installed(client_of: ClientOf, workspace: str) -> str | None:
    """Why we cannot speak in a workspace, and what to do; None: we can."""
    invite = "invite it anew with footlight workspaces invite"
    try:
        told = await why_no_answer(await client_of(workspace))
    except NotInstalled as error:
        return f"{error}: {invite}"
    return f"{told}; or {invite}" if told else None


async def uninstall(token: str, base_url: str, client_id: str, client_secret: str) -> str | None:
    """Let Slack take the app out of the workspace of this token; why it did not. A dead token is out already."""
    try:
        client = slack_client(token, base_url)
        await client.apps_uninstall(client_id=client_id, client_secret=client_secret)
    except SlackApiError as error:
        return None if error_code(error) in _OUT_ALREADY else f"Slack answered {error_code(error) or 'nothing useful'}"
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        return f"no answer from Slack ({type(error).__name__})"
    return None


_OUT_ALREADY: Final = ("account_inactive", "invalid_auth", "token_revoked")


def authorize_by(installed: InstallationStore) -> Authorize:
    """Bolt's `authorize`: by whose token a request is answered. Slack is not asked: a dead token shows at its use."""

    async def authorize(
        context: AsyncBoltContext, enterprise_id: str | None, team_id: str | None, user_id: str | None
    ) -> AuthorizeResult | None:
        try:
            bot = await installed.async_find_bot(enterprise_id=enterprise_id, team_id=team_id)
        except CannotOpenInstallation as error:
            log.error("an installation cannot be opened", team=team_id, because=str(error))
            bot = None
        if bot is None:
            context[NOT_INSTALLED] = True
            return None
        return AuthorizeResult(
            enterprise_id=bot.enterprise_id,
            team_id=bot.team_id,
            bot_id=bot.bot_id,
            bot_user_id=bot.bot_user_id,
            bot_token=bot.bot_token,
            user_id=user_id,
            bot_scopes=bot.bot_scopes,
        )

    return authorize  # type: ignore[return-value]  # Bolt takes None, too: not installed there


def _told(installation: Installation) -> Installed:
    """
    Raises:
        ValueError: it is no bot's installation in one workspace.
    """
    team_id, token = installation.team_id, installation.bot_token
    if not team_id or not token or installation.is_enterprise_install:
        raise ValueError("only a bot's installation in one workspace is kept")
    return Installed(
        team_id=team_id,
        team_name=installation.team_name or "",
        bot_token=token,
        bot_id=installation.bot_id or "",
        bot_user_id=installation.bot_user_id or "",
        user_id=installation.user_id,
        scopes=",".join(installation.bot_scopes or ()),
        app_id=installation.app_id or "",
        enterprise_id=installation.enterprise_id,
    )


def _installation(told: Installed) -> Installation:
    return Installation(
        app_id=told.app_id,
        enterprise_id=told.enterprise_id,
        team_id=told.team_id,
        team_name=told.team_name,
        bot_token=told.bot_token,
        bot_id=told.bot_id,
        bot_user_id=told.bot_user_id,
        bot_scopes=told.scopes,
        user_id=told.user_id,
    )
