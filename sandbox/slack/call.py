"""A call of the Web API: its arguments, whatever form they came in, and the errors it can end with."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.slack.faults import Faults
from sandbox.slack.workspace import Workspace

Json = dict[str, Any]


class SlackError(Exception):
    """`{"ok": false, "error": code}`; `messages` go into `response_metadata`."""

    def __init__(
        self, code: str, *, status: int = 200, retry_after: int | None = None, messages: list[str] | None = None
    ) -> None:
        super().__init__(code)
        self.code, self.status, self.retry_after, self.messages = code, status, retry_after, messages or []

    def body(self) -> Json:
        told: Json = {"ok": False, "error": self.code}
        if self.messages:
            told["errors"] = self.messages
            told["response_metadata"] = {"messages": [f"[ERROR] {message}" for message in self.messages]}
        return told


def ok(**rest: Any) -> Json:
    return {"ok": True, **rest}


@dataclass(frozen=True)
class Call:
    """One call. Structured arguments may be JSON, or JSON in a string (from a form or a query)."""

    method: str
    arguments: Json
    workspace: Workspace
    faults: Faults
    scopes: frozenset[str]
    may_post_now: Callable[[str], bool]
    triggers: "Triggers"

    def text(self, name: str) -> str:
        value = self.arguments.get(name)
        return "" if value is None else str(value)

    def require(self, name: str) -> str:
        if not (value := self.text(name)):
            raise SlackError("invalid_arguments", messages=[f"missing required field: {name}"])
        return value

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in ("1", "true")

    def json(self, name: str) -> Any:
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise SlackError("invalid_arguments", messages=[f"{name} is no JSON"]) from None


class Triggers:
    """Trigger ids: good for three seconds, once."""

    SECONDS = 3.0

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._users: dict[str, tuple[str, float]] = {}
        self._used: set[str] = set()

    def make(self, user: str) -> str:
        trigger = self._workspace.new_id("trigger.")
        self._users[trigger] = user, self._workspace.now()
        return trigger

    def use(self, trigger: str) -> str:
        """
        The user it was made for.

        Raises:
            SlackError
        """
        if trigger in self._used:
            raise SlackError("exchanged_trigger_id")
        if trigger not in self._users:
            raise SlackError("invalid_trigger_id")
        user, made = self._users[trigger]
        if self._workspace.now() - made > self.SECONDS:
            raise SlackError("expired_trigger_id")
        self._used.add(trigger)
        return user
