"""Messages that people change or take away, and the events that Slack makes of it."""

from typing import Any

from sandbox.slack.messages_api import shown
from sandbox.slack.workspace import Message, Workspace

Json = dict[str, Any]
CHANNEL_TYPES = {"public": "channel", "private": "group", "im": "im"}


def edited(workspace: Workspace, message: Message, text: str) -> Json:
    """Give a message another text; the event tells of both."""
    before = shown(workspace, message)
    message.text, message.edited = text, True
    after = shown(workspace, message) | {"edited": {"user": message.user, "ts": workspace.new_ts()}}
    return _event(workspace, message, "message_changed") | {"message": after, "previous_message": before}


def removed(workspace: Workspace, message: Message) -> Json:
    """Take a message away; the event tells what it was."""
    workspace.messages[message.channel].remove(message)
    told = {"deleted_ts": message.ts, "previous_message": shown(workspace, message)}
    return _event(workspace, message, "message_deleted") | told


def _event(workspace: Workspace, message: Message, subtype: str) -> Json:
    where = workspace.channels[message.channel]
    base = {"type": "message", "subtype": subtype, "channel": where.id, "channel_type": CHANNEL_TYPES[where.kind]}
    return {**base, "hidden": True, "ts": workspace.new_ts()}
