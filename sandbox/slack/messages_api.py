"""The Web API's methods on messages and conversations."""

import re
from dataclasses import asdict
from typing import Any

from sandbox.slack.block_kit import message_faults
from sandbox.slack.call import Call, Json, SlackError, ok
from sandbox.slack.workspace import APP_ID, BOT_ID, BOT_USER, TEAM_ID, Channel, Message

LONGEST_UPDATE = 4_000
LONGEST_POST = 40_000
HISTORY_PAGE = 999
_EVENT_TYPE = re.compile(r"[A-Za-z0-9_-]{1,255}")


def post_message(call: Call) -> Json:
    channel = _postable(call)
    if call.faults.one_message_a_second and not call.may_post_now(channel.id):
        raise SlackError("ratelimited", status=429, retry_after=1)
    text, blocks = _content(call)
    metadata, warnings = _metadata(call)
    message = call.workspace.post(
        channel.id,
        BOT_USER,
        text[:LONGEST_POST],
        blocks=blocks,
        metadata=metadata,
        thread_ts=call.text("thread_ts") or None,
    )
    return ok(channel=channel.id, ts=message.ts, message=shown(message, with_metadata=True), **warnings)


def post_ephemeral(call: Call) -> Json:
    channel = _postable(call)
    user = call.require("user")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    text, blocks = _content(call)
    if len(text) > LONGEST_UPDATE:
        raise SlackError("msg_too_long")
    return ok(message_ts=call.workspace.post(channel.id, BOT_USER, text, blocks=blocks, only_for=user).ts)


def update(call: Call) -> Json:
    message = _own(call)
    if call.workspace.channels[message.channel].is_archived:
        raise SlackError("is_inactive")
    text, blocks = _content(call)
    if len(text) > LONGEST_UPDATE:
        raise SlackError("msg_too_long")
    if "text" in call.arguments:
        message.text = text
    # Text alone takes the blocks away.
    message.blocks = blocks
    metadata, warnings = _metadata(call)
    message.metadata = metadata if "metadata" in call.arguments else message.metadata
    message.edited = True
    return ok(channel=message.channel, ts=message.ts, text=message.text, message=shown(message), **warnings)


def delete(call: Call) -> Json:
    message = _own(call)
    call.workspace.messages[message.channel].remove(message)
    return ok(channel=message.channel, ts=message.ts)


def permalink(call: Call) -> Json:
    channel = _channel(call)
    if call.workspace.find(channel.id, call.require("message_ts")) is None:
        raise SlackError("message_not_found")
    at = call.require("message_ts").replace(".", "")
    return ok(channel=channel.id, permalink=f"https://nordwerk.slack.example/archives/{channel.id}/p{at}")


def history(call: Call) -> Json:
    channel = _channel(call)
    _require_member(channel)
    oldest, latest = float(call.text("oldest") or 0), float(call.text("latest") or "inf")
    inclusive = call.flag("inclusive")
    found = [one for one in call.workspace.messages[channel.id] if one.only_for is None and not one.thread_ts]
    inside = [
        one
        for one in reversed(found)
        if oldest < float(one.ts) < latest or (inclusive and float(one.ts) in (oldest, latest))
    ]
    return _page(call, inside)


def replies(call: Call) -> Json:
    channel = _channel(call)
    _require_member(channel)
    parent = call.require("ts")
    if call.workspace.find(channel.id, parent) is None:
        raise SlackError("thread_not_found")
    return _page(call, [one for one in call.workspace.messages[channel.id] if parent in (one.ts, one.thread_ts)])


def _page(call: Call, messages: list[Message]) -> Json:
    limit = min(int(call.text("limit") or 100), HISTORY_PAGE)
    start = int(call.text("cursor") or 0)
    page = messages[start : start + limit]
    more = start + limit < len(messages)
    shown_page = [shown(one, with_metadata=call.flag("include_all_metadata")) for one in page]
    next_cursor = {"next_cursor": str(start + limit) if more else ""}
    return ok(messages=shown_page, has_more=more, response_metadata=next_cursor)


