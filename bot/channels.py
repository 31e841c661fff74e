"""Channels that come back, and the app that goes: what Slack tells of them resumes or pauses what they are owed."""

from datetime import datetime
from typing import Any, Final

import structlog
from slack_bolt.async_app import AsyncBoltContext

from bot.desk import Desk, team_of
from bot.slack_errors import closed
from bot.web_client import ClientOf, why_no_answer
from storage import Session, audit, installations, subscriptions, workspace_gone

log = structlog.get_logger()

# By the codes that a post would be refused with from then on, so that the reason is the same whoever notices first.
_GONE: Final = {"app_uninstalled": "account_inactive", "tokens_revoked": "token_revoked"}


async def joined(event: dict[str, Any], context: AsyncBoltContext, desk: Desk) -> None:
    """Somebody joined a channel; if it is we who were invited, what it is owed goes out."""
    if event.get("user") == context.bot_user_id:
        await _resume(event.get("channel"), event.get("inviter"), context, desk)


async def unarchived(event: dict[str, Any], context: AsyncBoltContext, desk: Desk) -> None:
    """A channel is in use again."""
    await _resume(event.get("channel"), event.get("user"), context, desk)


async def gone(event: dict[str, Any], body: dict[str, Any], context: AsyncBoltContext, desk: Desk) -> None:
    """
    We cannot speak in this workspace any more. One that was installed by invitation ends; where the token is in the
    settings all waits, and `footlight check` is the way left to say so.
    """
    if event["type"] == "tokens_revoked" and not (event.get("tokens") or {}).get("bot"):
        return  # somebody's own token, of which we have none
    if desk.client_of is not None:
        await _end(int(body.get("event_time") or 0), desk.client_of, context, desk)
        return
    because, workspace = closed(_GONE[event["type"]]), await desk.workspace(context)
    paused = await desk.store.write(_pause_all, because, workspace, now=desk.now())
    log.error("Slack is gone; what it is owed waits", because=because, channels=paused)


async def _end(at: int, client_of: ClientOf, context: AsyncBoltContext, desk: Desk) -> None:
    """End an installation; both events tell it, each perhaps twice, and perhaps after the workspace came back."""
    team_id = team_of(context)
    installed_at = await desk.store.read(installations.since, team_id)
    if installed_at is None:
        return
    is_old = at < int(installed_at.timestamp())
    if is_old and await why_no_answer(await client_of(await desk.workspace(context))) is None:
        log.info("a workspace was gone before it was installed anew", team=team_id)
        return
    dropped = await desk.store.write(workspace_gone.end, team_id, actor="slack", now=desk.now())
    log.info("a workspace is gone", team=team_id, dropped=dropped)


async def _resume(channel: object, by: object, context: AsyncBoltContext, desk: Desk) -> None:
    if isinstance(channel, str):
        there, who = await desk.kept(context, channel), await desk.kept(context, str(by or ""))
        await desk.store.write(_resume_channel, there, who, now=desk.now())


def _resume_channel(session: Session, channel: str, by: str, *, now: datetime) -> None:
    if subscriptions.resume(session, channel, now=now):
        audit.note(session, now=now, actor=f"slack:{by}", action="brought back a channel", detail=channel)


def _pause_all(session: Session, because: str, workspace: str, *, now: datetime) -> int:
    paused = subscriptions.pause_all(session, because, workspace=workspace, now=now)
    if paused:
        audit.note(session, now=now, actor="slack", action="ended the app in the workspace", detail=because)
    return paused
