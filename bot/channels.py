"""Channels that come back, and the app that goes: what Slack tells of them resumes or pauses what they are owed."""

from datetime import datetime
from typing import Any, Final

import structlog
from slack_bolt.async_app import AsyncBoltContext

from bot.desk import Desk
from bot.slack_errors import closed
from storage import Session, audit, subscriptions

log = structlog.get_logger()

# By the codes that a post would be refused with from then on, so that the reason is the same whoever notices first.
_GONE: Final = {"app_uninstalled": "account_inactive", "tokens_revoked": "token_revoked"}


async def joined(event: dict[str, Any], context: AsyncBoltContext, desk: Desk) -> None:
    """Somebody joined a channel; if it is we who were invited, what it is owed goes out."""
    if event.get("user") == context.bot_user_id:
        await _resume(event.get("channel"), event.get("inviter"), desk)


async def unarchived(event: dict[str, Any], desk: Desk) -> None:
    """A channel is in use again."""
    await _resume(event.get("channel"), event.get("user"), desk)


async def gone(event: dict[str, Any], desk: Desk) -> None:
    """We cannot speak in this workspace any more: everything waits. `footlight check` is the way left to say so."""
    if event["type"] == "tokens_revoked" and not (event.get("tokens") or {}).get("bot"):
        return  # somebody's own token, of which we have none
    because = closed(_GONE[event["type"]])
    paused = await desk.store.write(_pause_all, because, now=desk.now())
    log.error("Slack is gone; what it is owed waits", because=because, channels=paused)


async def _resume(channel: object, by: object, desk: Desk) -> None:
    if isinstance(channel, str):
        await desk.store.write(_resume_channel, channel, str(by or ""), now=desk.now())


def _resume_channel(session: Session, channel: str, by: str, *, now: datetime) -> None:
    if subscriptions.resume(session, channel):
        audit.note(session, now=now, actor=f"slack:{by}", action="brought back a channel", detail=channel)


def _pause_all(session: Session, because: str, *, now: datetime) -> int:
    paused = subscriptions.pause_all(session, because, now=now)
    if paused:
        audit.note(session, now=now, actor="slack", action="ended the app in the workspace", detail=because)
    return paused
