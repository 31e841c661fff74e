"""The Web API's methods on modals and homes."""

import json
from typing import Any

from sandbox.slack.block_kit import view_faults
from sandbox.slack.call import Call, Json, SlackError, ok
from sandbox.slack.workspace import APP_ID, BOT_ID, TEAM_ID, Modal, Workspace

LARGEST_VIEW = 250_000
MOST_STACKED = 3


def open_view(call: Call) -> Json:
    view = checked(call.json("view"))
    user = call.triggers.use(call.require("trigger_id"))
    modal = _made(call.workspace, user, view)
    call.workspace.stacks[user] = [modal]
    return ok(view=told(modal))


def push(call: Call) -> Json:
    view = checked(call.json("view"))
    user = call.triggers.use(call.require("trigger_id"))
    return ok(view=told(push_on(call.workspace, user, view)))


def push_on(workspace: Workspace, user: str, view: Json) -> Modal:
    """Put a view on top of a user's stack."""
    stack = workspace.stacks.setdefault(user, [])
    if len(stack) >= MOST_STACKED:
        raise SlackError("push_limit_reached")
    modal = _made(workspace, user, view)
    if stack:
        modal.root_id, modal.previous_id = stack[0].id, stack[-1].id
    stack.append(modal)
    return modal


def update_view(call: Call) -> Json:
    view = checked(call.json("view"))
    wanted = call.text("view_id")
    modal = call.workspace.modal(wanted) if wanted else _by_external_id(call)
    if modal is None:
        raise SlackError("not_found")
    if (hash_ := call.text("hash")) and hash_ != modal.hash:
        raise SlackError("hash_conflict")
    replace(call.workspace, modal, view)
    return ok(view=told(modal))


def replace(workspace: Workspace, modal: Modal, view: Json) -> None:
    """Show another view in a modal's place; what was typed into inputs of the same ids stays."""
    modal.view, modal.hash = view, workspace.new_id("hash.")


def publish(call: Call) -> Json:
    user = call.require("user_id")
    if user not in call.workspace.users:
        raise SlackError("user_not_found")
    view = checked(call.json("view"))
    present = call.workspace.homes.get(user)
    if present and (hash_ := call.text("hash")) and hash_ != present.hash:
        raise SlackError("hash_conflict")
    modal = call.workspace.homes[user] = _made(call.workspace, user, view)
    return ok(view=told(modal))


def checked(view: Any) -> Json:
    """
    A view that Slack takes.

    Raises:
        SlackError
    """
    if len(json.dumps(view)) > LARGEST_VIEW:
        raise SlackError("view_too_large")
    if faults := view_faults(view):
        raise SlackError("invalid_arguments", messages=faults)
    return dict(view)


def told(modal: Modal) -> Json:
    """A view as Slack tells it, with the state of its inputs."""
    return {
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        **modal.view,
        "id": modal.id,
        "team_id": TEAM_ID,
        "hash": modal.hash,
        "state": {"values": modal.values},
        "root_view_id": modal.root_id or modal.id,
        "previous_view_id": modal.previous_id,
        "app_id": APP_ID,
        "app_installed_team_id": TEAM_ID,
        "bot_id": BOT_ID,
    }


def _made(workspace: Workspace, user: str, view: Json) -> Modal:
    return Modal(workspace.new_id("V"), user, view, workspace.new_id("hash."))


def _by_external_id(call: Call) -> Modal | None:
    wanted = call.require("external_id")
    stacks = call.workspace.stacks.values()
    return next((one for stack in stacks for one in stack if one.view.get("external_id") == wanted), None)
