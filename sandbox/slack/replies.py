"""What the app says without the Web API: in the answer to a command, and to a response URL."""

from typing import Any

from sandbox.slack.block_kit import message_faults
from sandbox.slack.call import Json
from sandbox.slack.content import picture_faults, settled
from sandbox.slack.triggers import Occasion
from sandbox.slack.workspace import BOT_USER, SLACKBOT, Channel, Message, Workspace


def show_reply(workspace: Workspace, channel: Channel, user: str, typed: str, body: Any) -> None:
    """`in_channel` also shows what was typed. A body that Slack refuses shows nothing."""
    told = body if isinstance(body, dict) else {"text": str(body)}
    if refusal(workspace, told) is not None:
        return
    for_all = told.get("response_type") == "in_channel"
    if for_all:
        workspace.post(channel.id, user, typed)
    _post(workspace, channel.id, told, None if for_all else user)


def show_unknown_command(workspace: Workspace, channel: Channel, user: str, command: str) -> None:
    """What Slack says of a command that no app has."""
    text = (
        f'`{command}` is not a valid command. In Slack, messages that start with "/" are interpreted as commands.\n'
        'If you are trying to send a message and not run a command, try preceding the "/" with an empty space.'
    )
    workspace.post(channel.id, SLACKBOT, text, only_for=user)


def show_absence(workspace: Workspace, message: Message) -> None:
    """What Slack asks of who mentions an app that is not in the channel, and does not hear of it."""
    text = f"You mentioned <@{BOT_USER}>, but they’re not in this channel. To let them hear it: `/invite @Footlight`"
    workspace.post(message.channel, SLACKBOT, text, only_for=message.user)


def show_failed_command(workspace: Workspace, channel: Channel, user: str, command: str, failure: str) -> None:
    """What Slack says when the app did not answer, or badly."""
    text = f'{command} failed with the error "{failure}"'
    workspace.post(channel.id, SLACKBOT, text, only_for=user)


def respond(workspace: Workspace, occasion: Occasion, told: Json) -> None:
    """Carry out what a response URL was told, which `refusal` let pass."""
    original = occasion.message
    stream = workspace.messages[occasion.channel]
    if told.get("delete_original"):
        if original in stream:
            stream.remove(original)
    elif told.get("replace_original") and original is not None:
        original.edited = original.text != told.get("text", "")
        original.text, original.blocks = told.get("text", ""), settled(told.get("blocks")) or []
    else:
        for_all = told.get("response_type") == "in_channel"
        _post(workspace, occasion.channel, told, None if for_all else occasion.user)


def refusal(workspace: Workspace, told: Json) -> Json | None:
    """What Slack answers instead of `ok`."""
    if told.get("delete_original"):
        return None
    blocks = told.get("blocks") or []
    if faults := message_faults(blocks) or picture_faults(workspace, blocks):
        return {"ok": False, "error": "invalid_blocks", "errors": [str(fault) for fault in faults]}
    if not told.get("text") and not blocks and not told.get("attachments"):
        return {"ok": False, "error": "no_text"}
    return None


def _post(workspace: Workspace, channel: str, told: Json, only_for: str | None) -> None:
    workspace.post(
        channel,
        BOT_USER,
        told.get("text") or "",
        blocks=settled(told.get("blocks")) or [],
        attachments=told.get("attachments") or [],
        metadata=told.get("metadata"),
        thread_ts=told.get("thread_ts"),
        only_for=only_for,
    )
