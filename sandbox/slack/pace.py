"""Slack's own rate limits, for whoever switches them on: messages per channel, history per app."""

from collections.abc import Callable
from math import ceil

from sandbox.slack.call import Json, SlackError
from sandbox.slack.faults import Faults

MESSAGE_SECONDS, HISTORY_SECONDS = 1.0, 60.0
HISTORY_MESSAGES = 15


class Pace:
    """Remembers when each limited thing was last done. `now` in seconds."""

    def __init__(self, faults: Faults, now: Callable[[], float]) -> None:
        self._faults, self._now = faults, now
        self._last: dict[str, float] = {}

    def admit(self, method: str, arguments: Json) -> None:
        """Raises: SlackError (429)."""
        if method == "chat.postMessage":
            self.admit_message(str(arguments.get("channel")))
        elif method in ("conversations.history", "conversations.replies") and self._faults.history_once_a_minute:
            self._spend(method, HISTORY_SECONDS)
            given = str(arguments.get("limit") or HISTORY_MESSAGES)
            arguments["limit"] = str(min(int(given), HISTORY_MESSAGES)) if given.isdecimal() else given

    def admit_message(self, channel: str) -> None:
        """All ways of posting share a channel's limit. Raises: SlackError (429)."""
        if self._faults.one_message_a_second:
            self._spend(channel, MESSAGE_SECONDS)

    def _spend(self, what: str, seconds: float) -> None:
        left = self._last.get(what, float("-inf")) + seconds - self._now()
        if left > 0:
            raise SlackError("ratelimited", status=429, retry_after=ceil(left))
        self._last[what] = self._now()
