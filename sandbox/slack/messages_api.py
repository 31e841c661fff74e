"""The Web API's methods on messages: posting, changing, deleting, reacting."""

import re
from typing import Any

from sandbox.slack.call import Call, Json, SlackError, ok, warned
from sandbox.slack.content import LONGEST_POST, LONGEST_TEXT, Content, content_of
from sandbox.slack.workspace import APP_ID, BOT_ID, BOT_USER, Channel, Message, Workspace

_EMOJI_NAME = re.compile(r"[a-z0-9_+'-]{1,100}(::skin-tone-[2-6])?")


def post_message(call: Call) -> Json:
    channel = _postable(call)
    thread = _thread(call, channel)
    content = content_of(call)
    is_broadcast = thread is not None and call.flag("reply_broadcast")
    message = _post(call.workspace, channel, content, thread_ts=thread, is_broadcast=is_broadcast)
    tell_of(call, message)
    told = shown(call.workspace, message, with_metadata=True)
    return ok(channel=channel.id, ts=message.ts, message=told, **warned(*content.warnings))


def post_ephemeral(call: Call) -> Json:
    channel = _postable(call)
    user = call.require("user")
    if BOT_USER not in channel.members:
        raise SlackError("not_in_channel")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    content = content_of(call)
    _require_short(content)
    return ok(message_ts=_post(call.workspace, channel, content, only_for=user, thread_ts=_thread(call, channel)).ts)


def _post(workspace: Workspace, channel: Channel, content: Content, **rest: Any) -> Message:
    return workspace.post(
        channel.id,
        BOT_USER,
        (content.text or "")[:LONGEST_POST],
        blocks=content.blocks or [],
        attachments=content.attachments or [],
        metadata=content.metadata,
        **rest,
    )


def update(call: Call) -> Json:
    message = _own(call, "cant_update_message")
    if call.workspace.channels[message.channel].is_archived:
        raise SlackError("is_inactive")
    content = content_of(call)
    _require_short(content)
    _change(message, content)
    tell_of(call, message, subtype="message_changed")
    told = shown(call.workspace, message, with_metadata=True)
    return ok(channel=message.channel, ts=message.ts, text=message.text, message=told, **warned(*content.warnings))


def _change(message: Message, content: Content) -> None:
    if content.text is not None:
        message.edited = message.edited or content.text != message.text
        message.text = content.text
        # Text alone takes the blocks away.
        message.blocks = []
    if content.blocks is not None:
        message.blocks = content.blocks
    if content.attachments is not None:
        message.attachments = content.attachments
    if content.metadata is not None or content.clears_metadata:
        message.metadata = content.metadata


def delete(call: Call) -> Json:
    message = _own(call, "cant_delete_message")
    call.workspace.messages[message.channel].remove(message)
    tell_of(call, message, subtype="message_deleted")
    return ok(channel=message.channel, ts=message.ts)


def permalink(call: Call) -> Json:
    channel, ts = call.channel(), call.require("message_ts")
    if call.workspace.find(channel.id, ts) is None:
        raise SlackError("message_not_found")
    url = f"{call.workspace.team.home_url}archives/{channel.id}/p{ts.replace('.', '')}"
    return ok(channel=channel.id, permalink=url)


def react(call: Call) -> Json:
    channel, name = call.channel(), call.require("name")
    message = call.workspace.find(channel.id, call.require("timestamp"))
    if message is None or message.only_for is not None:
        raise SlackError("message_not_found")
    if channel.is_archived:
        raise SlackError("is_archived")
    if not _EMOJI_NAME.fullmatch(name):
        raise SlackError("invalid_name")
    people = message.reactions.setdefault(name, [])
    if BOT_USER in people:
        raise SlackError("already_reacted")
    people.append(BOT_USER)
    return ok()


def shown(workspace: Workspace, message: Message, *, with_metadata: bool = False) -> Json:
    """A message as Slack tells it; without the flag only the type of its metadata."""
    told: Json = {"type": "message", "user": message.user, "ts": message.ts, "text": message.text}
    told["team"] = workspace.team.id
    if message.user == BOT_USER:
        told |= {"bot_id": BOT_ID, "app_id": APP_ID, "bot_profile": _bot_profile(workspace)}
    for name in ("blocks", "attachments", "thread_ts"):
        if held := getattr(message, name):
            told[name] = held
    if message.edited:
        told["edited"] = {"user": message.user, "ts": message.ts}
    if message.files:
        told["files"] = [{"id": one, "name": workspace.files[one].name} for one in message.files]
    if message.reactions:
        told["reactions"] = [{"name": n, "users": u, "count": len(u)} for n, u in message.reactions.items()]
    if message.metadata:
        told["metadata"] = message.metadata if with_metadata else {"event_type": message.metadata["event_type"]}
    return told | _thread_facts(workspace, message)


def _bot_profile(workspace: Workspace) -> Json:
    return {"id": BOT_ID, "app_id": APP_ID, "name": "Footlight", "deleted": False, "team_id": workspace.team.id}


def _thread_facts(workspace: Workspace, message: Message) -> Json:
    if message.thread_ts and message.thread_ts != message.ts:
        parent = workspace.find(message.channel, message.thread_ts)
        told: Json = {"parent_user_id": parent.user if parent else None}
        if message.is_broadcast:
            told |= {"subtype": "thread_broadcast", "root": shown(workspace, parent) if parent else None}
        return told
    replies = workspace.replies(message)
    if not replies:
        return {}
    people = sorted({one.user for one in replies})
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users": people,
        "reply_users_count": len(people),
        "latest_reply": replies[-1].ts,
    }


def tell_of(call: Call, message: Message, subtype: str | None = None) -> None:
    """The app hears of its own messages where it listens to all of them: in direct messages."""
    if call.workspace.channels[message.channel].kind != "im":
        return
    base = {"type": "message", "channel": message.channel, "channel_type": "im"}
    told = shown(call.workspace, message)
    if subtype is None:
        call.announce({**told, **base})
    elif subtype == "message_changed":
        call.announce({**base, "subtype": subtype, "hidden": True, "message": told, "ts": call.workspace.new_ts()})
    else:
        more = {"previous_message": told, "deleted_ts": message.ts, "ts": call.workspace.new_ts()}
        call.announce({**base, "subtype": subtype, "hidden": True, **more})


def _postable(call: Call) -> Channel:
    told = call.require("channel")
    if (user := call.workspace.users.get(told)) is not None:
        if user.is_bot:
            raise SlackError("channel_not_found")
        return call.workspace.direct(told)
    named = call.workspace.channel_named(told.removeprefix("#")) if told.startswith("#") else None
    channel = named if named and named.kind == "public" else call.channel()
    if channel.is_archived:
        raise SlackError("is_archived")
    if BOT_USER not in channel.members and "chat:write.public" not in call.scopes:
        raise SlackError("not_in_channel")
    return channel


def _thread(call: Call, channel: Channel) -> str | None:
    if not (ts := call.text("thread_ts")):
        return None
    parent = call.workspace.find(channel.id, ts)
    if parent is None or parent.only_for is not None:
        raise SlackError("cannot_reply_to_message")
    return parent.thread_ts or parent.ts


def _own(call: Call, refusal: str) -> Message:
    channel = call.channel()
    message = call.workspace.find(channel.id, call.require("ts"))
    if message is None or message.only_for is not None:
        raise SlackError("message_not_found")
    if message.user != BOT_USER:
        raise SlackError(refusal)
    return message


def _require_short(content: Content) -> None:
    if len(content.text or "") > LONGEST_TEXT:
        raise SlackError("msg_too_long")
