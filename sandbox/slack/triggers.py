"""What Slack hands out with an interaction: trigger ids for modals, and URLs to respond to."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.slack.workspace import Message, Workspace

TRIGGER_SECONDS = 3.0
RESPONSE_USES, RESPONSE_SECONDS = 5, 1_800


class TriggerRefused(Exception):
    """The code that `views.open` and `views.push` answer."""


class Triggers:
    """Trigger ids: good for three seconds, once."""

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
            TriggerRefused
        """
        if trigger in self._used:
            raise TriggerRefused("exchanged_trigger_id")
        if trigger not in self._users:
            raise TriggerRefused("invalid_trigger_id")
        user, made = self._users[trigger]
        if self._workspace.now() - made > TRIGGER_SECONDS:
            raise TriggerRefused("expired_trigger_id")
        self._used.add(trigger)
        return user


@dataclass
class Occasion:
    """Where, for whom and beside which message a response URL was made."""

    channel: str
    user: str
    message: Message | None
    made_at: float
    uses: int = 0


class ResponseUrls:
    """URLs to respond to: 5 uses in 30 minutes each."""

    def __init__(self, workspace: Workspace, base_url: Callable[[], str]) -> None:
        self._workspace, self.root = workspace, base_url
        self._occasions: dict[str, Occasion] = {}

    def make(self, channel: str, user: str, message: Message | None) -> str:
        key = self._workspace.new_id("response")
        self._occasions[key] = Occasion(channel, user, message, self._workspace.now())
        return f"{self.root()}respond/{key}"

    def has(self, key: str) -> bool:
        """Whether this URL was made here."""
        return key in self._occasions

    def use(self, key: str) -> Occasion | str:
        """The occasion, or why not: `invalid_url`, `expired_url`, `used_url`."""
        occasion = self._occasions.get(key)
        if occasion is None:
            return "invalid_url"
        if self._workspace.now() - occasion.made_at > RESPONSE_SECONDS:
            return "expired_url"
        if occasion.uses >= RESPONSE_USES:
            return "used_url"
        occasion.uses += 1
        return occasion
