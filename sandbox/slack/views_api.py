"""The Web API's methods on views: modals on a user's screen, and their App Home."""

import json
from itertools import chain
from typing import Any

from sandbox.slack.block_kit import view_faults
from sandbox.slack.call import Call, Json, SlackError, ok
from sandbox.slack.content import picture_faults, settled
from sandbox.slack.inputs import initial_values, stateful
from sandbox.slack.triggers import TriggerRefused
from sandbox.slack.workspace import APP_ID, BOT_ID, Modal, Workspace

LARGEST_VIEW = 250_000
MOST_STACKED = 3


def open_view(call: Call) -> Json:
    view = _asked(call, "modal")
    user = _user(call)
    modal = _made(call.workspace, user, view)
    call.workspace.stacks[user] = [modal]
    return ok(view=told(modal))


def push(call: Call) -> Json:
    view = _asked(call, "modal")
    user = _user(call)
    if not call.workspace.stacks.get(user):
        raise SlackError("not_found")
    return ok(view=told(push_on(call.workspace, user, view)))


def push_on(workspace: Workspace, user: str, view: Json) -> Modal:
    """
    Put a checked view on top of a user's stack.

    Raises:
        SlackError
    """
    stack = workspace.stacks.setdefault(user, [])
    if len(stack) >= MOST_STACKED:
        raise SlackError("push_limit_reached")
    modal = _made(workspace, user, view)
    if stack:
        modal.root_id, modal.previous_id = stack[0].id, stack[-1].id
    stack.append(modal)
    return modal


def update_view(call: Call) -> Json:
    view = checked(call.workspace, call.json("view"))
    _require_files(call, view)
    modal = _found(call)
    if modal is None or view["type"] != modal.view["type"]:
        raise SlackError("not_found")
    _require_same_hash(call, modal)
    _require_new_external_id(call.workspace, view, modal)
    replace(call.workspace, modal, view)
    return ok(view=told(modal))


def replace(workspace: Workspace, modal: Modal, view: Json) -> None:
    """Show another checked view in a modal's place; what was typed into inputs of the same ids stays."""
    typed = modal.values
    modal.view, modal.hash = view, workspace.new_id("hash.")
    modal.values = {
        block_id: {action_id: _kept(typed, block_id, action_id, state) for action_id, state in states.items()}
        for block_id, states in initial_values(view["blocks"]).items()
    }


def _kept(typed: dict[str, dict[str, Json]], block_id: str, action_id: str, fresh: Json) -> Json:
    before = typed.get(block_id, {}).get(action_id)
    return before if before is not None and before["type"] == fresh["type"] else fresh


def publish(call: Call) -> Json:
    user = call.require("user_id")
    if user not in call.workspace.users:
        raise SlackError("invalid_arguments", messages=["user_id is not a user of this team"])
    view = _asked(call, "home")
    present = call.workspace.homes.get(user)
    if present is None:
        call.workspace.homes[user] = _made(call.workspace, user, view)
    else:
        _require_same_hash(call, present)
        replace(call.workspace, present, view)
    return ok(view=told(call.workspace.homes[user]))


def _asked(call: Call, kind: str) -> Json:
    view = checked(call.workspace, call.json("view"))
    _require_files(call, view)
    if view["type"] != kind:
        raise SlackError("invalid_arguments", messages=[f"must be {kind} [json-pointer:/view/type]"])
    if kind == "modal":
        _require_new_external_id(call.workspace, view, None)
    return view


def _require_files(call: Call, view: Json) -> None:
    """Files can be put in only where the app may read them."""
    if any(element["type"] == "file_input" for _, element in stateful(view["blocks"])):
        call.require_scope("files:read")


def checked(workspace: Workspace, view: Any) -> Json:
    """
    A view that Slack takes, with the ids that Slack adds.

    Raises:
        SlackError
    """
    if len(json.dumps(view).encode()) > LARGEST_VIEW:
        raise SlackError("view_too_large")
    faults = view_faults(view) or picture_faults(workspace, view["blocks"])
    if faults:
        raise SlackError("invalid_arguments", faults=faults)
    return {**view, "blocks": settled(view["blocks"])}


def told(modal: Modal) -> Json:
    """A view as Slack tells it, with the state of its inputs."""
    return {
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
        "close": None,
        "submit": None,
        **modal.view,
        "id": modal.id,
        "team_id": modal.team_id,
        "hash": modal.hash,
        "state": {"values": modal.values},
        "root_view_id": modal.root_id or modal.id,
        "previous_view_id": modal.previous_id,
        "app_id": APP_ID,
        "app_installed_team_id": modal.team_id,
        "bot_id": BOT_ID,
    }


def _made(workspace: Workspace, user: str, view: Json) -> Modal:
    values = initial_values(view["blocks"])
    return Modal(workspace.new_id("V"), user, view, workspace.new_id("hash."), values, team_id=workspace.team.id)


def _user(call: Call) -> str:
    try:
        return call.triggers.use(call.require("trigger_id"))
    except TriggerRefused as refused:
        raise SlackError(str(refused)) from None


def _found(call: Call) -> Modal | None:
    if call.has("view_id"):
        return call.workspace.modal(call.text("view_id"))
    wanted = call.require("external_id")
    return next((one for one in _open(call.workspace) if one.view.get("external_id") == wanted), None)


def _open(workspace: Workspace) -> list[Modal]:
    return [*chain.from_iterable(workspace.stacks.values()), *workspace.homes.values()]


def _require_same_hash(call: Call, modal: Modal) -> None:
    if (given := call.text("hash")) and given != modal.hash:
        raise SlackError("hash_conflict")


def _require_new_external_id(workspace: Workspace, view: Json, own: Modal | None) -> None:
    wanted = view.get("external_id")
    if wanted and any(one is not own and one.view.get("external_id") == wanted for one in _open(workspace)):
        raise SlackError("duplicate_external_id")
