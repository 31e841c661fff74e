"""Notes on a lead: what full members write in the thread of its message is kept, as they edit it, until removed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from slack_bolt.async_app import AsyncBoltContext

from bot.desk import Desk, team_of
from bot.permissions import Right, refusal
from decisions.outside_text import clean
from decisions.slack_ids import posted_at
from storage import lead_note_written
from storage.lead_notes import Written

LONGEST_NOTE: Final = 3_000
# People's own messages; joins, topics and the like have other subtypes.
_WRITTEN: Final = (None, "thread_broadcast", "file_share", "me_message")
_MARKUP: Final = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
_ENTITIES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


@dataclass(frozen=True, slots=True)
class Reply:
    """What Slack told of a message that a person wrote in a thread."""

    thread_ts: str
    user_id: str
    written: Written


def reply_of(event: Mapping[str, Any]) -> Reply | None:
    """The message in a thread that an event tells of, written, edited or removed; None: it is none by a person."""
    subtype, ts = event.get("subtype"), str(event.get("ts") or "")
    if subtype == "message_deleted":
        told, text, revised = event.get("previous_message") or {}, "", ts
    elif subtype == "message_changed":
        told = event.get("message") or {}
        text, revised = str(told.get("text") or ""), str((told.get("edited") or {}).get("ts") or told.get("ts") or "")
    elif subtype in _WRITTEN:
        told, text, revised = event, str(event.get("text") or ""), ts
    else:
        return None
    return _reply(str(event.get("channel") or ""), told, text, revised)


def _reply(channel: str, told: Mapping[str, Any], text: str, revised: str) -> Reply | None:
    thread_ts, ts, user_id = told.get("thread_ts"), str(told.get("ts") or ""), told.get("user")
    at, revised_at = posted_at(ts), posted_at(revised)
    if not thread_ts or thread_ts == ts or told.get("bot_id") or not isinstance(user_id, str):
        return None
    if at is None or revised_at is None:
        return None
    written = Written(channel, ts, f"slack:{user_id}", plain_text(text), at, revised_at)
    return Reply(str(thread_ts), user_id, written)


async def take(reply: Reply, context: AsyncBoltContext, desk: Desk) -> bool:
    """Keep it where its thread is a lead's; False: it is not. What guests and outsiders write is not kept."""
    channel, user_id = [await desk.kept(context, id_) for id_ in (reply.written.channel, reply.user_id)]
    if not await desk.store.read(lead_note_written.is_leads_thread, channel, reply.thread_ts):
        return False
    user_id = await desk.kept(context, reply.user_id)
    # What is removed goes, whoever wrote it.
    if reply.written.text and refusal(await desk.people.get(user_id, team_of(context)), Right.WORK):
        return True
    written = replace(reply.written, channel=channel, author=f"slack:{user_id}")
    await desk.store.write(lead_note_written.note_written, reply.thread_ts, written, now=desk.now())
    return True


def plain_text(text: str) -> str:
    """What somebody typed, of the markup in which Slack tells it."""
    told = _MARKUP.sub(_shown, text)
    for entity, character in _ENTITIES:
        told = told.replace(entity, character)
    return clean(told, LONGEST_NOTE).strip()


def _shown(found: re.Match[str]) -> str:
    target, label = found.groups()
    if label:
        return f"{target[0]}{label}" if target[0] in "@#" else label
    return target.removeprefix("mailto:").lstrip("!")
