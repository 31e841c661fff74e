"""A call of the Web API: its arguments, whatever form they came in, and the errors it can end with."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.slack.block_kit import Fault
from sandbox.slack.triggers import Triggers
from sandbox.slack.workspace import BOT_USER, Channel, Workspace

Json = dict[str, Any]
SCOPE_FAMILIES = {"public": "channels", "private": "groups", "im": "im"}
"""How scopes name the kinds of conversation."""


class SlackError(Exception):
    """`{"ok": false, "error": code}`; `messages` go into `response_metadata`, `more` beside the code."""

    def __init__(
        self,
        code: str,
        *,
        status: int = 200,
        retry_after: int | None = None,
        messages: Sequence[str] = (),
        faults: Sequence[Fault] = (),
        **more: Any,
    ) -> None:
        super().__init__(code)
        self.code, self.status, self.retry_after = code, status, retry_after
        self.messages = [*messages, *map(str, faults)]
        self.faults, self.more = faults, more

    def body(self) -> Json:
        told: Json = {"ok": False, "error": self.code, **self.more}
        if self.messages:
            told.setdefault("errors", self.messages)
            told["response_metadata"] = {"messages": [f"[ERROR] {message}" for message in self.messages]}
        return told


def ok(**rest: Any) -> Json:
    return {"ok": True, **rest}


def warned(*warnings: str) -> Json:
    """What an answer holds beside `ok` when something was passed over."""
    if not warnings:
        return {}
    return {"warning": ",".join(warnings), "response_metadata": {"warnings": list(warnings)}}


@dataclass(frozen=True)
class Call:
    """One call. Structured arguments may be JSON, or JSON in a string (from a form or a query)."""

    method: str
    arguments: Json
    workspace: Workspace
    scopes: frozenset[str]
    triggers: Triggers
    file_delay: float
    """Seconds from the completion of an upload until the file can be used."""
    base_url: str
    """Where uploads go, ending with a slash."""
    announce: Callable[[Json], None]
    """Tells the app of an event."""

    def text(self, name: str) -> str:
        """Raises: SlackError, when it is something else than text (numbers and booleans are taken as text)."""
        value = self.arguments.get(name)
        if isinstance(value, dict | list):
            raise SlackError("invalid_arguments", messages=[f"must be a string [json-pointer:/{name}]"])
        return "" if value is None else str(value)

    def require(self, name: str) -> str:
        if not (value := self.text(name)):
            raise SlackError("invalid_arguments", messages=[f"missing required field: {name}"])
        return value

    def has(self, name: str) -> bool:
        return self.arguments.get(name) is not None

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in ("1", "true")

    def count(self, name: str, default: int, most: int) -> int:
        given = self.text(name) or str(default)
        if not given.isascii() or not given.isdigit() or not 1 <= int(given) <= most:
            raise SlackError("invalid_arguments", messages=[f"must be from 1 to {most} [json-pointer:/{name}]"])
        return int(given)

    def ids(self, name: str) -> list[str]:
        """A list, or its items with commas between."""
        value = self.arguments.get(name)
        items = value if isinstance(value, list) else self.text(name).split(",")
        return [str(item).strip() for item in items if str(item).strip()]

    def json(self, name: str) -> Any:
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise SlackError("invalid_arguments", messages=[f"{name} is no JSON"]) from None

    def require_scope(self, *any_of: str) -> None:
        if self.scopes.isdisjoint(any_of):
            raise SlackError("missing_scope", needed=",".join(any_of), provided=",".join(sorted(self.scopes)))

    def channel(self, right: str | None = None) -> Channel:
        """
        The channel asked for, if the bot can see it; `right` is `read` or `history`, a scope of its kind.

        Raises:
            SlackError
        """
        channel = self.workspace.channels.get(self.require("channel"))
        if channel is None or (channel.kind != "public" and not self.is_member(channel)):
            raise SlackError("channel_not_found")
        if right:
            self.require_scope(f"{SCOPE_FAMILIES[channel.kind]}:{right}")
        return channel

    def is_member(self, channel: Channel) -> bool:
        return BOT_USER in channel.members


async def read_arguments(request: web.Request, *, takes_json: bool) -> tuple[Json, list[str]]:
    """
    The arguments of query and body, and Slack's warnings about the content type.

    Methods that only read do not look at a JSON body.

    Raises:
        SlackError
    """
    arguments: Json = dict(request.query)
    # In the query a token would end up in logs; Slack does not take it there.
    arguments.pop("token", None)
    if request.content_type == "application/json":
        told = await _json_body(request)
        return (arguments | told if takes_json else arguments), [] if request.charset else ["missing_charset"]
    if request.content_type not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        if await request.read():
            raise SlackError("invalid_post_type")
        return arguments, []
    try:
        form = dict(await request.post())
    except LookupError:
        raise SlackError("invalid_charset") from None
    except ValueError:
        raise SlackError("invalid_form_data") from None
    return arguments | form, ["superfluous_charset"] if request.charset else []


async def _json_body(request: web.Request) -> Json:
    try:
        told = json.loads(await request.read() or b"{}")
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(told, dict):
        raise SlackError("json_not_object")
    return told
