"""The requests that Slack makes of what people do, with the keys that Slack documents."""

from typing import Any

from sandbox.slack import views_api
from sandbox.slack.inputs import initial_values
from sandbox.slack.messages_api import shown
from sandbox.slack.people_api import handle
from sandbox.slack.workspace import APP_ID, BOT_USER, Channel, Message, Modal, Team, User, Workspace

Json = dict[str, Any]


def slash_command(
    team: Team, user: User, channel: Channel, command: str, text: str, trigger_id: str, response_url: str
) -> Json:
    """The fields of the form."""
    return {
        "token": "",
        "api_app_id": APP_ID,
        "team_id": user.team_id,
        "team_domain": team.domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user.id,
        "user_name": handle(user),
        "command": command,
        "text": text,
        "response_url": response_url,
        "trigger_id": trigger_id,
        "is_enterprise_install": "false",
    }


def interaction(kind: str, team: Team, user: User) -> Json:
    """What all interactions have in common."""
    return {
        "type": kind,
        "token": "",
        "api_app_id": APP_ID,
        "team": {"id": team.id, "domain": team.domain},
        "user": {"id": user.id, "username": handle(user), "name": handle(user), "team_id": user.team_id},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def in_message(workspace: Workspace, message: Message, response_url: str, values: Json | None) -> Json:
    """Where an action in a message took place; of an ephemeral message Slack does not send the content."""
    channel = workspace.channels[message.channel]
    is_ephemeral = message.only_for is not None
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": is_ephemeral,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    return {
        "container": container,
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "state": {"values": initial_values(message.blocks) if values is None else values},
        "response_url": response_url,
        **({} if is_ephemeral else {"message": shown(workspace, message)}),
    }


def in_view(modal: Modal) -> Json:
    return {"container": {"type": "view", "view_id": modal.id}, "view": views_api.told(modal)}


def action(block_id: str, element: Json, state: Json, ts: str) -> Json:
    """An entry of `actions`; `state` is what a select or picker holds now."""
    given: Json = {
        key: element[key] for key in ("type", "action_id", "value", "text", "url", "style") if key in element
    }
    return {**given, **state, "type": element["type"], "block_id": block_id, "action_ts": ts}


_TOLD = ("type", "action_id", "value", "text", "url", "style", "placeholder")


def event_callback(event: Json, event_id: str, ts: str, *, team: Team, user_team: str) -> Json:
    """An event in its envelope."""
    authorization = {
        "enterprise_id": None,
        "team_id": team.id,
        "user_id": BOT_USER,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": "",
        "team_id": user_team,
        "context_team_id": team.id,
        "context_enterprise_id": None,
        "api_app_id": APP_ID,
        "event": {"event_ts": ts, **event},
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(float(ts)),
        "authorizations": [authorization],
        "is_ext_shared_channel": user_team != team.id,
        "event_context": f"4-{event_id}",
    }


def channel_name(channel: Channel) -> str:
    return {"im": "directmessage", "private": "privategroup"}.get(channel.kind, channel.name)
