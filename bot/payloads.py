"""What Slack sends, read with care: bytes in, a payload whose parts are of the kinds that Bolt takes for granted."""

from typing import Any
from urllib.parse import parse_qsl

import msgspec

MOST_FIELDS = 100


class Rubbish(Exception):
    """Signed or not, this is nothing that Slack sends; the text says why, without repeating it."""


class _Named(msgspec.Struct):
    id: str


class _Authorization(msgspec.Struct):
    team_id: str | None = None
    enterprise_id: str | None = None
    user_id: str | None = None


class _Edited(msgspec.Struct):
    user: str | None = None
    ts: str | None = None


class _Message(msgspec.Struct):
    """The message that an event of its change tells of."""

    user: str | None = None
    text: str | None = None
    ts: str | None = None
    thread_ts: str | None = None
    bot_id: str | None = None
    edited: _Edited | None = None


class _Event(msgspec.Struct):
    type: str
    user: str | dict[str, Any] | None = None
    channel: str | dict[str, Any] | None = None
    text: str | None = None
    ts: str | None = None
    thread_ts: str | None = None
    bot_id: str | None = None
    subtype: str | None = None
    message: _Message | None = None
    previous_message: _Message | None = None


class EventCallback(msgspec.Struct, tag_field="type", tag="event_callback"):
    """An event in its envelope."""

    event: _Event
    event_id: str
    team_id: str | None = None
    authorizations: list[_Authorization] | None = None


class _Action(msgspec.Struct):
    action_id: str
    value: str | None = None
    type: str | None = None
    block_id: str | None = None


class _Interaction(msgspec.Struct):
    """What interactions have in common."""

    user: _Named
    team: _Named | None = None
    enterprise: dict[str, Any] | None = None
    channel: _Named | None = None
    container: dict[str, Any] | None = None
    message: dict[str, Any] | None = None
    response_url: str | None = None
    trigger_id: str | None = None


class _BlockActions(_Interaction, tag_field="type", tag="block_actions", kw_only=True):
    actions: list[_Action]


class _View(msgspec.Struct):
    callback_id: str
    type: str
    private_metadata: str = ""


class _ViewSubmission(_Interaction, tag_field="type", tag="view_submission", kw_only=True):
    view: _View


class _ViewClosed(_Interaction, tag_field="type", tag="view_closed", kw_only=True):
    view: _View


class _MessageAction(_Interaction, tag_field="type", tag="message_action", kw_only=True):
    callback_id: str


class _Shortcut(_Interaction, tag_field="type", tag="shortcut", kw_only=True):
    callback_id: str


class _BlockSuggestion(_Interaction, tag_field="type", tag="block_suggestion", kw_only=True):
    action_id: str


class _Command(msgspec.Struct):
    command: str
    user_id: str
    channel_id: str
    team_id: str | None = None
    text: str = ""
    response_url: str | None = None


_INTERACTION = _BlockActions | _ViewSubmission | _ViewClosed | _MessageAction | _Shortcut | _BlockSuggestion


def read_json(body: bytes) -> dict[str, Any]:
    """
    A JSON object.

    Raises:
        Rubbish
    """
    try:
        told = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Rubbish("the body is no JSON") from None
    if not isinstance(told, dict):
        raise Rubbish("the body is no JSON object")
    return told


def read_form(body: bytes) -> dict[str, str]:
    """
    A form's fields.

    Raises:
        Rubbish
    """
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS))
    except ValueError:  # no UTF-8, or too many fields
        raise Rubbish("the body is no form") from None


def check_event(payload: dict[str, Any]) -> EventCallback:
    """
    The parts of an event that we use.

    Raises:
        Rubbish
    """
    told: EventCallback = _convert(payload, EventCallback)
    return told


def check_request(payload: dict[str, Any]) -> None:
    """
    Return if this is a command or an interaction.

    Raises:
        Rubbish
    """
    if "command" in payload:
        _convert(payload, _Command)
    elif _convert(payload, _INTERACTION).user.id == "":
        raise Rubbish("nobody did it")
    if payload.get("type") == "block_actions" and not payload["actions"]:
        raise Rubbish("nothing was done")


def _convert(payload: dict[str, Any], kind: Any) -> Any:
    try:
        return msgspec.convert(payload, kind)
    except msgspec.ValidationError:  # its text may repeat what was sent
        raise Rubbish("its parts are not what Slack sends") from None