def conversation_info(call: Call) -> Json:
    return ok(channel=described(_channel(call)))


def conversations_list(call: Call) -> Json:
    return ok(
        channels=[described(one) for one in call.workspace.channels.values() if one.kind == "public"],
        response_metadata={"next_cursor": ""},
    )


def members(call: Call) -> Json:
    return ok(members=sorted(_channel(call).members), response_metadata={"next_cursor": ""})


def join(call: Call) -> Json:
    channel = call.workspace.channels.get(call.require("channel"))
    if channel is None or channel.kind == "private":
        raise SlackError("channel_not_found")
    if channel.kind != "public":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    warning = {"warning": "already_in_channel"} if BOT_USER in channel.members else {}
    channel.members.add(BOT_USER)
    return ok(channel=described(channel), **warning)


def open_direct(call: Call) -> Json:
    user = call.require("users")
    if user not in call.workspace.users:
        raise SlackError("user_not_found")
    return ok(channel={"id": call.workspace.direct(user).id})


def described(channel: Channel) -> Json:
    """A channel as `conversations.info` tells it."""
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_im": channel.kind == "im",
        "is_private": channel.kind != "public",
        "is_archived": channel.is_archived,
        "is_ext_shared": channel.is_ext_shared,
        "is_shared": channel.is_ext_shared,
        "is_member": BOT_USER in channel.members,
        "num_members": len(channel.members),
        "context_team_id": TEAM_ID,
    }


def shown(message: Message, *, with_metadata: bool = False) -> Json:
    """A message as Slack tells it; without the flag only the type of its metadata."""
    told: Json = {"type": "message", "user": message.user, "ts": message.ts, "text": message.text, "team": TEAM_ID}
    if message.user == BOT_USER:
        told |= {"bot_id": BOT_ID, "app_id": APP_ID}
    if message.blocks:
        told["blocks"] = message.blocks
    if message.thread_ts:
        told["thread_ts"] = message.thread_ts
    if message.metadata:
        told["metadata"] = message.metadata if with_metadata else {"event_type": message.metadata["event_type"]}
    return told


def everything(message: Message) -> Json:
    """A message with all that the sandbox knows of it."""
    return asdict(message)


def _channel(call: Call) -> Channel:
    channel = call.workspace.channels.get(call.require("channel"))
    if channel is None or (channel.kind == "private" and BOT_USER not in channel.members):
        raise SlackError("channel_not_found")
    return channel


def _require_member(channel: Channel) -> None:
    if BOT_USER not in channel.members:
        raise SlackError("not_in_channel")


def _postable(call: Call) -> Channel:
    if (told := call.require("channel")) in call.workspace.users:
        return call.workspace.direct(told)
    channel = _channel(call)
    if channel.is_archived:
        raise SlackError("is_archived")
    if channel.kind == "public" and "chat:write.public" not in call.scopes:
        _require_member(channel)
    return channel


def _own(call: Call) -> Message:
    channel = _channel(call)
    message = call.workspace.find(channel.id, call.require("ts"))
    if message is None or message.only_for is not None:
        raise SlackError("message_not_found")
    if message.user != BOT_USER:
        raise SlackError("cant_update_message")
    return message


def _content(call: Call) -> tuple[str, list[dict[str, Any]]]:
    text, blocks = call.text("text"), call.json("blocks") or []
    if not text and not blocks:
        raise SlackError("no_text")
    if faults := message_faults(blocks):
        if faults == ["msg_blocks_too_long"]:
            raise SlackError("msg_blocks_too_long")
        raise SlackError("invalid_blocks", messages=faults)
    return text, blocks


def _metadata(call: Call) -> tuple[dict[str, Any] | None, Json]:
    metadata = call.json("metadata")
    if not metadata:
        return None, {}
    if not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_format")
    if not _EVENT_TYPE.fullmatch(str(metadata.get("event_type", ""))):
        # A bad type is no error: the message goes out without metadata.
        return None, {"warning": "invalid_metadata_schema"}
    return metadata, {}
